import type { Account } from "../../model/account.ts";
import { workspaceSubject } from "../../model/audit.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type { Permission } from "../../model/permission.ts";
import { type ProjectKey, parseProjectKey, parseWorkspaceSlug } from "../../model/slug.ts";
import { textLength } from "../../model/text-length.ts";
import { requireAccount } from "../../model/who-acts.ts";
import type { Project, Workspace, WorkspaceRole } from "../../model/workspace.ts";
import type { By, Ports } from "../../ports.ts";
import { isUniqueViolation } from "../../storage/sql/database-failure.ts";
import { addToOpenGroups } from "../../storage/sql/groups/group-defaults.ts";
import { lockRows } from "../../storage/sql/lock-rows.ts";
import { insertProject } from "../../storage/sql/projects/projects.ts";
import { TAKES_ACCESS } from "../../storage/sql/transaction-options.ts";
import {
  countOwnedWorkspaces,
  deleteMember,
  listMembers,
  upsertMember,
} from "../../storage/sql/workspaces/members.ts";
import {
  findWorkspace,
  insertWorkspace,
  lockWorkspace,
  updateWorkspace,
} from "../../storage/sql/workspaces/workspaces.ts";

export type WorkspacePorts = Pick<Ports, "database" | "clock" | "newUuid">;

export type NewWorkspace = {
  readonly slug: string;
  readonly name?: string;
  readonly isPrivate?: boolean;
  readonly owner: Account;
  /** The first project, which gets every repository that names none. */
  readonly projectKey?: string;
};

/** Creates a workspace with its owner and its first project. @throws Failure invalid-input, or conflict if taken. */
export async function createWorkspace(
  ports: WorkspacePorts,
  by: By,
  wanted: NewWorkspace,
): Promise<{ workspace: Workspace; project: Project }> {
  const { clock, newUuid } = ports;
  const slug = parseWorkspaceSlug(wanted.slug);
  if (slug === undefined)
    throw invalidField("slug", "must be 1 to 62 letters, digits, _ or -, and not reserved");
  const key = parseProjectKey(wanted.projectKey ?? "PROJ");
  if (key === undefined)
    throw invalidField("project", "must be letters, digits and _, beginning with a letter");
  const now = clock();
  const name = wanted.name ?? wanted.slug;
  const workspace: Workspace = {
    uuid: newUuid(),
    slug,
    name,
    isPrivate: wanted.isPrivate ?? true,
    createdAt: now,
    updatedAt: now,
  };
  const project = newProject(ports, workspace, key, name);
  try {
    await by.transaction(async (tx, record) => {
      await insertWorkspace(tx, workspace);
      const owner = { accountUuid: wanted.owner.uuid, role: "owner", repositoryPermission: "admin" } as const;
      await upsertMember(tx, workspace.uuid, owner, now);
      await insertProject(tx, project);
      record.audit("workspace.created", workspaceSubject(workspace), {
        account: wanted.owner.uuid,
        is_private: workspace.isPrivate,
      });
    });
  } catch (error) {
    throw isUniqueViolation(error)
      ? new Failure("conflict", `Cannot create workspace "${slug}": it already exists`)
      : error;
  }
  return { workspace, project };
}

/** Our choice: each has people, groups and policies of its own, which nobody needs by the dozen. */
export const OWNED_WORKSPACES_MAX = 20;

/**
 * Creates a workspace for the caller, who owns it, where the operator lets everybody do that.
 *
 * @throws Failure permission-missing where only the operator may; invalid-input if the caller owns too many, conflict if it is
 * taken.
 */
export async function createOwnWorkspace(
  ports: WorkspacePorts & Pick<Ports, "config">,
  by: By,
  wanted: Omit<NewWorkspace, "owner">,
): Promise<{ workspace: Workspace; project: Project }> {
  const owner = requireAccount(by.caller);
  if (!ports.config.mayCreateWorkspaces)
    throw new Failure("permission-missing", "Only the operator of this server creates workspaces");
  const count = await countOwnedWorkspaces(ports.database.kysely, owner.uuid);
  if (count >= OWNED_WORKSPACES_MAX)
    throw invalidField("name", `you own ${OWNED_WORKSPACES_MAX} workspaces already, which is the most`);
  return createWorkspace(ports, by, { ...wanted, owner });
}

