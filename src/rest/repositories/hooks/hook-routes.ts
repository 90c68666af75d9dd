import type { BodyOf, BodySchema } from "../../../http/routes/body-schema.ts";
import type {
  Method,
  RepositoryRequest,
  RepositoryRoute,
  RestRequest,
  WorkspaceRequest,
  WorkspaceRoute,
} from "../../../http/routes/route.ts";
import type { Answer } from "../../../http/server/answer.ts";
import type { Repository } from "../../../model/repository.ts";
import type { Scope } from "../../../model/scope.ts";
import type { Workspace } from "../../../model/workspace.ts";
import type { Ports, WritePorts } from "../../../ports.ts";
import type { WebhookSubject } from "../../../storage/sql/webhooks/webhooks.ts";

/** A request about the webhooks of a repository or of a workspace: the two are alike. */
export type HookRequest<Body extends BodySchema = BodySchema> = RestRequest & {
  readonly workspace: Workspace;
  readonly subject: WebhookSubject;
  /** What `subject` names. */
  readonly shownSubject: Repository | Workspace;
  readonly body: BodyOf<Body>;
};

type Declared<Body extends BodySchema> = {
  readonly method: Method;
  /** What follows `hooks`. */
  readonly below: "" | "/{uid}";
  readonly scopes: readonly Scope[];
  readonly readsFilter?: true;
  readonly body?: Body;
  scopesOf?(ports: Ports, request: HookRequest<Body>): Promise<readonly Scope[]>;
  handle(ports: WritePorts, request: HookRequest<Body>): Promise<Answer>;
};

/** One operation, on repositories for their admins and on workspaces for their owners. */
export function hookRoutes<Body extends BodySchema = BodySchema>({
  below,
  handle,
  scopesOf = async () => [],
  ...declared
}: Declared<Body>): readonly [RepositoryRoute<Body>, WorkspaceRoute<Body>] {
  return [
    {
      ...declared,
      rate: "webhooks",
      subject: "repository",
      path: `/2.0/repositories/{workspace}/{repo_slug}/hooks${below}`,
      oauthScopes: ["webhook"],
      permission: "admin",
      scopesOf: (ports, request) => scopesOf(ports, ofRepository(request)),
      handle: (ports, request) => handle(ports, ofRepository(request)),
    },
    {
      ...declared,
      rate: "webhooks",
      subject: "workspace",
      path: `/2.0/workspaces/{workspace}/hooks${below}`,
      oauthScopes: ["webhook"],
      permission: "own",
      scopesOf: (ports, request) => scopesOf(ports, ofWorkspace(request)),
      handle: (ports, request) => handle(ports, ofWorkspace(request)),
    },
  ];
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
