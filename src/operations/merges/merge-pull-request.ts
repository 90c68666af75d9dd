import type { Kysely } from "kysely";
import { reachFaultPoint } from "../../fault-points.ts";
import { type HistorySource, listHistory } from "../../git/history/list-history.ts";
import { type Merge, makeMerge } from "../../git/merges/make-merge.ts";
import type { RebaseSource } from "../../git/merges/rebase-commits.ts";
import { writePack } from "../../git/packs/write-pack.ts";
import type { TakeSlot } from "../../git/process/process-slots.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import { type MergeStrategy, parseMergeStrategy } from "../../model/merge-strategy.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { PullRequest, WholePullRequest } from "../../model/pull-request.ts";
import { BRANCH_PREFIX, type BranchName, type RefName } from "../../model/ref-name.ts";
import { fullName, type Repository } from "../../model/repository.ts";
import { requireAccount } from "../../model/who-acts.ts";
import type { By, Ports } from "../../ports.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import { findPendingMergeTask } from "../../storage/sql/pull-requests/merge-tasks.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import { dated, identityOf } from "../accounts/account-identity.ts";
import { requireStored, storeNewObjects } from "../objects/store-new-objects.ts";
import { requireOpen } from "../pull-requests/decline-pull-request.ts";
import { getWholePullRequest } from "../pull-requests/whole-pull-request.ts";
import { changeRefs, type RefChange } from "../refs/change-refs.ts";
import type { CreateRefPorts } from "../refs/create-ref.ts";
import { explainIfGone } from "../repositories/explain-if-gone.ts";
import { getRepository } from "../repositories/get-repository.ts";
import { describeMergeRefusal, findMergeRefusal } from "./find-merge-refusal.ts";
import { approversOf, type CountBehind, readMergeChecks } from "./merge-checks.ts";
import { defaultMergeMessage, isSquash } from "./merge-message.ts";
import { behindCounter, sidesOf } from "./mergeability.ts";
import { type RememberedCount, rememberCount } from "./remember-count.ts";

export type MergePorts = CreateRefPorts & Pick<Ports, "commitTurns">;

/** As a body asks for it. */
export type MergeInput = {
  /** Undefined: `merge_commit`, whatever the branch's default is. Reported: contract, pull-requests.md §12.1. */
  readonly strategy: string | undefined;
  /** Undefined: the default message. */
  readonly message: string | undefined;
  /** Undefined: as the pull request says. */
  readonly closesSourceBranch: boolean | undefined;
};

export type MergeOptions = {
  readonly takeSlot: TakeSlot;
  /** The task that this merge is done for. */
  readonly task?: MergeTaskInWork;
};

export type MergeTaskInWork = {
  /** Called in the transaction of the merge. What it throws undoes the merge. */
  readonly confirm: (tx: Kysely<Schema>) => Promise<void>;
};

/** After each failed attempt somebody else has changed one of the branches, so there is always progress. */
const ATTEMPTS_MAX = 20;

/**
 * Merges a pull request in the name of the caller: contract, pull-requests.md §12. The commits are stored like those of a
 * push, and the destination, the source branch if it is to be deleted, and the pull request change in one transaction. If
 * the destination has moved meanwhile, the merge is made again.
 *
 * @param asked as it was when the caller asked: what is merged is its source.
 * @throws Failure invalid-input if it cannot be merged, permission-missing if a restriction refuses it, conflict if the
 * source has moved, timed-out if the merge takes too long.
 */
export async function mergePullRequest(
  ports: MergePorts,
  by: By,
  asked: PullRequest,
  input: MergeInput,
  options: MergeOptions,
): Promise<WholePullRequest> {
  const { repositoryUuid } = asked;
  const repository = await getRepository(ports.database.kysely, repositoryUuid);
  try {
    for (let attempt = 1; ; attempt += 1) {
      const leave =
        attempt === 1
          ? () => {}
          : await ports.commitTurns.take([{ kind: "repository", id: repositoryUuid }], by.signal);
      try {
        const merged = await tryMerge(ports, by, asked, input, options);
        if (merged !== undefined) return merged;
        if (attempt === ATTEMPTS_MAX) throw refsChanged();
      } finally {
        leave();
      }
    }
  } catch (error) {
    throw await explainIfGone(ports, repository, error);
  }
}

