import type { Kysely } from "kysely";
import { parseCommentId } from "../../model/comment-id.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import { permits } from "../../model/permission.ts";
import type { PullRequest, PullRequestKey } from "../../model/pull-request.ts";
import type { PullRequestTask } from "../../model/pull-request-task.ts";
import type { Uuid } from "../../model/uuid.ts";
import { accountOf, requireAccount } from "../../model/who-acts.ts";
import type { By, Ports } from "../../ports.ts";
import { findPermission } from "../../storage/sql/permissions/permissions.ts";
import { findComment } from "../../storage/sql/pull-requests/comments.ts";
import { updatePullRequest } from "../../storage/sql/pull-requests/pull-requests.ts";
import { deleteTaskRow, findTask, insertTask, updateTask } from "../../storage/sql/pull-requests/tasks.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import { getLockedPullRequest } from "./whole-pull-request.ts";

type WritePorts = Pick<Ports, "clock">;

export type NewTask = {
  readonly raw: string;
  readonly commentId: number | undefined;
  readonly isPending: boolean;
};

/** @throws Failure invalid-input if the comment is none of this pull request that the caller sees. */
export async function createTask(
  ports: WritePorts,
  by: By,
  pullRequest: PullRequestKey,
  { raw, commentId, isPending }: NewTask,
): Promise<PullRequestTask> {
  const creator = requireAccount(by.caller);
  return by.transaction(async (tx) => {
    const before = await getLockedPullRequest(tx, pullRequest);
    const comment =
      commentId === undefined ? undefined : await findComment(tx, before, commentId, creator.uuid);
    if (commentId !== undefined && (comment === undefined || comment.isDeleted))
      throw invalidField("comment.id", `there is no comment ${commentId} on this pull request`);
    const now = ports.clock();
    const task = await insertTask(tx, {
      repositoryUuid: before.repositoryUuid,
      pullRequestId: before.id,
      creator,
      raw,
      commentId,
      isPending,
      createdAt: now,
      updatedAt: now,
    });
    await updateCount(tx, before, [undefined, task], now);
    return task;
  });
}

/** @throws Failure not-found if there is no such task, or the caller does not see it. */
export async function getTask(
  { database }: Pick<Ports, "database">,
  { caller }: Pick<By, "caller">,
  pullRequest: PullRequestKey,
  idText: string,
): Promise<PullRequestTask> {
  return getTaskIn(database.kysely, accountOf(caller)?.uuid, pullRequest, idText);
}

async function getTaskIn(
  db: Kysely<Schema>,
  reader: Uuid | undefined,
  pullRequest: PullRequestKey,
  idText: string,
): Promise<PullRequestTask> {
  const id = parseCommentId(idText);
  const task = id === undefined ? undefined : await findTask(db, pullRequest, id, reader);
  if (task === undefined) throw new Failure("not-found", `Task ${idText} not found`);
  return task;
}

/** Undefined: it stays as it is. */
export type TaskEdit = {
  readonly raw: string | undefined;
  readonly isResolved: boolean | undefined;
  readonly isPublished: boolean;
};

/**
 * Everyone who sees a task resolves and reopens it.
 *
 * @throws Failure not-found; permission-missing for another text by those who neither created it nor may write.
 */
export async function editTask(
  ports: WritePorts,
  by: By,
  pullRequest: PullRequestKey,
  idText: string,
  { raw, isResolved, isPublished }: TaskEdit,
): Promise<PullRequestTask> {
  const account = requireAccount(by.caller);
  return by.transaction(async (tx) => {
    const before = await getLockedPullRequest(tx, pullRequest);
    const task = await getTaskIn(tx, account.uuid, before, idText);
    if (raw !== undefined) await requireOwner(tx, task, account.uuid, "change");
    const updatedAt = ports.clock();
    const isResolvedNow = isResolved ?? task.resolution !== undefined;
    const changed = {
      ...task,
      raw: raw ?? task.raw,
      isPending: task.isPending && !isPublished,
      resolution: isResolvedNow ? (task.resolution ?? { by: account, at: updatedAt }) : undefined,
      updatedAt,
    };
    await updateTask(tx, changed);
    await updateCount(tx, before, [task, changed], updatedAt);
    return changed;
  });
}

/** @throws Failure not-found; permission-missing for those who neither created it nor may write. */
export async function deleteTask(
  ports: WritePorts,
  by: By,
  pullRequest: PullRequestKey,
  idText: string,
): Promise<void> {
  const { uuid } = requireAccount(by.caller);
  await by.transaction(async (tx) => {
    const before = await getLockedPullRequest(tx, pullRequest);
    const task = await getTaskIn(tx, uuid, before, idText);
    await requireOwner(tx, task, uuid, "delete");
    await deleteTaskRow(tx, task.id);
    await updateCount(tx, before, [task, undefined], ports.clock());
  });
}

async function requireOwner(
  tx: Kysely<Schema>,
  { id, creator, repositoryUuid }: PullRequestTask,
  uuid: Uuid,
  action: "change" | "delete",
): Promise<void> {
  if (creator.uuid === uuid || permits(await findPermission(tx, repositoryUuid, uuid), "write")) return;
  throw new Failure("permission-missing", `Cannot ${action} task ${id}: it is somebody else's`);
}

/** A pull request counts its open tasks. What only its creator sees changes nothing of it. */
async function updateCount(
  tx: Kysely<Schema>,
  before: PullRequest,
  versions: readonly [PullRequestTask | undefined, PullRequestTask | undefined],
  updatedAt: Date,
): Promise<void> {
  const published = versions.map((task) => (task?.isPending === false ? task : undefined));
  if (published.every((task) => task === undefined)) return;
  const [old, now] = published.map((task) => (task !== undefined && task.resolution === undefined ? 1 : 0));
  await updatePullRequest(tx, before, { taskCount: before.taskCount - old! + now!, updatedAt });
}
