import type { Account } from "../../model/account.ts";
import { projectSubject, repositorySubject } from "../../model/audit.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type { Repository } from "../../model/repository.ts";
import type { Project } from "../../model/workspace.ts";
import type { By, Ports } from "../../ports.ts";
import { findProjectPermission } from "../../storage/sql/permissions/project-permissions.ts";
import {
  deleteProjectReviewer,
  deleteRepositoryReviewer,
  insertProjectReviewer,
  insertRepositoryReviewer,
  listProjectReviewers,
  listRepositoryReviewers,
  mayReview,
} from "../../storage/sql/pull-requests/default-reviewers.ts";
import { findMember } from "../../storage/sql/workspaces/members.ts";

/**
 * @throws Failure invalid-input if the account is disabled, or has nothing to do with the workspace or the project (our
 * choice).
 */
export async function addProjectReviewer(
  { clock }: Pick<Ports, "clock">,
  by: By,
  project: Project,
  account: Account,
): Promise<void> {
  await by.transaction(async (tx, record) => {
    const isKnown =
      (await findMember(tx, project.workspaceUuid, account.uuid)) !== undefined ||
      (await findProjectPermission(tx, project.uuid, account.uuid)) !== "none";
    // An app user is no member, and may more than any member by what it is of.
    if (!isKnown || account.kind !== "user")
      throw invalidField("selected_user", "is not a member of the workspace");
    if (account.isDisabled) throw invalidField("selected_user", "is deactivated");
    if (await insertProjectReviewer(tx, project.uuid, account.uuid, clock()))
      record.audit("default-reviewer.added", projectSubject(project), { account: account.uuid });
  });
}

/** @throws Failure invalid-input, as the reference has it, if the account is no default reviewer of the project. */
export async function removeProjectReviewer(by: By, project: Project, account: Account): Promise<void> {
  await by.transaction(async (tx, record) => {
    if (!(await deleteProjectReviewer(tx, project.uuid, account.uuid))) throw noProjectReviewer();
    record.audit("default-reviewer.removed", projectSubject(project), { account: account.uuid });
  });
}

/** @throws Failure invalid-input, as the reference has it, if the account is no default reviewer of the project. */
export async function requireProjectReviewer(
  { database }: Pick<Ports, "database">,
  project: Project,
  account: Account,
): Promise<void> {
  const reviewers = await listProjectReviewers(database.kysely, project.uuid);
  if (!reviewers.some(({ uuid }) => uuid === account.uuid)) throw noProjectReviewer();
}

function noProjectReviewer(): Failure {
  return invalidField("selected_user", "is not a default reviewer of the project");
}

/**
 * Adding a default reviewer again changes nothing.
 *
 * @throws Failure invalid-input if the account may not review in the repository: see `mayReview`.
 */
export async function addRepositoryReviewer(
  { clock }: Pick<Ports, "clock">,
  by: By,
  repository: Repository,
  account: Account,
): Promise<void> {
  await by.transaction(async (tx, record) => {
    if (account.kind !== "user" || !(await mayReview(tx, repository.uuid, account.uuid)))
      throw invalidField("target_username", `${account.displayName} does not have access to the repository`);
    if (await insertRepositoryReviewer(tx, repository.uuid, account.uuid, clock()))
      record.audit("default-reviewer.added", repositorySubject(repository), { account: account.uuid });
  });
}

/** @throws Failure not-found if the account is no default reviewer of the repository itself. */
export async function removeRepositoryReviewer(
  by: By,
  repository: Repository,
  account: Account,
): Promise<void> {
  await by.transaction(async (tx, record) => {
    if (!(await deleteRepositoryReviewer(tx, repository.uuid, account.uuid)))
      throw noRepositoryReviewer(account);
    record.audit("default-reviewer.removed", repositorySubject(repository), { account: account.uuid });
  });
}

/** @throws Failure not-found if the account is no default reviewer of the repository itself. */
export async function requireRepositoryReviewer(
  { database }: Pick<Ports, "database">,
  repository: Repository,
  account: Account,
): Promise<void> {
  const reviewers = await listRepositoryReviewers(database.kysely, repository.uuid);
  if (!reviewers.some(({ uuid }) => uuid === account.uuid)) throw noRepositoryReviewer(account);
}

function noRepositoryReviewer({ displayName }: Account): Failure {
  return new Failure("not-found", `${displayName} is not a default reviewer of the repository`);
}
