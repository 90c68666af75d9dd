import type { BodyOf, BodySchema } from "../../../http/routes/body-schema.ts";
import type { Method, RestRequest, WithBody } from "../../../http/routes/declaration.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import type { WorkspaceRoute } from "../../../http/routes/subjects/workspace.ts";
import type { Answer } from "../../../http/server/answer.ts";
import { repositorySubject, workspaceSubject } from "../../../model/audit.ts";
import { bracedUuid } from "../../../model/uuid.ts";
import { getEnvironment } from "../../../operations/deployments/environments.ts";
import type { VariablePlace } from "../../../operations/pipelines/variables.ts";
import type { Ports } from "../../../ports.ts";
import { repositoryApiUrl } from "../../../representations/links.ts";

/** A request about the variables of a repository, of a workspace or of an environment: the three are alike. */
export type VariableRequest<Body extends BodySchema = BodySchema> = RestRequest & {
  readonly place: VariablePlace;
  /** Of the list. */
  readonly variablesUrl: string;
  readonly body: BodyOf<Body>;
};

/** One operation, for admins of repositories and owners of workspaces (our choice: Bitbucket documents scopes alone). */
export type VariableOperation<Body extends BodySchema = BodySchema> = Partial<WithBody<Body>> & {
  readonly method: Method;
  /** What follows `variables`. */
  readonly below: "" | "/{variable_uuid}";
  readonly readsFilter?: true;
  handle(ports: Ports, request: VariableRequest<Body>): Promise<Answer>;
};

function scopesOf({ method }: Pick<VariableOperation, "method">) {
  return method === "GET"
    ? ({ apiTokenScopes: ["read:pipeline:bitbucket"], oauthScopes: ["pipeline"] } as const)
    : ({ apiTokenScopes: ["admin:pipeline:bitbucket"], oauthScopes: ["pipeline:variable"] } as const);
}

export function makeRepositoryVariableRoute<Body extends BodySchema>({
  below,
  handle,
  ...declared
}: VariableOperation<Body>): RepositoryRoute<Body> {
  return {
    ...declared,
    ...scopesOf(declared),
    subject: "repository",
    path: `/2.0/repositories/{workspace}/{repo_slug}/pipelines_config/variables${below}`,
    permission: "admin",
    handle: (ports, request) => {
      const { repository, baseUrls } = request;
      const owner = { kind: "repository", uuid: repository.uuid } as const;
      const variablesUrl = `${repositoryApiUrl(baseUrls, repository)}/pipelines_config/variables`;
      const place = { owner, subject: repositorySubject(repository) };
      return handle(ports, { ...request, place, variablesUrl });
    },
  };
}

export function makeEnvironmentVariableRoute<Body extends BodySchema>({
  below,
  handle,
  ...declared
}: VariableOperation<Body>): RepositoryRoute<Body> {
  return {
    ...declared,
    ...scopesOf(declared),
    subject: "repository",
    path: `/2.0/repositories/{workspace}/{repo_slug}/deployments_config/environments/{environment_uuid}/variables${below}`,
    permission: "admin",
    handle: async (ports, request) => {
      const { repository, baseUrls, params } = request;
      const { uuid } = await getEnvironment(ports, repository, params.environment_uuid!);
      const environments = `${repositoryApiUrl(baseUrls, repository)}/deployments_config/environments`;
      const variablesUrl = `${environments}/${encodeURIComponent(bracedUuid(uuid))}/variables`;
      const owner = { kind: "environment", uuid } as const;
      const place = { owner, subject: repositorySubject(repository) };
      return handle(ports, { ...request, place, variablesUrl });
    },
  };
}

/** With a hyphen, unlike the others. */
export function makeWorkspaceVariableRoute<Body extends BodySchema>({
  below,
  handle,
  ...declared
}: VariableOperation<Body>): WorkspaceRoute<Body> {
  return {
    ...declared,
    ...scopesOf(declared),
    subject: "workspace",
    path: `/2.0/workspaces/{workspace}/pipelines-config/variables${below}`,
    permission: "own",
    handle: (ports, request) => {
      const { workspace, baseUrls } = request;
      const owner = { kind: "workspace", uuid: workspace.uuid } as const;
      const variablesUrl = `${baseUrls.api}/workspaces/${workspace.slug}/pipelines-config/variables`;
      return handle(ports, {
        ...request,
        place: { owner, subject: workspaceSubject(workspace) },
        variablesUrl,
      });
    },
  };
}
