import { reachFaultPoint } from "../../fault-points.ts";
import { Failure } from "../../model/failure.ts";
import type { MergeFailure, MergeTask } from "../../model/merge-task.ts";
import type { PullRequest, PullRequestKey } from "../../model/pull-request.ts";
import { parseUuid, type Uuid } from "../../model/uuid.ts";
import type { By, Ports } from "../../ports.ts";
import { knownFailure } from "../../storage/known-failure.ts";
import {
  findMergeTask,
  finishMergeTask,
  insertMergeTask,
  renewMergeTask,
} from "../../storage/sql/pull-requests/merge-tasks.ts";
import { updatePullRequest } from "../../storage/sql/pull-requests/pull-requests.ts";
import { getLockedPullRequest } from "../pull-requests/whole-pull-request.ts";
import {
  type MergeInput,
  type MergeOptions,
  type MergePorts,
  mergePullRequest,
  requireMergeable,
  requireNoTask,
} from "./merge-pull-request.ts";

type TaskPorts = MergePorts & Pick<Ports, "newUuid" | "backgroundWork" | "log">;

/** The time that a merge may take which nobody waits for. */
const MERGE_TASK_MS_MAX = 180_000;
/**
 * A task that is pending after its deadline was cut off with its server, so that everybody can tell without asking that
 * server. The server moves the deadline as long as it works on the task.
 */
const DEADLINE_MS = 30_000;
const RENEWAL_MS = DEADLINE_MS / 3;

/**
 * Begins to merge a pull request, and returns at once. Until the merge has ended, the pull request is queued.
 *
 * @returns the task's id, by which its outcome can be asked for.
 * @throws Failure invalid-input if it is closed or a draft, conflict if it is being merged already.
 */
export async function startMerge(
  ports: TaskPorts,
  by: By,
  asked: PullRequest,
  input: MergeInput,
  options: Pick<MergeOptions, "takeSlot">,
): Promise<Uuid> {
  const createdAt = ports.clock();
  const task = {
    uuid: ports.newUuid(),
    pullRequest: { repositoryUuid: asked.repositoryUuid, id: asked.id },
    createdAt,
    deadlineAt: new Date(createdAt.getTime() + DEADLINE_MS),
  };
  await by.transaction(async (tx) => {
    const pullRequest = await getLockedPullRequest(tx, task.pullRequest);
    requireMergeable(pullRequest);
    await requireNoTask(tx, pullRequest, createdAt);
    await insertMergeTask(tx, task);
    await updatePullRequest(tx, task.pullRequest, { isQueued: true, updatedAt: pullRequest.updatedAt });
  });
  reachFaultPoint("merge.queued");
  ports.backgroundWork.start((closing) => {
    const signal = AbortSignal.any([closing, AbortSignal.timeout(MERGE_TASK_MS_MAX)]);
    return runTask(ports, { ...by, signal }, task, asked, input, options);
  });
  return task.uuid;
}

async function runTask(
  ports: TaskPorts,
  by: By,
  { uuid, pullRequest }: Omit<MergeTask, "outcome">,
  asked: PullRequest,
  input: MergeInput,
  options: Pick<MergeOptions, "takeSlot">,
): Promise<void> {
  const renewal = setInterval(() => {
    renewMergeTask(ports.database.kysely, uuid, ports.clock(), DEADLINE_MS).catch((error: unknown) =>
      ports.log.warn({ err: error }, "the task of a merge was not renewed"),
    );
  }, RENEWAL_MS);
  try {
    await mergePullRequest(ports, by, asked, input, {
      ...options,
      task: {
        async confirm(tx) {
          if (!(await finishMergeTask(tx, uuid, { kind: "merged" }, ports.clock()))) throw cutOff();
        },
      },
    });
  } catch (error) {
    const failure = knownFailure(error);
    if (failure === undefined && !by.signal.aborted) ports.log.error({ err: error }, "bug in a merge");
    await fail(ports, by, uuid, pullRequest, failure ?? cutOff()).catch((notStored: unknown) =>
      // Once its time is up, the task counts as cut off.
      ports.log.warn({ err: notStored }, "the failure of a merge was not stored"),
    );
  } finally {
    clearInterval(renewal);
  }
}

async function fail(
  { clock }: TaskPorts,
  by: By,
  uuid: Uuid,
  key: PullRequestKey,
  { kind, message, details }: Failure,
): Promise<void> {
  const { detail, fields, data } = details;
  const failure: MergeFailure = {
    kind,
    message,
    details: {
      ...(detail === undefined ? {} : { detail }),
      ...(fields === undefined ? {} : { fields }),
      ...(data === undefined ? {} : { data }),
    },
  };
  await by.transaction(async (tx) => {
    const pullRequest = await getLockedPullRequest(tx, key);
    if (!(await finishMergeTask(tx, uuid, { kind: "failed", failure }, clock()))) return;
    await updatePullRequest(tx, key, { isQueued: false, updatedAt: pullRequest.updatedAt });
  });
}

function cutOff(): Failure {
  return new Failure("timed-out", "Cannot merge: the merge was cut off before it was done: try again");
}

/**
 * @returns whether it is done, and the pull request merged.
 * @throws Failure not-found for an unknown task, invalid-input for another pull request's; why the merge failed, as its
 * caller would have been told.
 */
export async function isMergeDone(
  { database, clock }: Pick<Ports, "database" | "clock">,
  { repositoryUuid, id }: PullRequestKey,
  text: string,
): Promise<boolean> {
  const uuid = parseUuid(text);
  const task = uuid && (await findMergeTask(database.kysely, uuid));
  if (task === undefined) throw new Failure("not-found", `Merge task ${text} not found`);
  if (task.pullRequest.repositoryUuid !== repositoryUuid || task.pullRequest.id !== id)
    throw new Failure("invalid-input", "The task does not relate to this pull request");
  switch (task.outcome.kind) {
    case "merged":
      return true;
    case "failed": {
      const { kind, message, details } = task.outcome.failure;
      throw new Failure(kind, message, details);
    }
    case "pending":
      if (task.deadlineAt <= clock()) throw cutOff();
      return false;
  }
}
