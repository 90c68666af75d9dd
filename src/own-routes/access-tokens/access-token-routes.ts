import type { BodyOf, BodySchema } from "../../http/routes/body-schema.ts";
import type { Method, RestRequest } from "../../http/routes/declaration.ts";
import type { Route } from "../../http/routes/route.ts";
import type { ProjectRoute } from "../../http/routes/subjects/project.ts";
import type { RepositoryRoute } from "../../http/routes/subjects/repository.ts";
import type { WorkspaceRoute } from "../../http/routes/subjects/workspace.ts";
import type { Answer } from "../../http/server/answer.ts";
import type { TokenResource } from "../../model/access-token.ts";
import type { PailScope } from "../../model/scope.ts";
import type { Ports } from "../../ports.ts";

/** A request about the access tokens of a repository, a project or a workspace, which are handled alike. */
export type AccessTokenRequest<Body extends BodySchema = BodySchema> = RestRequest & {
  readonly resource: TokenResource;
  readonly body: BodyOf<Body>;
};

/** One operation, for administrators of what the tokens are of. */
type AccessTokenOperation<Body extends BodySchema> = {
  readonly method: Method;
  /** What follows the resource. */
  readonly below: "" | "/{token_id}" | "/{token_id}/rotate";
  /** Beside that of administrators. */
  readonly scope: PailScope;
  readonly body?: Body;
  handle(ports: Ports, request: AccessTokenRequest<Body>): Promise<Answer>;
};

export const REPOSITORY_TOKENS = "/-/access-tokens/repositories/{workspace}/{repo_slug}";
export const PROJECT_TOKENS = "/-/access-tokens/projects/{workspace}/{project_key}";
export const WORKSPACE_TOKENS = "/-/access-tokens/workspaces/{workspace}";

/**
 * The route of an operation for each kind of resource. They take API tokens alone: an access token that made others would
 * outlive itself.
 */
export function makeAccessTokenRoutes<Body extends BodySchema>({
  method,
  below,
  scope,
  body,
  handle,
}: AccessTokenOperation<Body>): readonly Route[] {
  const common = {
    method,
    oauthScopes: [],
    credentialKinds: ["api-token"],
    ...(body === undefined ? {} : { body }),
  } as const;
  const ofRepository: RepositoryRoute<Body> = {
    ...common,
    subject: "repository",
    path: `${REPOSITORY_TOKENS}${below}`,
    apiTokenScopes: [scope, "admin:repository:bitbucket"],
    permission: "admin",
    handle: (ports, request) =>
      handle(ports, { ...request, resource: { kind: "repository", repository: request.repository } }),
  };
  const ofProject: ProjectRoute<Body> = {
    ...common,
    subject: "project",
    path: `${PROJECT_TOKENS}${below}`,
    apiTokenScopes: [scope, "admin:project:bitbucket"],
    permission: "admin",
    handle: (ports, request) =>
      handle(ports, {
        ...request,
        resource: { kind: "project", project: request.project, workspace: request.workspace },
      }),
  };
  const ofWorkspace: WorkspaceRoute<Body> = {
    ...common,
    subject: "workspace",
    path: `${WORKSPACE_TOKENS}${below}`,
    apiTokenScopes: [scope, "admin:workspace:bitbucket"],
    permission: "own",
    handle: (ports, request) =>
      handle(ports, { ...request, resource: { kind: "workspace", workspace: request.workspace } }),
  };
  return [ofRepository as Route, ofProject as Route, ofWorkspace as Route];
}