function newProject(
  { clock, newUuid }: WorkspacePorts,
  workspace: Workspace,
  key: ProjectKey,
  name: string,
): Project {
  const now = clock();
  return {
    uuid: newUuid(),
    workspaceUuid: workspace.uuid,
    key,
    name,
    description: "",
    isPrivate: workspace.isPrivate,
    createdAt: now,
    updatedAt: now,
  };
}

/** Our choice: the same limit as for the name of a repository. */
const NAME_LENGTH_MAX = 255;

/** Changes the name of a workspace, and who may see that it is there. @throws Failure invalid-input (name). */
export async function changeWorkspace(
  ports: WorkspacePorts,
  by: By,
  workspace: Workspace,
  wanted: Pick<Workspace, "name" | "isPrivate">,
): Promise<void> {
  const name = wanted.name.trim();
  if (name === "" || textLength(name) > NAME_LENGTH_MAX)
    throw invalidField("name", `must have 1 to ${NAME_LENGTH_MAX} characters`);
  await by.transaction(async (tx, record) => {
    await lockRows(tx, [{ table: "workspace", uuid: workspace.uuid, strength: "update" }]);
    const { isPrivate } = wanted;
    await updateWorkspace(tx, { ...workspace, name, isPrivate, updatedAt: ports.clock() });
    record.audit("workspace.changed", workspaceSubject(workspace), { name, is_private: isPrivate });
  }, TAKES_ACCESS);
}

/**
 * Makes an account a member, or changes its role.
 *
 * @throws Failure conflict if the workspace would have no owner, or the account is no person's.
 */
export async function setMember(
  ports: WorkspacePorts,
  by: By,
  workspace: Workspace,
  account: Account,
  role: WorkspaceRole,
  repositoryPermission: Permission,
): Promise<void> {
  if (account.kind !== "user")
    throw new Failure("conflict", "Cannot make the account a member: it is that of a token or an app");
  await by.transaction(async (tx, record) => {
    await lockRows(tx, [{ table: "workspace", uuid: workspace.uuid, strength: "update" }]);
    const members = await listMembers(tx, workspace.uuid);
    const hasOtherOwner = members.some(
      ({ member }) => member.role === "owner" && member.accountUuid !== account.uuid,
    );
    if (role !== "owner" && !hasOtherOwner) {
      throw new Failure("conflict", "Cannot change the member: the workspace would have no owner");
    }
    const member = { accountUuid: account.uuid, role, repositoryPermission };
    await upsertMember(tx, workspace.uuid, member, ports.clock());
    if (!members.some(({ member: each }) => each.accountUuid === account.uuid))
      await addToOpenGroups(tx, workspace.uuid, account.uuid);
    record.audit("workspace.member-set", workspaceSubject(workspace), {
      account: account.uuid,
      role,
      permission: repositoryPermission,
    });
  }, TAKES_ACCESS);
}

/**
 * Removes a member, and all permissions of the account in the workspace's groups, projects and repositories.
 *
 * @throws Failure not-found if it is not a member, conflict if the workspace would have no owner.
 */
export async function removeMember(by: By, workspace: Workspace, account: Account): Promise<void> {
  await by.transaction(async (tx, record) => {
    await lockWorkspace(tx, workspace.uuid);
    const members = (await listMembers(tx, workspace.uuid)).map(({ member }) => member);
    const removed = members.find(({ accountUuid }) => accountUuid === account.uuid);
    if (removed === undefined)
      throw new Failure("not-found", `Cannot remove ${account.username}: not a member of ${workspace.slug}`);
    if (!members.some(({ role, accountUuid }) => role === "owner" && accountUuid !== account.uuid))
      throw new Failure("conflict", "Cannot remove the member: the workspace would have no owner");
    await deleteMember(tx, workspace.uuid, account.uuid);
    record.audit("workspace.member-removed", workspaceSubject(workspace), {
      account: account.uuid,
      role: removed.role,
    });
  }, TAKES_ACCESS);
}

/** @throws Failure not-found. */
export async function getWorkspace(
  { database }: Pick<Ports, "database">,
  slugText: string,
): Promise<Workspace> {
  const slug = parseWorkspaceSlug(slugText);
  const workspace = slug === undefined ? undefined : await findWorkspace(database.kysely, { slug });
  if (workspace === undefined) throw new Failure("not-found", `No workspace with identifier '${slugText}'.`);
  return workspace;
}
