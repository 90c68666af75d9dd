import { NO_ACCESS_TOKENS } from "../../../authorization/no-access-tokens.ts";
import type { BodyOf, BodySchema } from "../../../http/routes/body-schema.ts";
import type { Method, RestRequest } from "../../../http/routes/declaration.ts";
import type { ProjectRoute } from "../../../http/routes/subjects/project.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import type { Answer } from "../../../http/server/answer.ts";
import { projectSubject, repositorySubject } from "../../../model/audit.ts";
import type { DeployKey } from "../../../model/key.ts";
import type { Scope } from "../../../model/scope.ts";
import type { DeployKeyOwner } from "../../../operations/keys/deploy-keys.ts";
import type { Ports } from "../../../ports.ts";
import { representDeployKey, representProjectDeployKey } from "../../../representations/deploy-key.ts";

type ShownKey = ReturnType<typeof representDeployKey> | ReturnType<typeof representProjectDeployKey>;

/** A request about the deploy keys of a repository or of a project: the two are alike. */
export type DeployKeyRequest<Body extends BodySchema = BodySchema> = RestRequest & {
  readonly owner: DeployKeyOwner;
  readonly show: (key: DeployKey) => ShownKey;
  readonly body: BodyOf<Body>;
};

/** One operation, for admins of repositories and of projects. */
export type DeployKeyOperation<Body extends BodySchema = BodySchema> = {
  readonly method: Method;
  /** What follows `deploy-keys`. */
  readonly below: "" | "/{key_id}";
  /** Beside the one of administrators. */
  readonly keyScopes: readonly Scope[];
  readonly readsFilter?: true;
  readonly successStatuses?: readonly number[];
  readonly body?: Body;
  handle(ports: Ports, request: DeployKeyRequest<Body>): Promise<Answer>;
};

export function makeRepositoryDeployKeyRoute<Body extends BodySchema>({
  below,
  keyScopes,
  handle,
  ...declared
}: DeployKeyOperation<Body>): RepositoryRoute<Body> {
  return {
    ...declared,
    subject: "repository",
    path: `/2.0/repositories/{workspace}/{repo_slug}/deploy-keys${below}`,
    apiTokenScopes: ["admin:repository:bitbucket", ...keyScopes],
    oauthScopes: ["repository", "repository:admin"],
    credentialKinds: NO_ACCESS_TOKENS,
    permission: "admin",
    handle: (ports, request) => {
      const { repository, baseUrls } = request;
      const subject = { kind: "repository", uuid: repository.uuid } as const;
      const owner = { subject, audited: repositorySubject(repository) };
      return handle(ports, {
        ...request,
        owner,
        show: (key) => representDeployKey(key, repository, baseUrls),
      });
    },
  };
}

export function makeProjectDeployKeyRoute<Body extends BodySchema>({
  below,
  keyScopes,
  handle,
  ...declared
}: DeployKeyOperation<Body>): ProjectRoute<Body> {
  return {
    ...declared,
    subject: "project",
    path: `/2.0/workspaces/{workspace}/projects/{project_key}/deploy-keys${below}`,
    apiTokenScopes: ["admin:project:bitbucket", ...keyScopes],
    oauthScopes: ["project", "project:admin"],
    credentialKinds: NO_ACCESS_TOKENS,
    permission: "admin",
    handle: (ports, request) => {
      const { project, baseUrls } = request;
      const subject = { kind: "project", uuid: project.uuid } as const;
      const owner = { subject, audited: projectSubject(project) };
      const show = (key: DeployKey) => representProjectDeployKey(key, request, baseUrls);
      return handle(ports, { ...request, owner, show });
    },
  };
}
