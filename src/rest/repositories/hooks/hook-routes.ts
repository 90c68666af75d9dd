import type { BodyOf, BodySchema } from "../../../http/routes/body-schema.ts";
import type { Method, RestRequest } from "../../../http/routes/declaration.ts";
import type { RepositoryRequest, RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import type { WorkspaceRequest, WorkspaceRoute } from "../../../http/routes/subjects/workspace.ts";
import type { Answer } from "../../../http/server/answer.ts";
import type { Repository } from "../../../model/repository.ts";
import type { Scope } from "../../../model/scope.ts";
import { NO_REQUIREMENT, type Requirement } from "../../../model/scope-set.ts";
import type { Workspace } from "../../../model/workspace.ts";
import type { Ports } from "../../../ports.ts";
import type { WebhookSubject } from "../../../storage/sql/webhooks/webhooks.ts";

/** A request about the webhooks of a repository or of a workspace: the two are alike. */
export type HookRequest<Body extends BodySchema = BodySchema> = RestRequest & {
  readonly workspace: Workspace;
  readonly subject: WebhookSubject;
  /** What `subject` names. */
  readonly shownSubject: Repository | Workspace;
  readonly body: BodyOf<Body>;
};

/** One operation, on repositories for their admins and on workspaces for their owners. */
export type HookOperation<Body extends BodySchema = BodySchema> = {
  readonly method: Method;
  /** What follows `hooks`. */
  readonly below: "" | "/{uid}";
  readonly apiTokenScopes: readonly Scope[];
  readonly readsFilter?: true;
  readonly body?: Body;
  requirementOf?(ports: Ports, request: HookRequest<Body>): Promise<Requirement>;
  handle(ports: Ports, request: HookRequest<Body>): Promise<Answer>;
};

const COMMON = { rate: "webhooks", oauthScopes: ["webhook"] } as const;

export function makeRepositoryHookRoute<Body extends BodySchema>({
  below,
  handle,
  requirementOf = async () => NO_REQUIREMENT,
  ...declared
}: HookOperation<Body>): RepositoryRoute<Body> {
  return {
    ...COMMON,
    ...declared,
    subject: "repository",
    path: `/2.0/repositories/{workspace}/{repo_slug}/hooks${below}`,
    permission: "admin",
    requirementOf: (ports, request) => requirementOf(ports, ofRepository(request)),
    handle: (ports, request) => handle(ports, ofRepository(request)),
  };
}

export function makeWorkspaceHookRoute<Body extends BodySchema>({
  below,
  handle,
  requirementOf = async () => NO_REQUIREMENT,
  ...declared
}: HookOperation<Body>): WorkspaceRoute<Body> {
  return {
    ...COMMON,
    ...declared,
    subject: "workspace",
    path: `/2.0/workspaces/{workspace}/hooks${below}`,
    permission: "own",
    requirementOf: (ports, request) => requirementOf(ports, ofWorkspace(request)),
    handle: (ports, request) => handle(ports, ofWorkspace(request)),
  };
}

function ofRepository<Body extends BodySchema>(request: RepositoryRequest<Body>): HookRequest<Body> {
  const { repository } = request;
  const subject = { kind: "repository", uuid: repository.uuid } as const;
  return { ...request, workspace: repository.workspace, subject, shownSubject: repository };
}

function ofWorkspace<Body extends BodySchema>(request: WorkspaceRequest<Body>): HookRequest<Body> {
  const { workspace } = request;
  return { ...request, subject: { kind: "workspace", uuid: workspace.uuid }, shownSubject: workspace };
}