/** The reference: status 409, without a text. */
function refsChanged(): Failure {
  return new Failure("conflict", "Cannot merge: one of the refs involved changed while attempting to merge");
}

/** Everything that one attempt goes by. */
type Attempt = {
  readonly repository: Repository;
  readonly whole: WholePullRequest;
  readonly source: ObjectId;
  readonly destination: ObjectId;
  readonly strategy: MergeStrategy;
  readonly behind: RememberedCount;
};

/** @returns undefined if it was overtaken. */
async function tryMerge(
  ports: MergePorts,
  by: By,
  asked: PullRequest,
  input: MergeInput,
  options: MergeOptions,
): Promise<WholePullRequest | undefined> {
  const attempt = await prepare(ports, by, asked, input, options);
  const scratch = await ports.packs.openQuarantine(asked.repositoryUuid);
  try {
    const { objectFolder } = scratch;
    const made = await make(ports, by, attempt, input, { objectFolder, takeSlot: options.takeSlot });
    reachFaultPoint("merge.made");
    return await store(ports, by, attempt, made, input, options);
  } finally {
    await scratch.discard();
  }
}

/** The order of refusals: contract, pull-requests.md §12.2. The permission to write has been asked for by then. */
async function prepare(
  ports: MergePorts,
  by: By,
  asked: PullRequest,
  input: MergeInput,
  { takeSlot, task }: MergeOptions,
): Promise<Attempt> {
  const { kysely } = ports.database;
  // Read again for each attempt: the new objects are checked as of its drop number.
  const repository = await getRepository(kysely, asked.repositoryUuid);
  const whole = await getWholePullRequest(kysely, asked);
  const { pullRequest } = whole;
  requireMergeable(pullRequest);
  if (task === undefined) await requireNoTask(kysely, pullRequest, ports.clock());
  const sides = sidesOf(pullRequest);
  if (sides === undefined) throw cannotMerge("one of its branches does not exist any more");
  if (sides.source !== asked.source.commit) throw refsChanged();
  await requireAllowed(ports, by, repository, pullRequest, sides.destination);
  const strategy = input.strategy === undefined ? "merge_commit" : parseMergeStrategy(input.strategy);
  if (strategy === undefined) throw invalidField("merge_strategy", "not a merge strategy of this branch");
  const behind = rememberCount(behindCounter(ports, pullRequest, { signal: by.signal, takeSlot }));
  await requireChecks(kysely, repository, whole, behind.count);
  return { repository, whole, ...sides, strategy, behind };
}

/** @throws Failure invalid-input if it is closed or a draft. */
export function requireMergeable(pullRequest: PullRequest): void {
  requireOpen(pullRequest);
  if (pullRequest.isDraft) throw cannotMerge("it is a draft");
}

/** @throws Failure conflict if the pull request is being merged already. */
export async function requireNoTask(db: Kysely<Schema>, pullRequest: PullRequest, now: Date): Promise<void> {
  if ((await findPendingMergeTask(db, pullRequest, now)) !== undefined)
    throw new Failure("conflict", "Cannot merge: the pull request is being merged already");
}

function cannotMerge(why: string): Failure {
  return new Failure("invalid-input", `Cannot merge: ${why}`);
}

async function requireAllowed(
  ports: MergePorts,
  by: By,
  repository: Repository,
  { destination: { branch } }: PullRequest,
  tip: ObjectId,
): Promise<void> {
  const update = { name: refNameOf(branch), old: tip, new: tip, peeled: undefined };
  const refusal = await findMergeRefusal(ports, by, repository, update);
  if (refusal !== undefined) throw new Failure("permission-missing", describeMergeRefusal(refusal));
}

