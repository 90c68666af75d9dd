import type { OauthConsumer } from "../../model/oauth-consumer.ts";
import { OauthRefusal } from "../../model/oauth-refusal.ts";
import type { By } from "../../ports.ts";
import { listLivingGrants } from "../../storage/sql/oauth/grants.ts";
import { isUsable } from "./is-usable.ts";
import { type IssuedTokens, type IssuePorts, issueTokens } from "./issue-tokens.ts";
import { lockedConsumer } from "./locked-consumer.ts";
import { storeNewGrant } from "./new-grant.ts";

/** Recorded text. */
const PUBLIC_CONSUMER =
  'Cannot use client_credentials with a consumer marked as "public". Calls for auto generated consumers should use urn:bitbucket:oauth2:jwt instead.';

/**
 * Issues an access token with which a private consumer acts by itself, in its workspace.
 *
 * @throws OauthRefusal
 */
export async function issueClientToken(
  ports: IssuePorts,
  by: By,
  { uuid }: OauthConsumer,
): Promise<IssuedTokens> {
  return by.transaction(
    async (tx, record) => {
      const consumer = await lockedConsumer(tx, uuid);
      if (!consumer.isPrivate) throw new OauthRefusal("invalid_grant", PUBLIC_CONSUMER);
      const { accountUuid, scopes } = consumer;
      if (!(await isUsable(tx, accountUuid)))
        throw new OauthRefusal("unauthorized_client", "The account of this OAuth consumer is disabled");
      const kind = "client-credentials";
      const [living] = await listLivingGrants(tx, { consumerUuid: uuid, kind });
      const createdAt = ports.clock();
      const grant =
        living ??
        (await storeNewGrant(
          tx,
          record,
          { uuid: ports.newUuid(), kind, accountUuid, scopes, createdAt },
          consumer,
        ));
      const { randomBytes } = ports;
      return issueTokens(tx, ports, grant, consumer.name, { access: randomBytes, refresh: randomBytes });
    },
    { subject: uuid },
  );
}
