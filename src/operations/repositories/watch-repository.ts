import type { Account } from "../../model/account.ts";
import { Failure } from "../../model/failure.ts";
import { fullName, type Repository } from "../../model/repository.ts";
import type { By, Ports } from "../../ports.ts";
import {
  deleteRepositoryWatcher,
  insertRepositoryWatcher,
} from "../../storage/sql/repositories/repository-watchers.ts";

/**
 * The account is listed among those that watch the repository, and nothing is sent to it: what watchers hear of has no mail
 * here. @throws Failure conflict if it is no person's.
 */
export async function watchRepository(
  { clock }: Pick<Ports, "clock">,
  by: By,
  repository: Repository,
  account: Account,
): Promise<void> {
  if (account.kind !== "user")
    throw new Failure("conflict", "Cannot watch the repository: the account is that of a token or an app");
  const watching = { repositoryUuid: repository.uuid, accountUuid: account.uuid };
  await by.transaction((tx) => insertRepositoryWatcher(tx, watching, clock()));
}

/** @throws Failure not-found if it does not watch it. */
export async function unwatchRepository(by: By, repository: Repository, account: Account): Promise<void> {
  const watching = { repositoryUuid: repository.uuid, accountUuid: account.uuid };
  if (!(await by.transaction((tx) => deleteRepositoryWatcher(tx, watching))))
    throw new Failure("not-found", `${account.username} does not watch ${fullName(repository)}`);
}
