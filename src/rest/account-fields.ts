import type { Account } from "../model/account.ts";
import type { MatchFields } from "../model/match-filter.ts";

/**
 * The fields by which lists of accounts, or of items with an account, are filtered and sorted. User names are not
 * shown, so there is no field for them.
 */
export function accountFields<Row>(prefix: "" | "user.", accountOf: (row: Row) => Account): MatchFields<Row> {
  return {
    [`${prefix}uuid`]: { type: "uuid", read: (row) => accountOf(row).uuid },
    [`${prefix}account_id`]: { type: "text", read: (row) => accountOf(row).accountId },
    [`${prefix}nickname`]: { type: "text", read: (row) => accountOf(row).nickname },
    [`${prefix}display_name`]: { type: "text", read: (row) => accountOf(row).displayName },
  };
}
