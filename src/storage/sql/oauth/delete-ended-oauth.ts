import type { Kysely } from "kysely";
import {
  EXPIRED_TOKEN_AGE_MS_MAX,
  GRANT_AGE_MS_MAX,
  USED_CODE_AGE_MS_MAX,
} from "../../../model/oauth-grant.ts";
import type { Schema } from "../schema.ts";

/** Deletes what ended so long ago that nobody is told anything about it any more. */
export async function deleteEndedOauth(db: Kysely<Schema>, now: Date): Promise<void> {
  const before = (ageMs: number) => now.getTime() - ageMs;
  await db.deleteFrom("oauth_device_code").where("expires_at", "<=", now.getTime()).execute();
  await db.deleteFrom("oauth_code").where("expires_at", "<=", before(USED_CODE_AGE_MS_MAX)).execute();
  await db.deleteFrom("oauth_refresh_token").where("expires_at", "<=", now.getTime()).execute();
  await db
    .deleteFrom("api_token")
    .where("kind", "=", "oauth")
    .where("expires_at", "<=", before(EXPIRED_TOKEN_AGE_MS_MAX))
    .execute();
  // What cannot be refreshed any more, and has no token.
  await db
    .deleteFrom("oauth_grant")
    .where("created_at", "<=", before(EXPIRED_TOKEN_AGE_MS_MAX))
    .where((eb) =>
      eb.or([eb("revoked_at", "is not", null), eb("created_at", "<=", before(GRANT_AGE_MS_MAX))]),
    )
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("api_token")
            .select("api_token.uuid")
            .whereRef("api_token.grant_uuid", "=", "oauth_grant.uuid"),
        ),
      ),
    )
    .execute();
}
