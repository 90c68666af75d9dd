import type { Kysely } from "kysely";
import type { Account } from "../../model/account.ts";
import { groupSubject } from "../../model/audit.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type { Group, GroupDefaults } from "../../model/group.ts";
import { parseGroupSlug, slugifyGroupName } from "../../model/slug.ts";
import { textLength } from "../../model/text-length.ts";
import type { Workspace } from "../../model/workspace.ts";
import type { By, Ports } from "../../ports.ts";
import { isUniqueViolation } from "../../storage/sql/database-failure.ts";
import { upsertGroupDefaults } from "../../storage/sql/groups/group-defaults.ts";
import {
  countGroups,
  deleteGroupMember,
  deleteGroupRow,
  findGroup,
  insertGroup,
  insertGroupMember,
  renameGroupRow,
} from "../../storage/sql/groups/groups.ts";
import { lockRows } from "../../storage/sql/lock-rows.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import { TAKES_ACCESS } from "../../storage/sql/transaction-options.ts";
import { findMember } from "../../storage/sql/workspaces/members.ts";

/** Our choice: the same limit as for the name of a repository. */
const NAME_LENGTH_MAX = 255;
/** Of one workspace. Our choice: the API 1.0 lists all of them, with their members, in one answer. */
export const GROUPS_MAX = 1_000;

/**
 * Creates a group without members. @throws Failure invalid-input, or conflict if its slug is taken in the workspace, or there are
 * too many.
 */
export async function createGroup(
  ports: Pick<Ports, "database" | "clock" | "newUuid">,
  by: By,
  workspace: Workspace,
  name: string,
): Promise<Group> {
  const slug = textLength(name) > NAME_LENGTH_MAX ? undefined : slugifyGroupName(name);
  if (slug === undefined) throw wrongName();
  const group: Group = {
    uuid: ports.newUuid(),
    workspaceUuid: workspace.uuid,
    slug,
    name,
    createdAt: ports.clock(),
  };
  try {
    await by.transaction(async (tx, record) => {
      await lockMembership(tx, group);
      if ((await countGroups(tx, workspace.uuid)) >= GROUPS_MAX)
        throw new Failure("conflict", `Cannot create the group: there are ${GROUPS_MAX} already`);
      await insertGroup(tx, group);
      const workspaceUuid = workspace.uuid;
      record.audit("group.created", groupSubject(group), {
        workspace_uuid: workspaceUuid,
      });
    });
  } catch (error) {
    throw isUniqueViolation(error)
      ? new Failure("conflict", `Cannot create group "${slug}": it already exists in ${workspace.slug}`)
      : error;
  }
  return group;
}

/** A group of a workspace by its slug. @throws Failure not-found. */
export async function getGroup(
  { database }: Pick<Ports, "database">,
  workspace: Workspace,
  slugText: string,
): Promise<Group> {
  const slug = parseGroupSlug(slugText);
  const group = slug === undefined ? undefined : await findGroup(database.kysely, workspace.uuid, slug);
  if (group === undefined) throw new Failure("not-found", "There is no such group in the workspace");
  return group;
}

/**
 * Changes a group's name and what comes to it by itself. Its slug stays: URLs have it.
 *
 * @throws Failure invalid-input, or not-found if it has just been deleted.
 */
export async function changeGroup(
  by: By,
  group: Group,
  name: string,
  defaults: GroupDefaults,
): Promise<void> {
  if (textLength(name) > NAME_LENGTH_MAX || slugifyGroupName(name) === undefined) throw wrongName();
  await by.transaction(async (tx, record) => {
    await lockMembership(tx, group);
    if (!(await renameGroupRow(tx, group.uuid, name)))
      throw new Failure("not-found", "Cannot change the group: it has just been deleted");
    await upsertGroupDefaults(tx, group.uuid, defaults);
    record.audit("group.changed", groupSubject(group), {
      name,
      permission: defaults.permission ?? "none",
      adds_members: defaults.addsMembers,
      forwards_mail: defaults.forwardsMail,
    });
  });
}

function wrongName(): Failure {
  return invalidField("name", `must have a letter or a digit, and at most ${NAME_LENGTH_MAX} characters`);
}

/** A group's permissions may be anywhere in its workspace, and all writers there lock the row of the workspace. */
async function lockMembership(tx: Kysely<Schema>, { workspaceUuid }: Group): Promise<void> {
  await lockRows(tx, [{ table: "workspace", uuid: workspaceUuid, strength: "update" }]);
}

/** @throws Failure conflict if the account is not a member of the workspace: only members can be in a group. */
export async function addGroupMember(
  by: By,
  workspace: Workspace,
  group: Group,
  account: Account,
): Promise<void> {
  await by.transaction(async (tx, record) => {
    await lockMembership(tx, group);
    if ((await findMember(tx, workspace.uuid, account.uuid)) === undefined) {
      throw new Failure(
        "conflict",
        `Cannot add ${account.username} to the group: not a member of ${workspace.slug} (pail workspace add-member)`,
      );
    }
    await insertGroupMember(tx, group.uuid, account.uuid);
    record.audit("group.member-added", groupSubject(group), { account: account.uuid });
  });
}

/** @throws Failure not-found if the account is not in the group. */
export async function removeGroupMember(by: By, group: Group, account: Account): Promise<void> {
  await by.transaction(async (tx, record) => {
    await lockMembership(tx, group);
    if (!(await deleteGroupMember(tx, group.uuid, account.uuid)))
      throw new Failure("not-found", `${account.username} is not in the group ${group.slug}`);
    record.audit("group.member-removed", groupSubject(group), { account: account.uuid });
  }, TAKES_ACCESS);
}

/** Deletes a group with all its permissions. */
export async function deleteGroup(by: By, group: Group): Promise<void> {
  await by.transaction(async (tx, record) => {
    await lockMembership(tx, group);
    if (await deleteGroupRow(tx, group.uuid)) record.audit("group.deleted", groupSubject(group));
  }, TAKES_ACCESS);
}
