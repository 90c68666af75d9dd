import type { Kysely, Selectable } from "kysely";
import type { TokenDraft } from "../../../model/token-draft.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { instant } from "../columns.ts";
import type { TokenDraftRow } from "../schema/token-drafts.ts";
import type { Schema } from "../schema.ts";
import { toBound, writeBound } from "./bound-column.ts";
import { toScopes } from "./tokens.ts";

export async function insertTokenDraft(db: Kysely<Schema>, draft: TokenDraft): Promise<void> {
  await db
    .insertInto("api_token_draft")
    .values({
      uuid: draft.uuid,
      session_uuid: draft.sessionUuid,
      name: draft.name,
      age_days: draft.ageDays,
      scopes: draft.scopes.join(" "),
      bound: writeBound(draft.bound),
      expires_at: draft.expiresAt.getTime(),
      token_uuid: draft.tokenUuid ?? null,
    })
    .execute();
}

/** Of this session, unless it is forgotten. */
export async function findTokenDraft(
  db: Kysely<Schema>,
  uuid: Uuid,
  { sessionUuid, now }: { readonly sessionUuid: Uuid; readonly now: Date },
): Promise<TokenDraft | undefined> {
  const row = await db
    .selectFrom("api_token_draft")
    .selectAll()
    .where("uuid", "=", uuid)
    .where("session_uuid", "=", sessionUuid)
    .where("expires_at", ">", now.getTime())
    .executeTakeFirst();
  return row && toTokenDraft(row);
}

function toTokenDraft(row: Selectable<TokenDraftRow>): TokenDraft {
  return {
    uuid: row.uuid as Uuid,
    sessionUuid: row.session_uuid as Uuid,
    name: row.name,
    ageDays: row.age_days,
    scopes: toScopes(row.scopes),
    bound: toBound(row.bound),
    expiresAt: instant(row.expires_at),
    tokenUuid: (row.token_uuid ?? undefined) as Uuid | undefined,
  };
}

/** @returns false if there is none, or its token has been created. */
export async function updateTokenDraft(
  db: Kysely<Schema>,
  { uuid, sessionUuid, name, ageDays, scopes, bound, expiresAt }: TokenDraft,
): Promise<boolean> {
  const result = await db
    .updateTable("api_token_draft")
    .set({
      name,
      age_days: ageDays,
      scopes: scopes.join(" "),
      bound: writeBound(bound),
      expires_at: expiresAt.getTime(),
    })
    .where("uuid", "=", uuid)
    .where("session_uuid", "=", sessionUuid)
    .where("token_uuid", "is", null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** @returns false if there is none, or its token has been created: of two at once, one wins. */
export async function finishTokenDraft(
  db: Kysely<Schema>,
  { uuid, sessionUuid }: Pick<TokenDraft, "uuid" | "sessionUuid">,
  tokenUuid: Uuid,
): Promise<boolean> {
  const result = await db
    .updateTable("api_token_draft")
    .set({ token_uuid: tokenUuid })
    .where("uuid", "=", uuid)
    .where("session_uuid", "=", sessionUuid)
    .where("token_uuid", "is", null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Those that are forgotten, and of this session all but the `kept` last changed ones. */
export async function deleteOldTokenDrafts(
  db: Kysely<Schema>,
  { sessionUuid, now, kept }: { readonly sessionUuid: Uuid; readonly now: Date; readonly kept: number },
): Promise<void> {
  await db.deleteFrom("api_token_draft").where("expires_at", "<=", now.getTime()).execute();
  const old = await db
    .selectFrom("api_token_draft")
    .select("uuid")
    .where("session_uuid", "=", sessionUuid)
    .orderBy("expires_at", "desc")
    .orderBy("uuid")
    .execute();
  for (const { uuid } of old.slice(kept))
    await db.deleteFrom("api_token_draft").where("uuid", "=", uuid).execute();
}

/** For a session that is renewed: what was begun goes on. */
export async function moveTokenDrafts(db: Kysely<Schema>, from: Uuid, to: Uuid): Promise<void> {
  await db
    .updateTable("api_token_draft")
    .set({ session_uuid: to })
    .where("session_uuid", "=", from)
    .execute();
}
