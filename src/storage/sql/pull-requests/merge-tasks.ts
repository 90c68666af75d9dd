import { type Kysely, type Selectable, sql } from "kysely";
import type { MergeFailure, MergeOutcome, MergeTask } from "../../../model/merge-task.ts";
import type { PullRequestKey } from "../../../model/pull-request.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { instant } from "../columns.ts";
import type { MergeTaskRow } from "../schema/merge-tasks.ts";
import type { Schema } from "../schema.ts";

export async function insertMergeTask(tx: Kysely<Schema>, task: Omit<MergeTask, "outcome">): Promise<void> {
  await tx
    .insertInto("pull_request_merge_task")
    .values({
      uuid: task.uuid,
      repository_uuid: task.pullRequest.repositoryUuid,
      pull_request_id: task.pullRequest.id,
      state: "PENDING",
      failure: null,
      created_at: task.createdAt.getTime(),
      deadline_at: task.deadlineAt.getTime(),
    })
    .execute();
}

export async function findMergeTask(db: Kysely<Schema>, uuid: Uuid): Promise<MergeTask | undefined> {
  const row = await db
    .selectFrom("pull_request_merge_task")
    .selectAll()
    .where("uuid", "=", uuid)
    .executeTakeFirst();
  return row && toMergeTask(row);
}

/** The one that is under way for a pull request. */
export async function findPendingMergeTask(
  db: Kysely<Schema>,
  { repositoryUuid, id }: PullRequestKey,
  now: Date,
): Promise<MergeTask | undefined> {
  const row = await db
    .selectFrom("pull_request_merge_task")
    .selectAll()
    .where("repository_uuid", "=", repositoryUuid)
    .where("pull_request_id", "=", id)
    .where("state", "=", "PENDING")
    .where("deadline_at", ">", now.getTime())
    .executeTakeFirst();
  return row && toMergeTask(row);
}

/** @returns whether it was still pending, within its time. */
export async function finishMergeTask(
  tx: Kysely<Schema>,
  uuid: Uuid,
  outcome: Exclude<MergeOutcome, { kind: "pending" }>,
  now: Date,
): Promise<boolean> {
  const result = await tx
    .updateTable("pull_request_merge_task")
    .set(
      outcome.kind === "merged"
        ? { state: "SUCCESS" }
        : { state: "FAILED", failure: JSON.stringify(outcome.failure) },
    )
    .where("uuid", "=", uuid)
    .where("state", "=", "PENDING")
    .where("deadline_at", ">", now.getTime())
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Moves the deadline of a task that is still pending within its time. */
export async function renewMergeTask(
  db: Kysely<Schema>,
  uuid: Uuid,
  now: Date,
  timeLeftMs: number,
): Promise<void> {
  await db
    .updateTable("pull_request_merge_task")
    .set({ deadline_at: now.getTime() + timeLeftMs })
    .where("uuid", "=", uuid)
    .where("state", "=", "PENDING")
    .where("deadline_at", ">", now.getTime())
    .execute();
}

export async function deleteMergeTasksBefore(db: Kysely<Schema>, before: Date): Promise<void> {
  await db.deleteFrom("pull_request_merge_task").where("created_at", "<", before.getTime()).execute();
}

/** Pull requests whose merge was cut off are open as before. */
export async function releaseQueuedPullRequests(db: Kysely<Schema>, now: Date): Promise<void> {
  await db
    .updateTable("pull_request")
    .set({ is_queued: 0 })
    .where("is_queued", "=", 1)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("pull_request_merge_task as task")
            .select(sql.lit(1).as("one"))
            .whereRef("task.repository_uuid", "=", "pull_request.repository_uuid")
            .whereRef("task.pull_request_id", "=", "pull_request.id")
            .where("task.state", "=", "PENDING")
            .where("task.deadline_at", ">", now.getTime()),
        ),
      ),
    )
    .execute();
}

function toMergeTask(row: Selectable<MergeTaskRow>): MergeTask {
  return {
    uuid: row.uuid as Uuid,
    pullRequest: { repositoryUuid: row.repository_uuid as Uuid, id: row.pull_request_id },
    createdAt: instant(row.created_at),
    deadlineAt: instant(row.deadline_at),
    outcome: toOutcome(row),
  };
}

function toOutcome({ state, failure }: Selectable<MergeTaskRow>): MergeOutcome {
  switch (state) {
    case "PENDING":
      return { kind: "pending" };
    case "SUCCESS":
      return { kind: "merged" };
    default:
      return { kind: "failed", failure: JSON.parse(failure ?? "{}") as MergeFailure };
  }
}