function refNameOf(branch: BranchName): RefName {
  return (BRANCH_PREFIX + branch) as RefName;
}

/** The sentence is the one of the web page; a client looks for its middle. Contract, pull-requests.md §12.3. */
async function requireChecks(
  db: Kysely<Schema>,
  repository: Repository,
  whole: WholePullRequest,
  countBehind: CountBehind,
): Promise<void> {
  const { areEnforced, checks } = await readMergeChecks(db, repository, whole, countBehind);
  const open = checks.filter(({ status }) => status !== "passed");
  if (!areEnforced || open.length === 0) return;
  throw new Failure("invalid-input", "The source branch has failed merge checks that need to be resolved.", {
    detail: `Not passed: ${open.map(({ kind }) => kind).join(", ")}`,
  });
}

type Scratch = { readonly objectFolder: string; readonly takeSlot: TakeSlot };

async function make(
  ports: MergePorts,
  by: By,
  attempt: Attempt,
  input: MergeInput,
  scratch: Scratch,
): Promise<Extract<Merge, { kind: "made" }>> {
  const { packs, objects, commitGraphs } = ports;
  const { source, destination, strategy, repository } = attempt;
  const merger = dated(await identityOf(ports, requireAccount(by.caller)), ports.clock());
  const made = await withRepository(packs, repository.uuid, async ({ gitDir }) => {
    const graph = commitGraphs.find(gitDir);
    const git: RebaseSource = { gitDir, objects, graph, ...scratch, signal: by.signal };
    const message = input.message ?? (await defaultMessage(git, attempt));
    return makeMerge(git, { strategy, destination, source, message, merger });
  });
  if (made.kind !== "made") throw refusal(made.kind);
  return made;
}

/** Reported: contract, pull-requests.md §12.3. */
export const CONFLICTS_TEXT = "You can't merge until you resolve all merge conflicts.";

/** Texts as reported: contract, pull-requests.md §12.3. The last two are our own. */
function refusal(kind: Exclude<Merge["kind"], "made">): Failure {
  switch (kind) {
    case "conflicts":
      return new Failure("invalid-input", CONFLICTS_TEXT);
    case "diverged":
      return new Failure("invalid-input", "Unable to fast forward due to changes in the destination branch.");
    case "unrelated":
      return cannotMerge("the branches have no common history");
    case "nothing":
      return cannotMerge("the destination has all changes of the source already");
  }
}

/** Far more than are told of. */
const LISTED_COMMITS_MAX = 1000;

/** What a message is prepared from. */
type ToDescribe = Pick<Attempt, "whole" | "strategy" | "source" | "destination">;

async function defaultMessage(git: HistorySource, attempt: ToDescribe): Promise<string> {
  const { whole, strategy, source, destination } = attempt;
  const { id, title, source: from, repositoryUuid } = whole.pullRequest;
  const isFork = from.repository !== undefined && from.repository.uuid !== repositoryUuid;
  const query = { include: [source], exclude: [destination], skip: 0, limit: LISTED_COMMITS_MAX };
  const ids = isSquash(strategy) ? (await listHistory(git, query)).reverse() : [];
  const commits = await Promise.all(ids.map((commit) => git.objects.readCommit(git.gitDir, commit)));
  return defaultMergeMessage({
    strategy,
    id,
    title,
    sourceBranch: from.branch,
    sourceRepository: isFork ? fullName(from.repository!) : undefined,
    approvers: approversOf(whole).map(({ displayName }) => displayName),
    squashed: commits.flatMap((commit) => commit?.message ?? []),
  });
}

