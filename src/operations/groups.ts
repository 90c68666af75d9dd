import { randomUUID } from "node:crypto";
import type { Account } from "../model/account.ts";
import { Failure, invalidField } from "../model/failure.ts";
import type { Group } from "../model/group.ts";
import { parseGroupSlug, slugifyGroupName } from "../model/slug.ts";
import type { Uuid } from "../model/uuid.ts";
import type { Workspace } from "../model/workspace.ts";
import type { Ports } from "../ports.ts";
import { isUniqueViolation } from "../storage/sql/database-failure.ts";
import { deleteGroupMember, findGroup, insertGroup, insertGroupMember } from "../storage/sql/groups.ts";
import { findMember } from "../storage/sql/workspaces.ts";

/** Our choice, as long as the name of a repository. */
const NAME_LENGTH_MAX = 255;

/** Makes a group without members. @throws Failure invalid-input, or conflict if its slug is taken in the workspace. */
export async function createGroup(
  { database, clock }: Pick<Ports, "database" | "clock">,
  workspace: Workspace,
  name: string,
): Promise<Group> {
  const slug = name.length > NAME_LENGTH_MAX ? undefined : slugifyGroupName(name);
  if (slug === undefined)
    throw invalidField("name", `must have a letter or a digit, and at most ${NAME_LENGTH_MAX} characters`);
  const group: Group = {
    uuid: randomUUID() as Uuid,
    workspaceUuid: workspace.uuid,
    slug,
    name,
    createdAt: clock(),
  };
  try {
    await insertGroup(database.kysely, group);
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

/** @throws Failure conflict if the account is not a member of the workspace: that is what a group is made of. */
export async function addGroupMember(
  { database }: Pick<Ports, "database">,
  workspace: Workspace,
  group: Group,
  account: Account,
): Promise<void> {
  if ((await findMember(database.kysely, workspace.uuid, account.uuid)) === undefined) {
    throw new Failure(
      "conflict",
      `Cannot add ${account.username} to the group: not a member of ${workspace.slug} (pail workspace add-member)`,
    );
  }
  await insertGroupMember(database.kysely, group.uuid, account.uuid);
}

/** @throws Failure not-found if the account is not in the group. */
export async function removeGroupMember(
  { database }: Pick<Ports, "database">,
  group: Group,
  account: Account,
): Promise<void> {
  if (await deleteGroupMember(database.kysely, group.uuid, account.uuid)) return;
  throw new Failure("not-found", `${account.username} is not in the group ${group.slug}`);
}
