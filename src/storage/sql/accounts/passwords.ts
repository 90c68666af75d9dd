import type { Kysely } from "kysely";
import type { Account } from "../../../model/account.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { Schema } from "../schema.ts";
import { ACCOUNT_COLUMNS, toAccount } from "./accounts.ts";

export type PasswordHolder = {
  readonly account: Account;
  /** Undefined: it has none. */
  readonly passwordHash: string | undefined;
};

/** By any of its confirmed addresses, in any case. */
export async function findPasswordByEmail(
  db: Kysely<Schema>,
  address: string,
): Promise<PasswordHolder | undefined> {
  const row = await db
    .selectFrom("account_email")
    .innerJoin("account", "account.uuid", "account_email.account_uuid")
    .select(ACCOUNT_COLUMNS)
    .select("account.password_hash")
    .where("account_email.address_key", "=", address.toLowerCase())
    .where("account_email.is_confirmed", "=", 1)
    .executeTakeFirst();
  return row && { account: toAccount(row), passwordHash: row.password_hash ?? undefined };
}

export async function findPasswordByUuid(
  db: Kysely<Schema>,
  uuid: Uuid,
): Promise<PasswordHolder | undefined> {
  const row = await db
    .selectFrom("account")
    .select(ACCOUNT_COLUMNS)
    .select("account.password_hash")
    .where("account.uuid", "=", uuid)
    .executeTakeFirst();
  return row && { account: toAccount(row), passwordHash: row.password_hash ?? undefined };
}

export async function setPasswordHash(tx: Kysely<Schema>, uuid: Uuid, hash: string): Promise<void> {
  await tx.updateTable("account").set({ password_hash: hash }).where("uuid", "=", uuid).execute();
}

/** Whether anybody can sign in. */
export async function hasPasswordHolder(db: Kysely<Schema>): Promise<boolean> {
  const row = await db
    .selectFrom("account")
    .select("uuid")
    .where("password_hash", "is not", null)
    .where("disabled_at", "is", null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
