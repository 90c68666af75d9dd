import type { Kysely } from "kysely";
import { type Account, type EmailAlias, parseEmailAddress, parseUsername } from "../../model/account.ts";
import { accountSubject } from "../../model/audit.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import { textLength } from "../../model/text-length.ts";
import type { By, Ports } from "../../ports.ts";
import {
  findAccountByEmail,
  insertAccount,
  insertEmail,
  listEmails,
  setAccountDisabled,
  setAccountNames,
  setPrimaryEmail,
} from "../../storage/sql/accounts/accounts.ts";
import { isUniqueViolation } from "../../storage/sql/database-failure.ts";
import { lockRows } from "../../storage/sql/lock-rows.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import { TAKES_ACCESS } from "../../storage/sql/transaction-options.ts";
import type { Recorder } from "../../storage/sql/write-transaction.ts";

import { endSessionsOf } from "./sessions.ts";

export type AccountPorts = Pick<Ports, "database" | "clock" | "newUuid">;

export type NewAccount = { readonly email: string; readonly username: string; readonly displayName?: string };

/**
 * Creates an account with its primary, confirmed e-mail address. @throws Failure invalid-input, or conflict if taken.
 */
export async function createAccount(ports: AccountPorts, by: By, input: NewAccount): Promise<Account> {
  const prepared = prepareAccount(ports, input);
  return refusingTakenNames(() => by.transaction((tx, record) => storeAccount(tx, record, prepared)));
}

export type PreparedAccount = { readonly account: Account; readonly address: string };

/** @throws Failure invalid-input. */
export function prepareAccount(
  { clock, newUuid }: Pick<Ports, "clock" | "newUuid">,
  input: NewAccount,
): PreparedAccount {
  const address = requiredAddress(input.email);
  const username = parseUsername(input.username);
  if (username === undefined) throw invalidField("username", "must be 1 to 62 letters, digits, _ or -");
  const displayName = requiredDisplayName(input.displayName ?? username);
  const account: Account = {
    uuid: newUuid(),
    accountId: `712020:${newUuid()}`,
    username,
    displayName,
    nickname: displayName,
    kind: "user",
    isDisabled: false,
    createdAt: clock(),
  };
  return { account, address };
}

/** In an open transaction. Refused by a unique key if a name is taken. */
export async function storeAccount(
  tx: Kysely<Schema>,
  record: Recorder,
  { account, address }: PreparedAccount,
): Promise<Account> {
  await insertAccount(tx, account);
  await insertEmail(tx, account.uuid, { address, isPrimary: true, isConfirmed: true }, account.createdAt);
  record.audit("account.created", accountSubject(account), { account: account.uuid });
  return account;
}

/** @throws Failure conflict in place of the error of a unique key. */
export async function refusingTakenNames<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isUniqueViolation(error)
      ? new Failure("conflict", "Cannot create the account: the user name or the e-mail address is taken")
      : error;
  }
}

/** Adds an alias, which may become the primary address. @throws Failure invalid-input, or conflict if taken. */
export async function addEmail(
  ports: AccountPorts,
  by: By,
  account: Account,
  email: EmailAlias,
): Promise<void> {
  const { clock } = ports;
  const address = requiredAddress(email.address);
  if (email.isPrimary && !email.isConfirmed)
    throw invalidField("primary", "an unconfirmed address cannot be primary");
  try {
    await by.transaction(async (tx, record) => {
      await lockAddresses(tx, account);
      await insertEmail(
        tx,
        account.uuid,
        { address, isPrimary: false, isConfirmed: email.isConfirmed },
        clock(),
      );
      if (email.isPrimary) await setPrimaryEmail(tx, account.uuid, address);
      record.audit("account.email-added", accountSubject(account), {
        account: account.uuid,
        is_primary: email.isPrimary,
        is_confirmed: email.isConfirmed,
      });
    });
  } catch (error) {
    throw isUniqueViolation(error)
      ? new Failure("conflict", "Cannot add the e-mail address: it is taken")
      : error;
  }
}

