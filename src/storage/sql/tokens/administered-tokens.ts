import type { Kysely } from "kysely";
import { sql } from "kysely";
import { foldCase } from "../../../model/fold-case.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { instant, optionalInstant } from "../columns.ts";
import type { Schema } from "../schema.ts";

/** A living API token with whose it is, for the operator's scripts. */
export type AdministeredToken = {
  readonly uuid: Uuid;
  readonly name: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | undefined;
  readonly owner: { readonly accountId: string; readonly name: string; readonly email: string | undefined };
};

function livingApiTokens(db: Kysely<Schema>, now: Date) {
  return db
    .selectFrom("api_token")
    .innerJoin("account", "account.uuid", "api_token.account_uuid")
    .where("api_token.kind", "=", "api-token")
    .where("api_token.parent_uuid", "is", null)
    .where("api_token.revoked_at", "is", null)
    .where("api_token.expires_at", ">", now.getTime());
}

/** By their ids, so that a page goes on where the one before it ended, whatever was created or revoked meanwhile. */
export async function listAdministeredTokens(
  db: Kysely<Schema>,
  {
    now,
    text,
    after,
    limit,
  }: {
    readonly now: Date;
    /** In the name of the token, or of its owner. */
    readonly text: string | undefined;
    readonly after: Uuid | undefined;
    readonly limit: number;
  },
): Promise<readonly AdministeredToken[]> {
  let query = livingApiTokens(db, now)
    .leftJoin("account_email", (join) =>
      join.onRef("account_email.account_uuid", "=", "account.uuid").on("account_email.is_primary", "=", 1),
    )
    .select([
      "api_token.uuid",
      "api_token.name",
      "api_token.created_at",
      "api_token.expires_at",
      "api_token.last_used_at",
      "account.account_id",
      "account.display_name",
      "account_email.address",
    ]);
  if (text !== undefined) {
    const pattern = sql`cast(${`%${foldCase(text).replace(/[\\%_]/g, "\\$&")}%`} as text)`;
    query = query.where(
      sql<boolean>`(fold_case(api_token.name) like ${pattern} escape '\\'
        or fold_case(account.display_name) like ${pattern} escape '\\')`,
    );
  }
  if (after !== undefined) query = query.where("api_token.uuid", ">", after);
  const rows = await query.orderBy("api_token.uuid").limit(limit).execute();
  return rows.map((row) => ({
    uuid: row.uuid as Uuid,
    name: row.name,
    createdAt: instant(row.created_at),
    expiresAt: instant(row.expires_at),
    lastUsedAt: optionalInstant(row.last_used_at),
    owner: { accountId: row.account_id, name: row.display_name, email: row.address ?? undefined },
  }));
}
