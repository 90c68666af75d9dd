import { type Kysely, type Selectable, sql } from "kysely";
import type { Account, AccountKind, EmailAlias } from "../../../model/account.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { chunks } from "../chunks.ts";
import { flag, instant } from "../columns.ts";
import type { AccountEmailRow, AccountRow, Schema } from "../schema.ts";

/** Addresses or UUIDs in one statement; the databases take 32,766 and 65,535 values. */
const KEYS_PER_STATEMENT = 1000;

/** The columns of an account, without the password's digest. */
export const ACCOUNT_COLUMNS = [
  "account.uuid",
  "account.account_kind",
  "account.account_id",
  "account.username",
  "account.display_name",
  "account.nickname",
  "account.disabled_at",
  "account.created_at",
] as const;

export type AccountColumns = Pick<
  Selectable<AccountRow>,
  | "uuid"
  | "account_kind"
  | "account_id"
  | "username"
  | "display_name"
  | "nickname"
  | "disabled_at"
  | "created_at"
>;

export function toAccount(row: AccountColumns): Account {
  return {
    uuid: row.uuid as Uuid,
    kind: row.account_kind as AccountKind,
    accountId: row.account_id,
    username: row.username,
    displayName: row.display_name,
    nickname: row.nickname,
    isDisabled: row.disabled_at !== null,
    createdAt: instant(row.created_at),
  };
}

export type EmailColumns = Pick<Selectable<AccountEmailRow>, "address" | "is_primary" | "is_confirmed">;

export function toEmailAlias(row: EmailColumns): EmailAlias {
  return { address: row.address, isPrimary: row.is_primary === 1, isConfirmed: row.is_confirmed === 1 };
}

/** Refused by a unique key if the uuid, the account id or the user name (in any case) is taken. */
export async function insertAccount(db: Kysely<Schema>, account: Account): Promise<void> {
  await db
    .insertInto("account")
    .values({
      uuid: account.uuid,
      account_kind: account.kind,
      account_id: account.accountId,
      username: account.username,
      username_key: account.username.toLowerCase(),
      display_name: account.displayName,
      nickname: account.nickname,
      password_hash: null,
      disabled_at: account.isDisabled ? account.createdAt.getTime() : null,
      created_at: account.createdAt.getTime(),
    })
    .execute();
}

function findAccount(
  db: Kysely<Schema>,
  column: "uuid" | "account_id" | "username_key",
  value: string,
): Promise<Account | undefined> {
  return db
    .selectFrom("account")
    .select(ACCOUNT_COLUMNS)
    .where(`account.${column}`, "=", value)
    .executeTakeFirst()
    .then((row) => row && toAccount(row));
}

export function findAccountByUuid(db: Kysely<Schema>, uuid: Uuid): Promise<Account | undefined> {
  return findAccount(db, "uuid", uuid);
}

/** Those of the accounts that there are. */
export async function findAccountsByUuids(
  db: Kysely<Schema>,
  uuids: ReadonlySet<Uuid>,
): Promise<ReadonlyMap<Uuid, Account>> {
  const found = new Map<Uuid, Account>();
  for (const part of chunks([...uuids], KEYS_PER_STATEMENT)) {
    const rows = await db
      .selectFrom("account")
      .select(ACCOUNT_COLUMNS)
      .where("account.uuid", "in", part)
      .execute();
    for (const account of rows.map(toAccount)) found.set(account.uuid, account);
  }
  return found;
}

export function findAccountByAccountId(db: Kysely<Schema>, accountId: string): Promise<Account | undefined> {
  return findAccount(db, "account_id", accountId);
}

/** By user name, in any case. */
export function findAccountByUsername(db: Kysely<Schema>, username: string): Promise<Account | undefined> {
  return findAccount(db, "username_key", username.toLowerCase());
}

/**
 * By any of its addresses, confirmed or not, in any case. The addresses of app users are in commits alone: nobody signs in with
 * one, is invited by one or named by one.
 */
export async function findAccountByEmail(
  db: Kysely<Schema>,
  address: string,
): Promise<{ readonly account: Account; readonly email: EmailAlias } | undefined> {
  const row = await db
    .selectFrom("account_email")
    .innerJoin("account", "account.uuid", "account_email.account_uuid")
    .select(ACCOUNT_COLUMNS)
    .select(["account_email.address", "account_email.is_primary", "account_email.is_confirmed"])
    .where("account_email.address_key", "=", address.toLowerCase())
    .where("account.account_kind", "=", "user")
    .executeTakeFirst();
  return row && { account: toAccount(row), email: toEmailAlias(row) };
}

/** Addresses in commits may contain anything. PostgreSQL refuses U+0000 in text, and no account has it. */
export function addressKeys(addresses: Iterable<string>): readonly string[] {
  const keys = new Set<string>();
  for (const address of addresses) if (!address.includes("\0")) keys.add(address.toLowerCase());
  return [...keys];
}

