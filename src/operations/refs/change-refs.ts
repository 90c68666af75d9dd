import { isDeepStrictEqual } from "node:util";
import type { Kysely } from "kysely";
import { openUseRecording } from "../../authorization/use-recording.ts";
import { reachFaultPoint } from "../../fault-points.ts";
import type { BranchRestriction } from "../../model/branch-restriction.ts";
import { Failure } from "../../model/failure.ts";
import type { RefOutcome, RefUpdate } from "../../model/ref.ts";
import {
  BRANCH_PREFIX,
  type BranchName,
  branchOf,
  parseBranchName,
  TAG_PREFIX,
} from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import { refRefusalOf } from "../../model/who-acts.ts";
import type { By, Ports } from "../../ports.ts";
import type { AcceptedObjects, Quarantine } from "../../storage/packs/pack-store.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import {
  type AffectedPullRequest,
  listAffectedPullRequests,
} from "../../storage/sql/pull-requests/affected-pull-requests.ts";
import { applyRefUpdates, lockRefs, MAIN_BRANCH_DELETION } from "../../storage/sql/refs/ref-updates.ts";
import { updateLockedRepository } from "../../storage/sql/repositories/repositories.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import type { NewEvent, Recorder } from "../../storage/sql/write-transaction.ts";
import {
  type BranchRules,
  type ChangeKind,
  describeRefusal,
  findRefusingRule,
  readBranchRules,
} from "../branch-rules/branch-rules.ts";
import { acceptObjects } from "../objects/accept-objects.ts";
import type { NewObjects } from "../objects/store-new-objects.ts";
import { type MergedPullRequest, movePullRequests } from "../pull-requests/move-pull-requests.ts";
import { type PreparedMoves, withPreparedMoves } from "../pull-requests/prepare-moves.ts";
import { type PreviewPorts, startMergePreviews } from "../pull-requests/start-merge-previews.ts";

export type ChangeRefsPorts = PreviewPorts & Pick<Ports, "maintenance">;

export type ChangeRefsOptions = {
  readonly kind: ChangeKind;
  /** Only for an import. Webhooks are told of one import rather than of a push. */
  readonly imported?: ImportedRepository | undefined;
  /** Whether all updates are applied or none. */
  readonly isAtomic: boolean;
  /** What else the transaction writes, once refs are changed. What it throws undoes all of it. */
  readonly alongside?: ((tx: Kysely<Schema>, record: Recorder) => Promise<void>) | undefined;
  /** Only for the merge of a pull request, which is merged if the refs are changed. */
  readonly merged?: MergedPullRequest | undefined;
  /** All that the new values reach; undefined if there are only deletions. */
  readonly objects: NewObjects | undefined;
  /** The rules, if reading them has begun while the objects were stored. They are read again in the transaction. */
  readonly rules?: Promise<BranchRules>;
};

/** What an import writes in the transaction that writes its refs, so that all of it is stored or nothing. */
export type ImportedRepository = {
  /** Becomes the main branch, if it is among the new branches. */
  readonly mainBranch: BranchName | undefined;
  /** Inserts the row of a repository that is created by the import. */
  readonly insert: ((tx: Kysely<Schema>, record: Recorder) => Promise<void>) | undefined;
};

/** The outcome of one update, and what forbids it, if anything: a rule, or the bound of the credential. */
export type RefChange = RefOutcome & {
  readonly refusedBy: BranchRestriction | "bound" | undefined;
  /** The open pull requests whose source the ref is, once it has changed. */
  readonly sourceOf?: readonly AffectedPullRequest[];
};

/**
 * The one way in which refs change, whoever asks: each update is checked against the bound of the credential and branch
 * restrictions, then the objects are made durable, then all refs are changed, and pull requests moved, in one
 * transaction. An update is applied only if its ref has the expected old value.
 *
 * @returns the outcome of each update, in their order.
 * @throws Failure not-found if the repository has been deleted.
 */
export async function changeRefs(
  ports: ChangeRefsPorts,
  by: By,
  repository: Repository,
  updates: readonly RefUpdate[],
  options: ChangeRefsOptions,
): Promise<readonly RefChange[]> {
  if (updates.length === 0) return [];
  const change = ({ gitDir }: Pick<Quarantine, "gitDir">) =>
    changeOpenRefs(ports, repository, updates, { ...options, by, gitDir });
  // A quarantine has the repository open already.
  return options.objects === undefined
    ? withRepository(ports.packs, repository.uuid, change)
    : change(options.objects.quarantine);
}

/** Opened once before the transaction, so that the transaction does not wait for packs. */
type OpenOptions = ChangeRefsOptions & { readonly by: By; readonly gitDir: string };

