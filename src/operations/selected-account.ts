import type { Account } from "../model/account.ts";
import { Failure } from "../model/failure.ts";
import { parseUuid } from "../model/uuid.ts";
import type { Ports } from "../ports.ts";
import { findAccountByAccountId, findAccountByUuid } from "../storage/sql/accounts.ts";

/**
 * The account that a URL names: by its UUID, in braces or without, or by its account id. Never by user name: those went
 * from URLs with the privacy changes of 2019.
 *
 * @throws Failure not-found.
 */
export async function getSelectedAccount(
  { database }: Pick<Ports, "database">,
  selected: string,
): Promise<Account> {
  const uuid = parseUuid(selected);
  const account =
    uuid === undefined
      ? await findAccountByAccountId(database.kysely, selected)
      : await findAccountByUuid(database.kysely, uuid);
  if (account === undefined) throw new Failure("not-found", `${selected} is not a valid user`);
  return account;
}