/** The message that a merge commit has if its merger gives none, for a form. Undefined while a side is missing. */
export async function prepareMergeMessage(
  { packs, objects, commitGraphs }: Pick<Ports, "packs" | "objects" | "commitGraphs">,
  { signal }: Pick<By, "signal">,
  whole: WholePullRequest,
): Promise<string | undefined> {
  const sides = sidesOf(whole.pullRequest);
  if (sides === undefined) return undefined;
  return withRepository(packs, whole.pullRequest.repositoryUuid, ({ gitDir }) =>
    defaultMessage(
      { gitDir, objects, graph: commitGraphs.find(gitDir), signal },
      { whole, strategy: "merge_commit", ...sides },
    ),
  );
}

async function store(
  ports: MergePorts,
  by: By,
  attempt: Attempt,
  { tip, objects }: Extract<Merge, { kind: "made" }>,
  input: MergeInput,
  options: MergeOptions,
): Promise<WholePullRequest | undefined> {
  const { repository, whole, destination } = attempt;
  const { pullRequest } = whole;
  const name = refNameOf(pullRequest.destination.branch);
  const pack = objects.length === 0 ? undefined : writePack(objects);
  const names = [name, refNameOf(pullRequest.source.branch)];
  const request = { pack, tips: [tip], names, takesSlot: true };
  return storeNewObjects(ports, by, repository, request, async (stored) => {
    requireStored(stored, "Cannot merge");
    if (!stored.tips.has(tip))
      throw new Failure("unavailable", "the repository has just been repacked: try again");
    reachFaultPoint("merge.stored");
    const update = { name, old: destination, new: tip, peeled: undefined };
    const deletion = await sourceDeletion(ports, by, attempt, input);
    const changes = await changeOrLose(() =>
      changeRefs(ports, by, repository, [update, ...deletion], {
        kind: "merge",
        isAtomic: true,
        objects: stored.objects,
        merged: {
          id: pullRequest.id,
          sourceCommit: attempt.source,
          mergeCommit: tip,
          confirm: (tx) => confirm(tx, ports, attempt, options),
        },
      }),
    );
    const [change] = changes ?? [];
    if (change === undefined) return undefined;
    if (change.refusedBy !== undefined) throw new Failure("permission-missing", change.refused!);
    if (changes!.some(({ refused }) => refused !== undefined)) return undefined;
    return getWholePullRequest(ports.database.kysely, pullRequest);
  });
}

/** A pull request that has just been closed or moved is looked at again. */
async function changeOrLose(
  change: () => Promise<readonly RefChange[]>,
): Promise<readonly RefChange[] | undefined> {
  try {
    return await change();
  } catch (error) {
    if (error instanceof Failure && error.kind === "conflict") return undefined;
    throw error;
  }
}

/** What was asked for before the merge was made may have changed since. */
async function confirm(
  tx: Kysely<Schema>,
  { clock }: MergePorts,
  { repository, whole: { pullRequest }, behind }: Attempt,
  { task }: MergeOptions,
): Promise<void> {
  const now = await getWholePullRequest(tx, pullRequest);
  requireMergeable(now.pullRequest);
  if (task === undefined) await requireNoTask(tx, pullRequest, clock());
  await requireChecks(tx, repository, now, async (limit) => {
    const found = behind.recall(limit);
    // Then it is made again, and counted for the rule that has come since.
    if (found === undefined) throw refsChanged();
    return found;
  });
  await task?.confirm(tx);
}

/**
 * The source branch, if it is to be deleted. The main branch, one that the caller may not delete, and one of a fork stay, and
 * nothing is said of it: our choice.
 */
async function sourceDeletion(
  ports: MergePorts,
  by: By,
  { repository, whole: { pullRequest }, source }: Attempt,
  input: MergeInput,
) {
  const { branch, repository: from } = pullRequest.source;
  const isAsked = input.closesSourceBranch ?? pullRequest.closesSourceBranch;
  if (!isAsked || from?.uuid !== repository.uuid || branch === repository.mainBranch) return [];
  const update = { name: refNameOf(branch), old: source, new: undefined, peeled: undefined };
  return (await findMergeRefusal(ports, by, repository, update)) === undefined ? [update] : [];
}
