import type { Kysely } from "kysely";
import type { Account } from "../../model/account.ts";
import { type Actor, consumerSubject, grantSubject } from "../../model/audit.ts";
import { Failure } from "../../model/failure.ts";
import type { OauthGrant } from "../../model/oauth-grant.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { By, Ports } from "../../ports.ts";
import { deleteOpenCodes } from "../../storage/sql/oauth/codes.ts";
import { findConsumer } from "../../storage/sql/oauth/consumers.ts";
import { listLivingGrants, revokeGrants } from "../../storage/sql/oauth/grants.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import { TAKES_ACCESS } from "../../storage/sql/transaction-options.ts";
import type { Recorder } from "../../storage/sql/write-transaction.ts";
import { lockedConsumer } from "./locked-consumer.ts";

/** Why a grant ended, for the audit log. */
export type EndOfGrant =
  | "revoked"
  | "code-replayed"
  | "refresh-token-replayed"
  | "consumer-changed"
  | "consumer-deleted"
  | "secret-rotated"
  | "app-changed";

/**
 * Ends grants with all their tokens, in a transaction that has locked their consumer.
 *
 * @returns those that lived until now.
 */
export async function endGrants(
  tx: Kysely<Schema>,
  record: Recorder,
  at: Date,
  by: Actor,
  grants: readonly OauthGrant[],
  why: EndOfGrant,
): Promise<readonly OauthGrant[]> {
  const uuids = grants.map(({ uuid }) => uuid);
  const ended = await revokeGrants(tx, uuids, at, by);
  for (const grant of ended) {
    const consumer = grant.consumerUuid && (await findConsumer(tx, grant.consumerUuid));
    record.audit("grant.revoked", consumer === undefined ? grantSubject(grant) : consumerSubject(consumer), {
      account: grant.accountUuid,
      grant: grant.uuid,
      kind: grant.kind,
      why,
    });
  }
  return ended;
}

/**
 * Takes back what an account has allowed to a consumer: from the next request on, none of its tokens works.
 *
 * @throws Failure not-found if it has allowed nothing.
 */
export async function endAuthorization(
  { clock }: Pick<Ports, "clock">,
  by: By,
  { uuid: accountUuid }: Pick<Account, "uuid">,
  consumerUuid: Uuid,
): Promise<void> {
  await by.transaction(async (tx, record) => {
    await lockedConsumer(tx, consumerUuid);
    const grants = await listLivingGrants(tx, { accountUuid, consumerUuid });
    await deleteOpenCodes(tx, consumerUuid, accountUuid);
    if (grants.length === 0) throw new Failure("not-found", "There is no such authorization");
    await endGrants(tx, record, clock(), by.actor, grants, "revoked");
  }, TAKES_ACCESS);
}
