import type { Account } from "../../model/account.ts";
import { type Failure, invalidField } from "../../model/failure.ts";
import type { Project } from "../../model/workspace.ts";
import type { By, Ports } from "../../ports.ts";
import { findProjectPermission } from "../../storage/sql/permissions/project-permissions.ts";
import {
  deleteProjectReviewer,
  insertProjectReviewer,
  listProjectReviewers,
} from "../../storage/sql/pull-requests/default-reviewers.ts";
import { findMember } from "../../storage/sql/workspaces/members.ts";

/** @throws Failure invalid-input if the account has nothing to do with the workspace or the project (our choice). */
export async function addProjectReviewer(
  { clock }: Pick<Ports, "clock">,
  by: By,
  project: Project,
  account: Account,
): Promise<void> {
  await by.transaction(async (tx) => {
    const isKnown =
      (await findMember(tx, project.workspaceUuid, account.uuid)) !== undefined ||
      (await findProjectPermission(tx, project.uuid, account.uuid)) !== "none";
    if (!isKnown) throw invalidField("selected_user", "is not a member of the workspace");
    await insertProjectReviewer(tx, project.uuid, account.uuid, clock());
  });
}

/** @throws Failure invalid-input, as the reference has it, if the account is no default reviewer of the project. */
export async function removeProjectReviewer(by: By, project: Project, account: Account): Promise<void> {
  const isDeleted = await by.transaction((tx) => deleteProjectReviewer(tx, project.uuid, account.uuid));
  if (!isDeleted) throw noReviewer();
}

/** @throws Failure invalid-input, as the reference has it, if the account is no default reviewer of the project. */
export async function requireProjectReviewer(
  { database }: Pick<Ports, "database">,
  project: Project,
  account: Account,
): Promise<void> {
  const reviewers = await listProjectReviewers(database.kysely, project.uuid);
  if (!reviewers.some(({ uuid }) => uuid === account.uuid)) throw noReviewer();
}

function noReviewer(): Failure {
  return invalidField("selected_user", "is not a default reviewer of the project");
}
