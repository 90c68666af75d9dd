import type { Kysely, Selectable } from "kysely";
import type { OauthScope } from "../../../model/oauth-scope.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { flag, instant, optionalInstant } from "../columns.ts";
import type { OauthDeviceCodeRow } from "../schema/oauth.ts";
import type { Schema } from "../schema.ts";
import { toOauthScopes } from "../tokens/tokens.ts";

/** RFC 8628: what a device polls with, until somebody has decided elsewhere. */
export type DeviceCode = {
  readonly consumerUuid: Uuid;
  readonly scopes: readonly OauthScope[];
  readonly expiresAt: Date;
  readonly polledAt: Date | undefined;
  /** Undefined: nobody has decided yet. */
  readonly decision: { readonly accountUuid: Uuid; readonly isAllowed: boolean } | undefined;
};

type Digests = { readonly deviceCode: Buffer; readonly userCode: Buffer };

export async function insertDeviceCode(
  tx: Kysely<Schema>,
  code: DeviceCode,
  { deviceCode, userCode }: Digests,
): Promise<void> {
  await tx
    .insertInto("oauth_device_code")
    .values({
      digest: deviceCode,
      user_code_digest: userCode,
      consumer_uuid: code.consumerUuid,
      scopes: code.scopes.join(" "),
      expires_at: code.expiresAt.getTime(),
      polled_at: null,
      account_uuid: null,
      is_allowed: null,
    })
    .execute();
}

function toDeviceCode(row: Selectable<OauthDeviceCodeRow>): DeviceCode {
  return {
    consumerUuid: row.consumer_uuid as Uuid,
    scopes: toOauthScopes(row.scopes),
    expiresAt: instant(row.expires_at),
    polledAt: optionalInstant(row.polled_at),
    decision:
      row.account_uuid === null
        ? undefined
        : { accountUuid: row.account_uuid as Uuid, isAllowed: row.is_allowed === 1 },
  };
}

export async function findDeviceCode(db: Kysely<Schema>, digest: Buffer): Promise<DeviceCode | undefined> {
  const row = await db
    .selectFrom("oauth_device_code")
    .selectAll()
    .where("digest", "=", digest)
    .executeTakeFirst();
  return row && toDeviceCode(row);
}

/** One that lives and that nobody has decided on. */
export async function findOpenDeviceCode(
  db: Kysely<Schema>,
  userCodeDigest: Buffer,
  now: Date,
): Promise<DeviceCode | undefined> {
  const row = await db
    .selectFrom("oauth_device_code")
    .selectAll()
    .where("user_code_digest", "=", userCodeDigest)
    .where("expires_at", ">", now.getTime())
    .where("account_uuid", "is", null)
    .executeTakeFirst();
  return row && toDeviceCode(row);
}

/** @returns false if somebody has decided meanwhile, or it has ended. */
export async function decideDeviceCode(
  tx: Kysely<Schema>,
  userCodeDigest: Buffer,
  { accountUuid, isAllowed }: NonNullable<DeviceCode["decision"]>,
  now: Date,
): Promise<boolean> {
  const result = await tx
    .updateTable("oauth_device_code")
    .set({ account_uuid: accountUuid, is_allowed: flag(isAllowed) })
    .where("user_code_digest", "=", userCodeDigest)
    .where("expires_at", ">", now.getTime())
    .where("account_uuid", "is", null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function touchDeviceCode(tx: Kysely<Schema>, digest: Buffer, at: Date): Promise<void> {
  await tx
    .updateTable("oauth_device_code")
    .set({ polled_at: at.getTime() })
    .where("digest", "=", digest)
    .execute();
}

/** @returns false if it was used meanwhile: it works once. */
export async function deleteDeviceCode(tx: Kysely<Schema>, digest: Buffer): Promise<boolean> {
  const result = await tx.deleteFrom("oauth_device_code").where("digest", "=", digest).executeTakeFirst();
  return result.numDeletedRows > 0n;
}
