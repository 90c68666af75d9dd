import type { Kysely } from "kysely";
import {
  type PullRequestKey,
  type PullRequestParticipant,
  pullRequestKeyText,
  type ReviewState,
} from "../../../model/pull-request.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { ACCOUNT_COLUMNS, toAccount } from "../accounts/accounts.ts";
import { flag, optionalInstant } from "../columns.ts";
import type { Schema } from "../schema.ts";

/** Everyone who takes part, in the order in which they came. */
export async function listParticipants(
  db: Kysely<Schema>,
  key: PullRequestKey,
): Promise<readonly PullRequestParticipant[]> {
  const found = await listParticipantsOf(db, [key]);
  return found.get(pullRequestKeyText(key)) ?? [];
}

/** The same for several pull requests, by `pullRequestKeyText`. One statement. */
export async function listParticipantsOf(
  db: Kysely<Schema>,
  keys: readonly PullRequestKey[],
): Promise<ReadonlyMap<string, readonly PullRequestParticipant[]>> {
  const found = new Map<string, PullRequestParticipant[]>();
  if (keys.length === 0) return found;
  const repositories = [...new Set(keys.map(({ repositoryUuid }) => repositoryUuid))];
  const ids = [...new Set(keys.map(({ id }) => id))];
  const rows = await db
    .selectFrom("pull_request_participant as taking")
    .innerJoin("account", "account.uuid", "taking.account_uuid")
    .select(["taking.repository_uuid", "taking.pull_request_id"])
    .select(["taking.is_reviewer", "taking.state", "taking.participated_at"])
    .select(ACCOUNT_COLUMNS)
    // With several repositories it finds more than was asked for, which does no harm.
    .where("taking.repository_uuid", "in", repositories)
    .where("taking.pull_request_id", "in", ids)
    .orderBy("taking.pull_request_id")
    .orderBy("taking.position")
    .orderBy("taking.account_uuid")
    .execute();
  for (const row of rows) {
    const key = pullRequestKeyText({ repositoryUuid: row.repository_uuid as Uuid, id: row.pull_request_id });
    const participants = found.get(key) ?? [];
    participants.push({
      account: toAccount(row),
      isReviewer: row.is_reviewer === 1,
      state: (row.state ?? undefined) as ReviewState | undefined,
      participatedAt: optionalInstant(row.participated_at),
    });
    found.set(key, participants);
  }
  return found;
}

/** What changes of somebody's part. Every key that is present is written. */
export type ParticipantChanges = {
  readonly isReviewer?: boolean;
  readonly state?: ReviewState | undefined;
  readonly participatedAt?: Date;
};

/** Adds somebody, or changes their part. Call it in a transaction that has locked the pull request. */
export async function setParticipant(
  tx: Kysely<Schema>,
  { repositoryUuid, id }: PullRequestKey,
  accountUuid: Uuid,
  changes: ParticipantChanges,
): Promise<void> {
  const changed = {
    ...(changes.isReviewer === undefined ? {} : { is_reviewer: flag(changes.isReviewer) }),
    ...("state" in changes ? { state: changes.state ?? null } : {}),
    ...(changes.participatedAt === undefined ? {} : { participated_at: changes.participatedAt.getTime() }),
  };
  if (Object.keys(changed).length > 0) {
    const { numUpdatedRows } = await tx
      .updateTable("pull_request_participant")
      .set(changed)
      .where("repository_uuid", "=", repositoryUuid)
      .where("pull_request_id", "=", id)
      .where("account_uuid", "=", accountUuid)
      .executeTakeFirst();
    if (numUpdatedRows > 0n) return;
  }
  const { last } = await tx
    .selectFrom("pull_request_participant")
    .select((eb) => eb.fn.max("position").as("last"))
    .where("repository_uuid", "=", repositoryUuid)
    .where("pull_request_id", "=", id)
    .executeTakeFirstOrThrow();
  await tx
    .insertInto("pull_request_participant")
    .values({
      repository_uuid: repositoryUuid,
      pull_request_id: id,
      account_uuid: accountUuid,
      is_reviewer: 0,
      state: null,
      participated_at: null,
      position: (last ?? 0) + 1,
      ...changed,
    })
    .onConflict((conflict) =>
      conflict.columns(["repository_uuid", "pull_request_id", "account_uuid"]).doNothing(),
    )
    .execute();
}

/**
 * Makes these accounts the reviewers. Who was one and has done something stays as a participant; who has done nothing
 * goes. Call it in a transaction that has locked the pull request.
 */
export async function setReviewers(
  tx: Kysely<Schema>,
  key: PullRequestKey,
  reviewers: readonly Uuid[],
): Promise<void> {
  const { repositoryUuid, id } = key;
  const others = tx
    .updateTable("pull_request_participant")
    .set({ is_reviewer: 0 })
    .where("repository_uuid", "=", repositoryUuid)
    .where("pull_request_id", "=", id);
  await (reviewers.length === 0 ? others : others.where("account_uuid", "not in", reviewers)).execute();
  await tx
    .deleteFrom("pull_request_participant")
    .where("repository_uuid", "=", repositoryUuid)
    .where("pull_request_id", "=", id)
    .where("is_reviewer", "=", 0)
    .where("participated_at", "is", null)
    .where("account_uuid", "not in", reviewers.length === 0 ? [""] : reviewers)
    .execute();
  for (const account of reviewers) await setParticipant(tx, key, account, { isReviewer: true });
}

/** Ends everybody's reviews of these states. They stay participants. */
export async function clearReviews(
  tx: Kysely<Schema>,
  { repositoryUuid, id }: PullRequestKey,
  states: readonly ReviewState[],
): Promise<void> {
  await tx
    .updateTable("pull_request_participant")
    .set({ state: null })
    .where("repository_uuid", "=", repositoryUuid)
    .where("pull_request_id", "=", id)
    .where("state", "in", states)
    .execute();
}
