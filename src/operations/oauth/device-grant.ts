import { digestOauthSecret, writeCode, writeUserCode } from "../../authentication/oauth/oauth-secrets.ts";
import type { Account } from "../../model/account.ts";
import { Failure } from "../../model/failure.ts";
import type { OauthConsumer } from "../../model/oauth-consumer.ts";
import { DEVICE_CODE_AGE_MS_MAX, DEVICE_POLL_SECONDS } from "../../model/oauth-grant.ts";
import { OauthRefusal } from "../../model/oauth-refusal.ts";
import type { OauthScope } from "../../model/oauth-scope.ts";
import type { Secret } from "../../model/secret.ts";
import type { By, Ports } from "../../ports.ts";
import { findConsumer } from "../../storage/sql/oauth/consumers.ts";
import {
  decideDeviceCode,
  deleteDeviceCode,
  findDeviceCode,
  findOpenDeviceCode,
  insertDeviceCode,
  touchDeviceCode,
} from "../../storage/sql/oauth/device-codes.ts";
import { isUsable } from "./is-usable.ts";
import { type IssuedTokens, type IssuePorts, issueTokens } from "./issue-tokens.ts";
import { lockedConsumer } from "./locked-consumer.ts";
import { storeNewGrant } from "./new-grant.ts";

/** RFC 8628, section 3.2. */
export type DeviceAuthorization = {
  readonly deviceCode: Secret;
  readonly userCode: Secret;
  readonly expiresInSeconds: number;
  readonly intervalSeconds: number;
};

/** Begins a sign-in on a device without a browser: it shows the user code, and polls with its own. */
export async function beginDeviceGrant(
  { clock, randomBytes }: IssuePorts,
  by: By,
  { uuid }: OauthConsumer,
): Promise<DeviceAuthorization> {
  const [deviceCode, userCode] = [writeCode(randomBytes), writeUserCode(randomBytes)];
  await by.transaction(async (tx) => {
    const { scopes } = await lockedConsumer(tx, uuid);
    const expiresAt = new Date(clock().getTime() + DEVICE_CODE_AGE_MS_MAX);
    await insertDeviceCode(
      tx,
      { consumerUuid: uuid, scopes, expiresAt, polledAt: undefined, decision: undefined },
      { deviceCode: digestOauthSecret(deviceCode), userCode: digestOauthSecret(userCode) },
    );
  });
  return {
    deviceCode,
    userCode,
    expiresInSeconds: DEVICE_CODE_AGE_MS_MAX / 1_000,
    intervalSeconds: DEVICE_POLL_SECONDS,
  };
}

/** What somebody is asked who has typed a user code. */
export type AskedByDevice = { readonly consumer: OauthConsumer; readonly scopes: readonly OauthScope[] };

/** Undefined: there is no such code, it has ended, or somebody has decided. */
export async function findAskedByDevice(
  { database, clock }: Pick<Ports, "database" | "clock">,
  userCode: Secret,
): Promise<AskedByDevice | undefined> {
  const code = await findOpenDeviceCode(database.kysely, digestOauthSecret(userCode), clock());
  const consumer = code && (await findConsumer(database.kysely, code.consumerUuid));
  return code === undefined || consumer === undefined ? undefined : { consumer, scopes: code.scopes };
}

/** @throws Failure gone if the code has ended, or somebody has decided meanwhile. */
export async function decideOnDevice(
  { clock }: Pick<Ports, "clock">,
  by: By,
  { uuid: accountUuid }: Account,
  userCode: Secret,
  isAllowed: boolean,
): Promise<void> {
  await by.transaction(async (tx) => {
    const decision = { accountUuid, isAllowed };
    if (!(await decideDeviceCode(tx, digestOauthSecret(userCode), decision, clock())))
      throw new Failure("gone", "The code has expired, or was used");
  });
}

/**
 * The device asks whether somebody has decided.
 *
 * @throws OauthRefusal: authorization_pending, slow_down, access_denied, expired_token, or invalid_grant for an unknown one.
 */
export async function exchangeDeviceCode(
  ports: IssuePorts,
  by: By,
  { uuid }: OauthConsumer,
  sent: Secret,
): Promise<IssuedTokens> {
  const digest = digestOauthSecret(sent);
  const outcome = await by.transaction(
    async (tx, record) => {
      const consumer = await lockedConsumer(tx, uuid);
      const code = await findDeviceCode(tx, digest);
      if (code === undefined || code.consumerUuid !== uuid)
        return new OauthRefusal("invalid_grant", "The specified device code is not valid.");
      const now = ports.clock();
      if (code.expiresAt <= now)
        return new OauthRefusal("expired_token", "The device code has expired: begin again");
      if (code.decision === undefined) {
        const sinceMs = code.polledAt === undefined ? undefined : now.getTime() - code.polledAt.getTime();
        await touchDeviceCode(tx, digest, now);
        return sinceMs !== undefined && sinceMs < DEVICE_POLL_SECONDS * 1_000
          ? new OauthRefusal("slow_down", `Ask every ${DEVICE_POLL_SECONDS} seconds at most`)
          : new OauthRefusal("authorization_pending", "Nobody has decided yet");
      }
      const { accountUuid, isAllowed } = code.decision;
      await deleteDeviceCode(tx, digest);
      if (!isAllowed) return new OauthRefusal("access_denied", "The access was denied");
      if (!(await isUsable(tx, accountUuid)))
        return new OauthRefusal("access_denied", "The account is disabled");
      const wanted = { kind: "device", accountUuid, scopes: code.scopes, createdAt: now } as const;
      const grant = await storeNewGrant(tx, record, { uuid: ports.newUuid(), ...wanted }, consumer);
      const { randomBytes } = ports;
      return issueTokens(tx, ports, grant, consumer.name, { access: randomBytes, refresh: randomBytes });
    },
    { subject: uuid },
  );
  if (outcome instanceof OauthRefusal) throw outcome;
  return outcome;
}