/** The accounts with these confirmed addresses, by the keys of the addresses. */
export async function findAccountsByEmails(
  db: Kysely<Schema>,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Account>> {
  const accounts = new Map<string, Account>();
  for (let start = 0; start < keys.length; start += KEYS_PER_STATEMENT) {
    const rows = await confirmedEmailsQuery(db, keys.slice(start, start + KEYS_PER_STATEMENT)).execute();
    for (const row of rows) accounts.set(row.address_key, toAccount(row));
  }
  return accounts;
}

/** The statement of `findAccountsByEmails`, for preparing. */
export function confirmedEmailsQuery(db: Kysely<Schema>, keys: readonly string[]) {
  return db
    .selectFrom("account_email")
    .innerJoin("account", "account.uuid", "account_email.account_uuid")
    .select(ACCOUNT_COLUMNS)
    .select("account_email.address_key")
    .where("account_email.address_key", "in", keys)
    .where("account_email.is_confirmed", "=", 1);
}

/** All accounts that are no app users, by user name. */
export async function listAccounts(db: Kysely<Schema>): Promise<readonly Account[]> {
  const rows = await db
    .selectFrom("account")
    .select(ACCOUNT_COLUMNS)
    .where("account.account_kind", "=", "user")
    .orderBy("account.username_key")
    .execute();
  return rows.map(toAccount);
}

/** Refused by a unique key if the user name is taken in any case. */
export async function setAccountNames(
  db: Kysely<Schema>,
  uuid: Uuid,
  names: Pick<Account, "username" | "displayName" | "nickname">,
): Promise<void> {
  await db
    .updateTable("account")
    .set({
      username: names.username,
      username_key: names.username.toLowerCase(),
      display_name: names.displayName,
      nickname: names.nickname,
    })
    .where("uuid", "=", uuid)
    .execute();
}

/** Disables the account at an instant, or enables it again. If it is already disabled, the first instant stays. */
export async function setAccountDisabled(
  db: Kysely<Schema>,
  uuid: Uuid,
  at: Date | undefined,
): Promise<boolean> {
  const disabledAt = at === undefined ? null : sql<number>`coalesce(disabled_at, ${at.getTime()})`;
  const result = await db
    .updateTable("account")
    .set({ disabled_at: disabledAt })
    .where("uuid", "=", uuid)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Refused by a unique key if the address is taken in any case, or the account has another primary one. */
export async function insertEmail(
  db: Kysely<Schema>,
  accountUuid: Uuid,
  email: EmailAlias,
  createdAt: Date,
): Promise<void> {
  await db
    .insertInto("account_email")
    .values({
      address_key: email.address.toLowerCase(),
      address: email.address,
      account_uuid: accountUuid,
      is_primary: flag(email.isPrimary),
      is_confirmed: flag(email.isConfirmed),
      created_at: createdAt.getTime(),
    })
    .execute();
}

/** The addresses of an account with when each was added: the primary one first, then by address. */
export async function listEmailEntries(
  db: Kysely<Schema>,
  accountUuid: Uuid,
): Promise<readonly (EmailAlias & { readonly addedAt: Date })[]> {
  const rows = await emailsQuery(db, accountUuid).select("created_at").execute();
  return rows.map((row) => ({ ...toEmailAlias(row), addedAt: instant(row.created_at) }));
}

/** Of an address that the account has. */
export async function setEmailConfirmed(
  db: Kysely<Schema>,
  accountUuid: Uuid,
  address: string,
): Promise<void> {
  await db
    .updateTable("account_email")
    .set({ is_confirmed: 1 })
    .where("account_uuid", "=", accountUuid)
    .where("address_key", "=", address.toLowerCase())
    .execute();
}

export async function deleteEmail(db: Kysely<Schema>, accountUuid: Uuid, address: string): Promise<void> {
  await db
    .deleteFrom("account_email")
    .where("account_uuid", "=", accountUuid)
    .where("address_key", "=", address.toLowerCase())
    .execute();
}

/** The statement of `listEmails`, for preparing. */
export function emailsQuery(db: Kysely<Schema>, accountUuid: string) {
  return db
    .selectFrom("account_email")
    .select(["address", "is_primary", "is_confirmed"])
    .where("account_uuid", "=", accountUuid)
    .orderBy("is_primary", "desc")
    .orderBy("address_key");
}

/** The addresses of an account: the primary one first, then by address. */
export async function listEmails(db: Kysely<Schema>, accountUuid: Uuid): Promise<readonly EmailAlias[]> {
  return (await emailsQuery(db, accountUuid).execute()).map(toEmailAlias);
}

/**
 * Makes one of the account's addresses its primary one. Call it in a transaction.
 *
 * @returns false, with nothing changed, if the account does not have the address.
 */
export async function setPrimaryEmail(
  tx: Kysely<Schema>,
  accountUuid: Uuid,
  address: string,
): Promise<boolean> {
  const key = address.toLowerCase();
  const owned = await tx
    .selectFrom("account_email")
    .select("address_key")
    .where("account_uuid", "=", accountUuid)
    .where("address_key", "=", key)
    .executeTakeFirst();
  if (owned === undefined) return false;
  // First there is no primary address, then one: the unique key is checked row by row.
  const emails = tx.updateTable("account_email").where("account_uuid", "=", accountUuid);
  await emails.set({ is_primary: 0 }).where("is_primary", "=", 1).execute();
  await emails.set({ is_primary: 1 }).where("address_key", "=", key).execute();
  return true;
}
