import type { Account } from "../../../model/account.ts";
import type { Permission } from "../../../model/permission.ts";
import type { Repository } from "../../../model/repository.ts";
import { bracedUuid } from "../../../model/uuid.ts";
import { requireAccount } from "../../../model/who-acts.ts";
import type { Project, Workspace } from "../../../model/workspace.ts";
import type { Ports } from "../../../ports.ts";
import { findWorkspace, type WorkspaceSelector } from "../../../storage/sql/workspaces/workspaces.ts";
import type { Answer } from "../../server/answer.ts";
import type { BodyOf, BodySchema } from "../body-schema.ts";
import type { Declared, RestRequest, WithBody } from "../declaration.ts";
import { admitToProjectOf, type ProjectOf } from "./new-repository.ts";
import { admitToRepository, type FoundRepository } from "./repository.ts";
import type { Admitted, Subject } from "./subject.ts";

/**
 * For routes that create a repository from the one in the URL. The caller needs `permission` in that one, and the
 * permissions of a `NewRepositoryRoute` in the workspace that the body names, by default the same one. Anonymous
 * callers are refused.
 */
export type ForkRoute<Body extends BodySchema = BodySchema> = Declared &
  WithBody<Body> &
  ProjectOf<Body> & {
    readonly subject: "fork";
    readonly permission: Exclude<Permission, "none">;
    /** @throws Failure invalid-input if it is not the name of a workspace. */
    workspaceOf(body: BodyOf<Body>): WorkspaceSelector | undefined;
    handle(
      ports: Ports,
      request: RestRequest & {
        readonly repository: Repository;
        readonly account: Account;
        /** The workspace of the new repository. */
        readonly workspace: Workspace;
        readonly project: Project;
        readonly body: BodyOf<Body>;
      },
    ): Promise<Answer>;
  };

type FoundParent = FoundRepository & { readonly account: Account };

export const forkSubject: Subject<ForkRoute, FoundParent> = {
  async admit(ports, route, asked) {
    const found = await admitToRepository(ports, route, asked);
    return { ...found, account: requireAccount(asked.admission.caller) };
  },
  async call(ports, route, found, request, body) {
    const { admission, repository, account } = found;
    const workspace = await admitToTarget(ports, found, route.workspaceOf(body));
    const project = await admitToProjectOf(ports, route, { admission, workspace }, body);
    return route.handle(ports, { ...request, repository, account, workspace, project, body });
  },
  describe: ({ permission }) => `${permission}, and to create repositories where the fork goes`,
};

/** The workspace that a body names for the fork, by default that of the parent. */
async function admitToTarget(
  ports: Ports,
  { admission, repository }: Admitted<FoundParent>,
  selector: WorkspaceSelector | undefined,
): Promise<Workspace> {
  const found =
    selector === undefined ? repository.workspace : await findWorkspace(ports.database.kysely, selector);
  const named = selector ?? { slug: repository.workspace.slug };
  const identifier = "slug" in named ? named.slug : bracedUuid(named.uuid);
  return admission.admitToWorkspace(found, identifier, "create-repository");
}
