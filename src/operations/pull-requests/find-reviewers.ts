import type { Account } from "../../model/account.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type { Repository } from "../../model/repository.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { Ports } from "../../ports.ts";
import { findAccountByAccountId, findAccountByUuid } from "../../storage/sql/accounts/accounts.ts";
import { findPermission } from "../../storage/sql/permissions/permissions.ts";
import { findMember } from "../../storage/sql/workspaces/members.ts";

/** Our choice: the reference gives no limit. */
export const REVIEWERS_MAX = 100;

/** As a body names a reviewer. Undefined: not by anything that is known. */
export type ReviewerSelector = { readonly uuid: Uuid } | { readonly accountId: string } | undefined;

/**
 * The accounts that are to review, each once. Texts as reported: contract, pull-requests.md §3.
 *
 * @throws Failure invalid-input that names everyone who cannot review.
 */
export async function findReviewers(
  { database: { kysely } }: Pick<Ports, "database">,
  repository: Repository,
  author: Pick<Account, "uuid">,
  selectors: readonly ReviewerSelector[],
): Promise<readonly Account[]> {
  if (selectors.length > REVIEWERS_MAX)
    throw invalidField("reviewers", `must not have more than ${REVIEWERS_MAX} accounts`);
  const found = new Map<Uuid, Account>();
  const problems: string[] = [];
  for (const selector of selectors) {
    const account =
      selector === undefined
        ? undefined
        : "uuid" in selector
          ? await findAccountByUuid(kysely, selector.uuid)
          : await findAccountByAccountId(kysely, selector.accountId);
    if (account === undefined || account.isDisabled)
      throw invalidField("reviewers", "Malformed reviewers list");
    if (found.has(account.uuid)) continue;
    found.set(account.uuid, account);
    const name = account.displayName;
    if (account.uuid === author.uuid)
      problems.push(`${name} is the author and cannot be included as a reviewer.`);
    else if ((await findMember(kysely, repository.workspace.uuid, account.uuid)) === undefined)
      problems.push(`${name} is not a member of this workspace and cannot be added to this pull request`);
    else if (repository.isPrivate && (await findPermission(kysely, repository.uuid, account.uuid)) === "none")
      problems.push(`${name} does not have access to view this pull request`);
  }
  const [first] = problems;
  if (first !== undefined)
    throw new Failure("invalid-input", `reviewers: ${first}`, { fields: { reviewers: problems } });
  return [...found.values()];
}
