import { type Kysely, sql } from "kysely";
import type { Account } from "../../../model/account.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { ACCOUNT_COLUMNS, toAccount } from "../accounts/accounts.ts";
import type { Schema } from "../schema.ts";
import { LACKS_TWO_STEP } from "./private-content-rules.ts";
import { reachingAccounts } from "./reaching-tokens.ts";

/** The people who reach a workspace and have no two-step verification, by their user names. */
export async function listPeopleWithoutTwoStep(
  db: Kysely<Schema>,
  workspaceUuid: Uuid,
  limit: number,
): Promise<{ readonly people: readonly Account[]; readonly size: number }> {
  const lacking = db
    .selectFrom("account")
    .where("account.uuid", "in", reachingAccounts(workspaceUuid))
    .where("account.disabled_at", "is", null)
    .where(LACKS_TWO_STEP);
  const { size } = await lacking.select(sql<number>`count(*)`.as("size")).executeTakeFirstOrThrow();
  const rows = await lacking
    .select(ACCOUNT_COLUMNS)
    .orderBy("account.username")
    .orderBy("account.uuid")
    .limit(limit)
    .execute();
  return { people: rows.map(toAccount), size: Number(size) };
}
