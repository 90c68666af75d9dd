import type { Kysely } from "kysely";
import type { OauthScope } from "../../../model/oauth-scope.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { instant } from "../columns.ts";
import type { Schema } from "../schema.ts";
import { toOauthScopes } from "../tokens/tokens.ts";

/** What a browser carries back to a consumer, without the secret in it. */
export type OauthCode = {
  readonly consumerUuid: Uuid;
  readonly accountUuid: Uuid;
  /** As it was sent with the request. Undefined: it was not. */
  readonly redirectUri: string | undefined;
  readonly challenge: string | undefined;
  readonly scopes: readonly OauthScope[];
  readonly expiresAt: Date;
  /** What it became. Undefined: it was not used. */
  readonly grantUuid: Uuid | undefined;
};

export async function insertCode(tx: Kysely<Schema>, code: OauthCode, digest: Buffer): Promise<void> {
  await tx
    .insertInto("oauth_code")
    .values({
      digest,
      consumer_uuid: code.consumerUuid,
      account_uuid: code.accountUuid,
      redirect_uri: code.redirectUri ?? null,
      challenge: code.challenge ?? null,
      scopes: code.scopes.join(" "),
      expires_at: code.expiresAt.getTime(),
      grant_uuid: code.grantUuid ?? null,
    })
    .execute();
}

/** Also one that has expired or was used. */
export async function findCode(db: Kysely<Schema>, digest: Buffer): Promise<OauthCode | undefined> {
  const row = await db.selectFrom("oauth_code").selectAll().where("digest", "=", digest).executeTakeFirst();
  return (
    row && {
      consumerUuid: row.consumer_uuid as Uuid,
      accountUuid: row.account_uuid as Uuid,
      redirectUri: row.redirect_uri ?? undefined,
      challenge: row.challenge ?? undefined,
      scopes: toOauthScopes(row.scopes),
      expiresAt: instant(row.expires_at),
      grantUuid: (row.grant_uuid ?? undefined) as Uuid | undefined,
    }
  );
}

/** @returns false if it was used meanwhile: of two who use a code at once, one wins. */
export async function useCode(tx: Kysely<Schema>, digest: Buffer, grantUuid: Uuid): Promise<boolean> {
  const result = await tx
    .updateTable("oauth_code")
    .set({ grant_uuid: grantUuid })
    .where("digest", "=", digest)
    .where("grant_uuid", "is", null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Those that nobody has used yet, of a consumer or of one account with it, also of devices. */
export async function deleteOpenCodes(
  tx: Kysely<Schema>,
  consumerUuid: Uuid,
  accountUuid?: Uuid,
): Promise<void> {
  let codes = tx
    .deleteFrom("oauth_code")
    .where("consumer_uuid", "=", consumerUuid)
    .where("grant_uuid", "is", null);
  let deviceCodes = tx.deleteFrom("oauth_device_code").where("consumer_uuid", "=", consumerUuid);
  if (accountUuid !== undefined) {
    codes = codes.where("account_uuid", "=", accountUuid);
    deviceCodes = deviceCodes.where("account_uuid", "=", accountUuid);
  }
  await codes.execute();
  await deviceCodes.execute();
}
