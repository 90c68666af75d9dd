import type { Kysely } from "kysely";
import type { Uuid } from "../../model/uuid.ts";
import { findAccountsByUuids } from "../../storage/sql/accounts/accounts.ts";
import type { Schema } from "../../storage/sql/schema.ts";

/** Whether tokens may be issued that act for an account. */
export async function isUsable(tx: Kysely<Schema>, accountUuid: Uuid): Promise<boolean> {
  const account = (await findAccountsByUuids(tx, new Set([accountUuid]))).get(accountUuid);
  return account !== undefined && !account.isDisabled;
}