async function changeOpenRefs(
  ports: ChangeRefsPorts,
  repository: Repository,
  updates: readonly RefUpdate[],
  options: OpenOptions,
): Promise<readonly RefChange[]> {
  const judged = await (options.rules ?? readBranchRules(ports, repository, options));
  const checked = await refuseByRules(repository, updates, judged, options);
  const allowed = checked.filter((change) => change.refused === undefined).map((change) => change.update);
  if (allowed.length === 0) return checked;
  if (options.objects === undefined && allowed.some((update) => update.new !== undefined))
    throw new Error("a ref is to point at objects that nobody has looked at");
  if (options.isAtomic && allowed.length < checked.length) {
    return checked.map((change) => ({ ...change, refused: change.refused ?? "atomic push failure" }));
  }
  reachFaultPoint("refs.judged");
  options.by.signal.throwIfAborted();
  const outcomes = await storeRefs(ports, repository, allowed, judged, options);
  reachFaultPoint("refs.committed");
  ports.maintenance.wake(repository.uuid);
  await recordChangedRefs(ports, options.by, outcomes);
  const stored = new Map(outcomes.map((outcome) => [outcome.update, outcome]));
  return checked.map((change) => stored.get(change.update) ?? change);
}

/** For who watches the token with which it was done. */
async function recordChangedRefs(
  ports: Pick<Ports, "database"> & Partial<Pick<Ports, "interception">>,
  { caller }: By,
  outcomes: readonly RefChange[],
): Promise<void> {
  const recording = openUseRecording(ports, caller);
  const changed = outcomes.filter(({ refused }) => refused === undefined);
  recording?.note(changed.map(({ update }) => ({ kind: "ref", value: update.name })));
  await recording?.idle();
}

async function refuseByRules(
  repository: Repository,
  updates: readonly RefUpdate[],
  rules: BranchRules,
  { objects, gitDir, by: { caller, signal } }: Pick<OpenOptions, "objects" | "gitDir" | "by">,
): Promise<readonly RefChange[]> {
  const location = {
    gitDir,
    ...(objects === undefined ? {} : { objectFolder: objects.quarantine.objectFolder }),
    signal,
  };
  const changes: RefChange[] = [];
  for (const update of updates) {
    const outOfBound = refRefusalOf(caller, update.name);
    if (outOfBound !== undefined) {
      changes.push({ update, refused: outOfBound, refusedBy: "bound" });
      continue;
    }
    const refusedBy = await findRefusingRule(rules, update, location);
    const refused =
      refusedBy === undefined ? refuseMainBranch(repository, update) : describeRefusal(refusedBy);
    changes.push({ update, refused, refusedBy });
  }
  return changes;
}

/** HEAD names the main branch: a clone would check out nothing without it. */
function refuseMainBranch({ mainBranch }: Repository, update: RefUpdate): string | undefined {
  const isMainBranch = mainBranch !== undefined && update.name === BRANCH_PREFIX + mainBranch;
  return update.new === undefined && isMainBranch ? MAIN_BRANCH_DELETION : undefined;
}

/** Makes the objects durable, and then changes the refs and moves the pull requests of their branches. */
async function storeRefs(
  ports: ChangeRefsPorts,
  repository: Repository,
  updates: readonly RefUpdate[],
  judged: BranchRules,
  options: OpenOptions,
): Promise<readonly RefChange[]> {
  const store = (objects: NewObjects | undefined, accepted: AcceptedObjects) =>
    withPreparedMoves(ports, options.by, repository, updates, options.merged !== undefined, (prepared) =>
      storeRefsOnce(ports, repository, updates, judged, { ...options, objects, accepted, prepared }),
    );
  if (options.objects !== undefined) return acceptObjects(options.objects, store);
  const sizeBytes = await ports.packs.measure(repository.uuid);
  return store(undefined, { record: async () => sizeBytes, async confirm() {} });
}

async function storeRefsOnce(
  ports: ChangeRefsPorts,
  repository: Repository,
  updates: readonly RefUpdate[],
  judged: BranchRules,
  {
    objects,
    accepted,
    prepared,
    ...options
  }: OpenOptions & { readonly accepted: AcceptedObjects; readonly prepared: PreparedMoves },
): Promise<readonly RefChange[]> {
  const now = ports.clock();
  // Deletions need no objects.
  const dropNumber = updates.some((update) => update.new !== undefined) ? objects?.dropNumber : undefined;
  let open: readonly AffectedPullRequest[] = [];
  const change = options.by.transaction(async (tx, record) => {
    await options.imported?.insert?.(tx, record);
    const { uuid } = repository;
    const [locked, rules, affected] = await Promise.all([
      lockRefs(tx, uuid, updates),
      readBranchRules({ database: { kysely: tx } }, repository, options),
      listAffectedPullRequests(tx, uuid, branchesOf(updates)),
      record.expectEvent(repository),
    ]);
    const checked = await refuseByNewRules(repository, updates, { judged, rules }, options);
    const allowed = checked.filter((change) => change.refused === undefined).map((change) => change.update);
    const isRefused = options.isAtomic && allowed.length < checked.length;
    const applied = await applyRefUpdates(
      tx,
      uuid,
      isRefused ? [] : allowed,
      { ...options, now, dropNumber },
      locked,
    );
    const outcomes = joinOutcomes(checked, applied, isRefused);
    if (options.imported?.insert !== undefined) requireAnyRef(outcomes);
    if (outcomes.every(({ refused }) => refused !== undefined)) throw new AllRefused(outcomes);
    reachFaultPoint("refs.applied");
    const sizeBytes = await accepted.record(tx);
    const mainBranch = newMainBranch(locked.mainBranch, newBranches(outcomes), options.imported?.mainBranch);
    await updateLockedRepository(tx, uuid, {
      ...(sizeBytes === undefined ? {} : { sizeBytes }),
      ...(mainBranch === undefined ? {} : { mainBranch }),
    });
    await options.alongside?.(tx, record);
    for (const event of eventsOf(repository, outcomes, options)) record.event(repository, event);
    const changed = outcomes.filter(({ refused }) => refused === undefined).map(({ update }) => update);
    open = await movePullRequests(tx, record, options.by, {
      repositoryUuid: repository.uuid,
      updates: changed,
      affected,
      prepared,
      merged: options.merged,
      at: now,
    });
    return outcomes.map((outcome) => ({ ...outcome, sourceOf: sourceOf(repository, outcome, open) }));
  });
  try {
    const outcomes = await change;
    startMergePreviews(
      ports,
      options.by,
      open.map(({ repositoryUuid }) => repositoryUuid),
    );
    return outcomes;
  } catch (error) {
    if (error instanceof AllRefused) return error.outcomes;
    throw error;
  }
}

