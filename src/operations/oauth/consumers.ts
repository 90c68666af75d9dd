import {
  digestOauthSecret,
  writeConsumerKey,
  writeConsumerSecret,
} from "../../authentication/oauth/oauth-secrets.ts";
import type { Account } from "../../model/account.ts";
import { consumerSubject } from "../../model/audit.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import { hasUriCharacters, parseHttpUrl } from "../../model/http-url.ts";
import {
  CONSUMER_DESCRIPTION_LENGTH_MAX,
  CONSUMER_NAME_LENGTH_MAX,
  CONSUMER_URL_LENGTH_MAX,
  CONSUMERS_MAX,
  type OauthConsumer,
} from "../../model/oauth-consumer.ts";
import type { OauthScope } from "../../model/oauth-scope.ts";
import { parseRedirectUri } from "../../model/redirect-uri.ts";
import type { Secret } from "../../model/secret.ts";
import { textLength } from "../../model/text-length.ts";
import type { Uuid } from "../../model/uuid.ts";
import { accountOf } from "../../model/who-acts.ts";
import type { Workspace } from "../../model/workspace.ts";
import type { By, Ports } from "../../ports.ts";
import { insertAccount, setAccountDisabled } from "../../storage/sql/accounts/accounts.ts";
import { isUniqueViolation } from "../../storage/sql/database-failure.ts";
import { lockRows } from "../../storage/sql/lock-rows.ts";
import { deleteOpenCodes } from "../../storage/sql/oauth/codes.ts";
import {
  countConsumers,
  deleteConsumer as deleteConsumerRow,
  insertConsumer,
  setSecret,
  updateConsumer as updateConsumerRow,
} from "../../storage/sql/oauth/consumers.ts";
import { listLivingGrants } from "../../storage/sql/oauth/grants.ts";
import { insertAppUser } from "../../storage/sql/tokens/app-users.ts";
import { TAKES_ACCESS } from "../../storage/sql/transaction-options.ts";
import { endGrants } from "./end-grants.ts";
import { lockedConsumer } from "./locked-consumer.ts";

export type ConsumerPorts = Pick<Ports, "database" | "clock" | "newUuid" | "randomBytes">;

export type WantedConsumer = Pick<
  OauthConsumer,
  "name" | "description" | "url" | "callbackUrl" | "isPrivate" | "scopes"
>;

/**
 * Registers a consumer of a workspace. Acting by itself it is an app user, who is an administrator there as far as its scopes go.
 *
 * @returns its secret, this once.
 * @throws Failure invalid-input that names the wrong field, conflict if the workspace has one of this name or too many.
 */
export async function createConsumer(
  ports: ConsumerPorts,
  by: By,
  workspace: Workspace,
  asked: WantedConsumer,
): Promise<{ readonly consumer: OauthConsumer; readonly secret: Secret }> {
  const wanted = checked(asked);
  const now = ports.clock();
  const secret = writeConsumerSecret(ports.randomBytes);
  const account = appUserOf(ports, wanted.name, now);
  const consumer: OauthConsumer = {
    ...wanted,
    uuid: ports.newUuid(),
    workspaceUuid: workspace.uuid,
    accountUuid: account.uuid,
    key: writeConsumerKey(ports.randomBytes),
    createdByUuid: accountOf(by.caller)?.uuid,
    createdAt: now,
    updatedAt: now,
    lastUsedAt: undefined,
  };
  await refusingTakenName(() =>
    by.transaction(async (tx, record) => {
      await lockRows(tx, [{ table: "workspace", uuid: workspace.uuid, strength: "update" }]);
      if ((await countConsumers(tx, workspace.uuid)) >= CONSUMERS_MAX)
        throw new Failure(
          "conflict",
          `Cannot create the consumer: the workspace has ${CONSUMERS_MAX} already`,
        );
      await insertAccount(tx, account);
      await insertAppUser(tx, account.uuid, {
        repositoryUuid: undefined,
        projectUuid: undefined,
        workspaceUuid: workspace.uuid,
      });
      await insertConsumer(tx, consumer, digestOauthSecret(secret));
      record.audit("consumer.created", consumerSubject(consumer), detailsOf(consumer));
    }),
  );
  return { consumer, secret };
}

/** No person's: nobody can sign in as it, and it has no e-mail address. */
function appUserOf({ newUuid }: Pick<Ports, "newUuid">, name: string, createdAt: Date): Account {
  const uuid = newUuid();
  return {
    uuid,
    kind: "oauth_consumer",
    accountId: `712020:${newUuid()}`,
    username: `oauth-consumer-${uuid}`,
    displayName: name,
    nickname: name,
    isDisabled: false,
    createdAt,
  };
}

function detailsOf({ key, isPrivate, scopes, callbackUrl }: OauthConsumer) {
  return { key, is_private: isPrivate, scopes, callback: callbackUrl ?? null };
}

