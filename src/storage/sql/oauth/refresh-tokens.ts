import type { Kysely } from "kysely";
import type { Uuid } from "../../../model/uuid.ts";
import { instant, optionalInstant } from "../columns.ts";
import type { Schema } from "../schema.ts";

export type RefreshToken = {
  readonly grantUuid: Uuid;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** When it was exchanged first. */
  readonly usedAt: Date | undefined;
};

export async function insertRefreshToken(
  tx: Kysely<Schema>,
  token: RefreshToken,
  digest: Buffer,
): Promise<void> {
  await tx
    .insertInto("oauth_refresh_token")
    .values({
      digest,
      grant_uuid: token.grantUuid,
      created_at: token.createdAt.getTime(),
      expires_at: token.expiresAt.getTime(),
      used_at: token.usedAt?.getTime() ?? null,
    })
    .execute();
}

export async function findRefreshToken(
  db: Kysely<Schema>,
  digest: Buffer,
): Promise<RefreshToken | undefined> {
  const row = await db
    .selectFrom("oauth_refresh_token")
    .selectAll()
    .where("digest", "=", digest)
    .executeTakeFirst();
  return (
    row && {
      grantUuid: row.grant_uuid as Uuid,
      createdAt: instant(row.created_at),
      expiresAt: instant(row.expires_at),
      usedAt: optionalInstant(row.used_at),
    }
  );
}

/** @returns false if it was used before: the first instant stays. */
export async function useRefreshToken(tx: Kysely<Schema>, digest: Buffer, at: Date): Promise<boolean> {
  const result = await tx
    .updateTable("oauth_refresh_token")
    .set({ used_at: at.getTime() })
    .where("digest", "=", digest)
    .where("used_at", "is", null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}
