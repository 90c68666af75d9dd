import type { Kysely } from "kysely";
import type { Account } from "../../model/account.ts";
import { OauthRefusal } from "../../model/oauth-refusal.ts";
import type { OauthScope } from "../../model/oauth-scope.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { By, Ports } from "../../ports.ts";
import { lockRows } from "../../storage/sql/lock-rows.ts";
import { listLivingGrants } from "../../storage/sql/oauth/grants.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import type { Recorder } from "../../storage/sql/write-transaction.ts";
import { endGrants } from "./end-grants.ts";
import { isUsable } from "./is-usable.ts";
import { type IssuedTokens, type IssuePorts, issueTokens } from "./issue-tokens.ts";
import { storeNewGrant } from "./new-grant.ts";

/** As whom an app acts, and what it may ask for by its descriptor. */
export type AppIdentity = {
  readonly account: Pick<Account, "uuid">;
  /** Shown where tokens are listed. */
  readonly name: string;
  readonly scopes: readonly OauthScope[];
};

/**
 * Issues an access token to an installed app that has proved who it is with a JWT. If its scopes have changed, the tokens that it
 * had end.
 *
 * @throws OauthRefusal if its account is disabled.
 */
export async function issueAppToken(
  ports: IssuePorts,
  by: By,
  { account, name, scopes }: AppIdentity,
): Promise<IssuedTokens> {
  const accountUuid = account.uuid;
  return by.transaction(
    async (tx, record) => {
      await lockRows(tx, [{ table: "account", uuid: accountUuid, strength: "update" }]);
      if (!(await isUsable(tx, accountUuid)))
        throw new OauthRefusal("unauthorized_client", "The app is not installed");
      const createdAt = ports.clock();
      const kind = "app";
      const [living] = await listLivingGrants(tx, { accountUuid, kind });
      const isSame = living?.scopes.join(" ") === scopes.join(" ");
      if (living !== undefined && !isSame)
        await endGrants(tx, record, createdAt, by.actor, [living], "app-changed");
      const grant =
        living !== undefined && isSame
          ? living
          : await storeNewGrant(
              tx,
              record,
              { uuid: ports.newUuid(), kind, accountUuid, scopes, createdAt },
              undefined,
            );
      const { randomBytes } = ports;
      return issueTokens(tx, ports, grant, name, { access: randomBytes, refresh: randomBytes });
    },
    { subject: accountUuid },
  );
}

/** Ends the tokens that an app got by its JWTs, in the transaction that uninstalls it. */
export async function endAppGrants(
  tx: Kysely<Schema>,
  record: Recorder,
  { clock }: Pick<Ports, "clock">,
  by: Pick<By, "actor">,
  accountUuid: Uuid,
): Promise<void> {
  await lockRows(tx, [{ table: "account", uuid: accountUuid, strength: "update" }]);
  const grants = await listLivingGrants(tx, { accountUuid, kind: "app" });
  await endGrants(tx, record, clock(), by.actor, grants, "revoked");
}