/**
 * Changes a consumer. If it may ask for something else now, is sent its codes elsewhere, or is of another kind, then everything
 * that was granted to it ends: nobody has allowed what it is now.
 */
export async function updateConsumer(
  ports: ConsumerPorts,
  by: By,
  uuid: Uuid,
  asked: WantedConsumer,
): Promise<{ readonly consumer: OauthConsumer; readonly endedGrants: number }> {
  const wanted = checked(asked);
  return refusingTakenName(() =>
    by.transaction(async (tx, record) => {
      const before = await lockedConsumer(tx, uuid);
      const consumer = { ...before, ...wanted, updatedAt: ports.clock() };
      await updateConsumerRow(tx, consumer);
      record.audit("consumer.changed", consumerSubject(consumer), detailsOf(consumer));
      if (!isAnother(before, consumer)) return { consumer, endedGrants: 0 };
      await deleteOpenCodes(tx, uuid);
      const grants = await listLivingGrants(tx, { consumerUuid: uuid });
      const ended = await endGrants(tx, record, ports.clock(), by.actor, grants, "consumer-changed");
      return { consumer, endedGrants: ended.length };
    }, TAKES_ACCESS),
  );
}

function isAnother(before: OauthConsumer, after: OauthConsumer): boolean {
  return (
    before.isPrivate !== after.isPrivate ||
    before.callbackUrl !== after.callbackUrl ||
    before.scopes.length !== after.scopes.length ||
    before.scopes.some((scope) => !after.scopes.includes(scope))
  );
}

/**
 * Gives it another secret: the old one is refused at once. What accounts have granted stays. What it was given by client
 * credentials ends, since whoever knew the old secret may have asked for it.
 */
export async function rotateConsumerSecret(
  ports: ConsumerPorts,
  by: By,
  uuid: Uuid,
): Promise<{ readonly consumer: OauthConsumer; readonly secret: Secret }> {
  const secret = writeConsumerSecret(ports.randomBytes);
  return by.transaction(async (tx, record) => {
    const consumer = await lockedConsumer(tx, uuid);
    await setSecret(tx, uuid, digestOauthSecret(secret), ports.clock());
    record.audit("consumer.secret-rotated", consumerSubject(consumer), { key: consumer.key });
    const grants = await listLivingGrants(tx, { consumerUuid: uuid, kind: "client-credentials" });
    await endGrants(tx, record, ports.clock(), by.actor, grants, "secret-rotated");
    return { consumer, secret };
  }, TAKES_ACCESS);
}

/** Ends a consumer with everything that was granted to it. What it has written keeps its name. */
export async function deleteConsumer(
  ports: ConsumerPorts,
  by: By,
  uuid: Uuid,
): Promise<{ readonly consumer: OauthConsumer; readonly endedGrants: number }> {
  return by.transaction(async (tx, record) => {
    const consumer = await lockedConsumer(tx, uuid);
    const grants = await listLivingGrants(tx, { consumerUuid: uuid });
    const ended = await endGrants(tx, record, ports.clock(), by.actor, grants, "consumer-deleted");
    await setAccountDisabled(tx, consumer.accountUuid, ports.clock());
    await deleteConsumerRow(tx, uuid);
    record.audit("consumer.deleted", consumerSubject(consumer), { key: consumer.key });
    return { consumer, endedGrants: ended.length };
  }, TAKES_ACCESS);
}

function checked(asked: WantedConsumer): WantedConsumer {
  const name = asked.name.trim();
  const description = asked.description.trim();
  if (name === "" || textLength(name) > CONSUMER_NAME_LENGTH_MAX)
    throw invalidField("name", `must have 1 to ${CONSUMER_NAME_LENGTH_MAX} characters`);
  if (textLength(description) > CONSUMER_DESCRIPTION_LENGTH_MAX)
    throw invalidField("description", `must have at most ${CONSUMER_DESCRIPTION_LENGTH_MAX} characters`);
  const { url, callbackUrl, isPrivate } = asked;
  if (url !== undefined && (!isShort(url) || !hasUriCharacters(url) || parseHttpUrl(url) === undefined))
    throw invalidField("url", "must be an http:// or https:// URL");
  if (callbackUrl !== undefined && (!isShort(callbackUrl) || parseRedirectUri(callbackUrl) === undefined))
    throw invalidField(
      "callback",
      "must be an http:// or https:// URL without user name, fragment and parts such as `..`",
    );
  const scopes: readonly OauthScope[] = [...new Set(asked.scopes)];
  if (scopes.length === 0) throw invalidField("scope", "at least one is needed");
  return { name, description, url, callbackUrl, isPrivate, scopes };
}

function isShort(url: string): boolean {
  return url.length <= CONSUMER_URL_LENGTH_MAX;
}

async function refusingTakenName<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isUniqueViolation(error)
      ? new Failure("conflict", "Cannot store the consumer: the workspace has one of this name")
      : error;
  }
}