export type AccountNames = { readonly username?: string; readonly displayName?: string };

/** Changes the names of an account. @throws Failure invalid-input, or conflict if the user name is taken. */
export async function renameAccount(by: By, account: Account, names: AccountNames): Promise<Account> {
  const username = names.username === undefined ? account.username : parseUsername(names.username);
  if (username === undefined) throw invalidField("username", "must be 1 to 62 letters, digits, _ or -");
  const displayName =
    names.displayName === undefined ? account.displayName : requiredDisplayName(names.displayName);
  try {
    await by.transaction(async (tx, record) => {
      await setAccountNames(tx, account.uuid, { username, displayName, nickname: displayName });
      record.audit("account.renamed", accountSubject(account), {
        account: account.uuid,
        username,
        name: displayName,
      });
    });
  } catch (error) {
    throw isUniqueViolation(error)
      ? new Failure("conflict", `Cannot rename the account: the user name ${username} is taken`)
      : error;
  }
  return { ...account, username, displayName, nickname: displayName };
}

/** Disables an account. Its tokens are refused from the next request on, and its sessions end; nothing else is deleted. */
export async function disableAccount(ports: AccountPorts, by: By, account: Account): Promise<void> {
  await by.transaction(async (tx, record) => {
    await lockRows(tx, [{ table: "account", uuid: account.uuid, strength: "update" }]);
    await setAccountDisabled(tx, account.uuid, ports.clock());
    await endSessionsOf(tx, record, account);
    record.audit("account.disabled", accountSubject(account), { account: account.uuid });
  }, TAKES_ACCESS);
}

export async function enableAccount(by: By, account: Account): Promise<void> {
  await by.transaction(async (tx, record) => {
    await setAccountDisabled(tx, account.uuid, undefined);
    record.audit("account.enabled", accountSubject(account), { account: account.uuid });
  });
}

/**
 * Makes one of the account's confirmed addresses the primary one.
 *
 * @throws Failure not-found if it has no such address, conflict if it is not confirmed.
 */
export async function changePrimaryEmail(by: By, account: Account, address: string): Promise<void> {
  await by.transaction(async (tx, record) => {
    await lockAddresses(tx, account);
    const key = address.toLowerCase();
    const owned = (await listEmails(tx, account.uuid)).find((each) => each.address.toLowerCase() === key);
    if (owned === undefined) throw new Failure("not-found", "The account has no such address");
    if (!owned.isConfirmed)
      throw new Failure("conflict", "Cannot make the address primary: it is not confirmed");
    await setPrimaryEmail(tx, account.uuid, address);
    record.audit("account.primary-email-changed", accountSubject(account), {
      account: account.uuid,
    });
  });
}

/** Admission depends on which addresses are confirmed and which one is primary, so every writer locks this row. */
async function lockAddresses(tx: Kysely<Schema>, { uuid }: Account): Promise<void> {
  await lockRows(tx, [{ table: "account", uuid, strength: "update" }]);
}

/** The account that has this e-mail address, primary or alias. @throws Failure not-found. */
export async function getAccountByEmail(
  { database }: Pick<Ports, "database">,
  address: string,
): Promise<Account> {
  const found = await findAccountByEmail(database.kysely, address);
  if (found === undefined) throw new Failure("not-found", "There is no account with this e-mail address");
  return found.account;
}

/** Our choice. Control characters would break lines of mails and logs. */
const NAME_LENGTH_MAX = 100;

function requiredDisplayName(text: string): string {
  const name = text.trim();
  if (name === "" || textLength(name) > NAME_LENGTH_MAX || /\p{Cc}/u.test(name))
    throw invalidField("name", `must have 1 to ${NAME_LENGTH_MAX} characters`);
  return name;
}

function requiredAddress(text: string): string {
  const address = parseEmailAddress(text);
  if (address === undefined) throw invalidField("email", "not an e-mail address");
  return address;
}
