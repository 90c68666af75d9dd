import { digestOauthSecret, writeCode } from "../../authentication/oauth/oauth-secrets.ts";
import type { Account } from "../../model/account.ts";
import { Failure } from "../../model/failure.ts";
import { CODE_AGE_MS_MAX } from "../../model/oauth-grant.ts";
import type { OauthScope } from "../../model/oauth-scope.ts";
import type { Secret } from "../../model/secret.ts";
import type { By, Ports } from "../../ports.ts";
import { insertCode } from "../../storage/sql/oauth/codes.ts";
import { listLivingGrants } from "../../storage/sql/oauth/grants.ts";
import type { Asked } from "./authorization-request.ts";
import { lockedConsumer } from "./locked-consumer.ts";

/**
 * Somebody allows a consumer what it asks for.
 *
 * @param shown the scopes that they have seen.
 * @returns the code that the browser carries back.
 * @throws Failure conflict if the consumer was changed meanwhile.
 */
export async function allowConsumer(
  { clock, randomBytes }: Pick<Ports, "clock" | "randomBytes">,
  by: By,
  account: Account,
  { consumer: { uuid, updatedAt }, sentRedirectUri, challenge }: Asked,
  shown: readonly OauthScope[],
): Promise<Secret> {
  const code = writeCode(randomBytes);
  await by.transaction(async (tx) => {
    const consumer = await lockedConsumer(tx, uuid);
    const isSame =
      consumer.updatedAt.getTime() === updatedAt.getTime() &&
      consumer.scopes.every((scope) => shown.includes(scope));
    if (!isSame) throw new Failure("conflict", "The consumer was changed meanwhile: look at it again");
    await insertCode(
      tx,
      {
        consumerUuid: uuid,
        accountUuid: account.uuid,
        redirectUri: sentRedirectUri,
        challenge,
        scopes: consumer.scopes,
        expiresAt: new Date(clock().getTime() + CODE_AGE_MS_MAX),
        grantUuid: undefined,
      },
      digestOauthSecret(code),
    );
  });
  return code;
}

/**
 * Whether an account need not be asked again: it has allowed the same before, and the consumer proves who it is with a secret that it
 * shares with nobody (RFC 6749, section 10.2).
 */
export async function isAllowedBefore(
  { database }: Pick<Ports, "database">,
  { uuid: accountUuid }: Account,
  { consumer }: Asked,
): Promise<boolean> {
  if (!consumer.isPrivate) return false;
  const grants = await listLivingGrants(database.kysely, {
    accountUuid,
    consumerUuid: consumer.uuid,
    kind: "authorization-code",
  });
  return grants.some((grant) => consumer.scopes.every((scope) => grant.scopes.includes(scope)));
}
