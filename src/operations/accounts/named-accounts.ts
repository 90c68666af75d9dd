import type { Account } from "../../model/account.ts";
import { Failure } from "../../model/failure.ts";
import { parseUuid } from "../../model/uuid.ts";
import type { Ports } from "../../ports.ts";
import {
  findAccountByAccountId,
  findAccountByUsername,
  findAccountByUuid,
} from "../../storage/sql/accounts/accounts.ts";

/**
 * The account that a request body names: by one of these names or by several, which must then all be of the same
 * account.
 */
export type AccountNames = {
  /** In braces or without. */
  readonly uuid?: string | undefined;
  readonly accountId?: string | undefined;
  /** In any case. */
  readonly username?: string | undefined;
};

/** Undefined if a name is unknown, if two names are of different accounts, or if there is no name. */
export async function findNamedAccount(
  { database }: Pick<Ports, "database">,
  { uuid, accountId, username }: AccountNames,
): Promise<Account | undefined> {
  const db = database.kysely;
  const parsedUuid = uuid === undefined ? undefined : parseUuid(uuid);
  const found: (Account | undefined)[] = [];
  if (uuid !== undefined)
    found.push(parsedUuid === undefined ? undefined : await findAccountByUuid(db, parsedUuid));
  if (accountId !== undefined) found.push(await findAccountByAccountId(db, accountId));
  if (username !== undefined) found.push(await findAccountByUsername(db, username));
  const [first] = found;
  return found.every((account) => account?.uuid === first?.uuid) ? first : undefined;
}

/**
 * The account that a URL names: by its UUID, in braces or without, or by its account id. The user name is accepted only
 * where the reference says so of the operation: for all other URLs the privacy changes of 2019 removed it.
 *
 * @throws Failure not-found.
 */
export async function getSelectedAccount(
  ports: Pick<Ports, "database">,
  selected: string,
  { takesUsername = false }: { readonly takesUsername?: boolean } = {},
): Promise<Account> {
  const isUuid = parseUuid(selected) !== undefined;
  const account =
    (await findNamedAccount(ports, isUuid ? { uuid: selected } : { accountId: selected })) ??
    // Text in the form of a UUID is never a user name, so no user name can be mistaken for the UUID of another account.
    (takesUsername && !isUuid ? await findNamedAccount(ports, { username: selected }) : undefined);
  if (account === undefined) throw new Failure("not-found", `${selected} is not a valid user`);
  return account;
}