/** Rolls a transaction back in which every update was refused: it leaves nothing behind, not even a new size. */
class AllRefused extends Error {
  readonly outcomes: readonly RefChange[];

  constructor(outcomes: readonly RefChange[]) {
    super("every update was refused");
    this.outcomes = outcomes;
  }
}

/**
 * A rule may have been created, or somebody removed from its lists, since the updates were checked. By now the rows of
 * the repository and of its containers are locked, so the rules that were read in the transaction stay valid. The
 * updates are checked again only if these rules differ from those used before.
 */
async function refuseByNewRules(
  repository: Repository,
  updates: readonly RefUpdate[],
  { judged, rules }: { readonly judged: BranchRules; readonly rules: BranchRules },
  options: Pick<OpenOptions, "by" | "gitDir">,
): Promise<readonly RefChange[]> {
  if (isDeepStrictEqual(rules, judged))
    return updates.map((update) => ({ update, refused: undefined, refusedBy: undefined }));
  // The objects are in the repository by now.
  return refuseByRules(repository, updates, rules, { ...options, objects: undefined });
}

/** The open pull requests that go on from a ref. */
function sourceOf(
  { uuid }: Repository,
  { update }: RefOutcome,
  open: readonly AffectedPullRequest[],
): readonly AffectedPullRequest[] {
  const branch = branchOf(update.name);
  return open.filter((one) => one.sourceRepositoryUuid === uuid && one.sourceBranch === branch);
}

function joinOutcomes(
  checked: readonly RefChange[],
  applied: readonly RefOutcome[],
  isRefused: boolean,
): readonly RefChange[] {
  const byUpdate = new Map(applied.map((outcome) => [outcome.update, outcome.refused]));
  const others = isRefused ? "atomic push failure" : undefined;
  return checked.map((change) => ({
    ...change,
    refused: change.refused ?? others ?? byUpdate.get(change.update),
  }));
}

/** What webhooks are told: of branches and tags, as recorded. */
function eventsOf(
  repository: Repository,
  outcomes: readonly RefOutcome[],
  { imported }: Pick<OpenOptions, "imported">,
): readonly NewEvent[] {
  const changes = outcomes.flatMap(({ update, refused }) =>
    refused === undefined && (update.name.startsWith(BRANCH_PREFIX) || update.name.startsWith(TAG_PREFIX))
      ? [{ name: update.name, old: update.old, new: update.new }]
      : [],
  );
  if (changes.length === 0) return [];
  const repositoryUuid = repository.uuid;
  return [
    imported !== undefined
      ? { kind: "repo:imported", repositoryUuid }
      : { kind: "repo:push", repositoryUuid, changes },
  ];
}

/** An import without any ref must not leave an empty repository. */
function requireAnyRef(outcomes: readonly RefOutcome[]): void {
  if (outcomes.some(({ refused }) => refused === undefined)) return;
  throw new Failure("invalid-input", `every ref is refused: ${outcomes[0]?.refused}`);
}

function branchesOf(updates: readonly RefUpdate[]): readonly BranchName[] {
  return updates.flatMap(({ name }) => branchOf(name) ?? []);
}

function newBranches(outcomes: readonly RefOutcome[]): readonly BranchName[] {
  return outcomes
    .flatMap(({ update, refused }) =>
      refused === undefined && update.new !== undefined ? (branchOf(update.name) ?? []) : [],
    )
    .filter((name) => parseBranchName(name) !== undefined);
}

/**
 * If no main branch is requested, the first push decides: `main` if it is among the new branches, then `master`, else
 * the first.
 */
function newMainBranch(
  current: BranchName | undefined,
  branches: readonly BranchName[],
  requested: BranchName | undefined,
): BranchName | undefined {
  if (requested !== undefined && branches.includes(requested)) return requested;
  if (current !== undefined) return undefined;
  return (
    branches.find((name) => name === "main") ?? branches.find((name) => name === "master") ?? branches[0]
  );
}
