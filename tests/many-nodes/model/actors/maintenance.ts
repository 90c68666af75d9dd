import { BROKEN_DROP, BROKEN_FENCE, BROKEN_REPACK } from "../broken-rules.ts";
import type { Moves, State } from "../explorer.ts";
import { declareSteps } from "../steps.ts";
import {
  addName,
  contentOf,
  gitObjectsIn,
  liveRows,
  NAMED,
  PENDING,
  type Repository,
  reachOf,
  removeName,
  rowsOf,
  type StoredObject,
  setState,
  stateOf,
  uploadOf,
  type World,
} from "../world.ts";
import { type Actor, createProcess, end, IDLE } from "./actor.ts";
import { ACKNOWLEDGED, FAILED, moveUpload } from "./upload.ts";
import { bring } from "./view.ts";

export type MaintenanceOptions = {
  readonly name: string;
  readonly repository: Repository;
  /** The offset of its lease. */
  readonly lease: number;
  /** The fence that it gets: it takes the lease, or takes it over, from the one with the fence before. */
  readonly fence: number;
  readonly pack: StoredObject;
  /** A commit graph or a multi-pack index that it makes as well. */
  readonly derived?: readonly StoredObject[];
  /** Whether it may drop what no ref reaches. */
  readonly mayDrop?: boolean;
  /** Whether it may leave the oldest pack as it is, and with it what is derived of the old packs. */
  readonly mayRoll?: boolean;
  /** A fork that is given the new packs if it has all that they replace. */
  readonly adopter?: Repository;
};

const STEPS = declareSteps("maintenance", {
  takesLease: "takes the lease",
  hasNoRepository: "finds no repository",
  reads: "reads drop number, ref generation and refs",
  looks: "looks at pack rows, to join them",
  looksToDrop: "looks at pack rows, to drop what no ref reaches",
  looksToRoll: "looks at pack rows, to join all but the oldest pack",
  brings: "brings {object}",
  misses: "finds {object} gone and ends",
  repacks: "repacks",
  isLate: "ends: an upload has failed",
  isStale: "is refused: another has the lease",
  wasDropped: "is refused: objects have been dropped since it began",
  lacksRow: "is refused: a row that it replaces is gone",
  isCondemned: "is refused: a pack of its own has been condemned",
  checksRefs: "finds the refs changed, and complete without what it drops",
  givesUp: "finds that new refs need what it would drop, and ends",
  publishes: "publishes",
  publishesDrop: "publishes and raises the drop number",
  publishesToFork: "publishes, to the fork as well",
});

/** Has the lease. */
const LEASED = 1;
const HAS_REFS = 2;
const LOOKED = 3;
const REPACKED = 4;

// What it is about to do, beside its phase.
const DROPS = 1;
const ROLLS = 2;

export function openMaintenance(world: World, options: MaintenanceOptions): Actor {
  const first = world.allot(7);
  const process = { phase: first, bytes: 7 };
  const made = [options.pack, ...(options.derived ?? [])];
  const open: OpenMaintenance = {
    ...options,
    world,
    process,
    view: { wanted: first + 1, brought: first + 2 },
    plan: first + 3,
    seenReach: first + 4,
    seenRefs: first + 5,
    seenDropNumber: first + 6,
    made,
  };
  return createProcess(world, {
    name: options.name,
    process,
    uploads: made,
    move: (now, moves) => move(open, now, moves),
  });
}

type OpenMaintenance = MaintenanceOptions & {
  readonly world: World;
  readonly process: { readonly phase: number; readonly bytes: number };
  /** The rows that it replaces. */
  readonly view: { readonly wanted: number; readonly brought: number };
  readonly plan: number;
  /** What the refs of its look reach. */
  readonly seenReach: number;
  /** The ref generation as of which a drop is known to be right. */
  readonly seenRefs: number;
  readonly seenDropNumber: number;
  readonly made: readonly StoredObject[];
};

function move(maintenance: OpenMaintenance, now: State, moves: Moves) {
  const { world, process, made, repository, view } = maintenance;
  switch (now[process.phase]) {
    case IDLE:
      return takeLease(maintenance, now, moves);
    case LEASED:
      if (now[repository.exists] === 0) return stop(maintenance, moves, STEPS.hasNoRepository);
      return read(maintenance, now, moves);
    case HAS_REFS:
      return look(maintenance, now, moves);
    case LOOKED: {
      const lose = (next: State) => end(next, process);
      if (bring(world, now, moves, { view, steps: STEPS, lose })) repack(maintenance, now, moves);
      return;
    }
    case REPACKED:
      if (made.some((object) => uploadOf(now, object) === FAILED))
        return stop(maintenance, moves, STEPS.isLate);
      for (const object of made)
        if (uploadOf(now, object) < ACKNOWLEDGED) return moveUpload(world, now, moves, object);
      return publish(maintenance, now, moves);
  }
}

function takeLease({ process, repository, lease, fence }: OpenMaintenance, now: State, moves: Moves) {
  if (now[repository.exists] === 0 || now[lease] !== fence - 1) return;
  const next = moves.begin();
  next[lease] = fence;
  next[process.phase] = LEASED;
  moves.take(STEPS.takesLease);
}

/** The packs come later, so that they have everything that these refs reach. */
function read(maintenance: OpenMaintenance, now: State, moves: Moves) {
  const { process, repository, seenReach, seenRefs, seenDropNumber } = maintenance;
  const next = moves.begin();
  next[process.phase] = HAS_REFS;
  next[seenReach] = reachOf(now, repository) | now[repository.former]!;
  next[seenRefs] = now[repository.refGeneration]!;
  next[seenDropNumber] = now[repository.dropNumber]!;
  moves.take(STEPS.reads);
}

function look(maintenance: OpenMaintenance, now: State, moves: Moves) {
  const { mayDrop, mayRoll } = maintenance;
  lookFor(maintenance, now, moves, 0);
  if (mayDrop) lookFor(maintenance, now, moves, DROPS);
  if (mayRoll) lookFor(maintenance, now, moves, ROLLS);
}

function lookFor(maintenance: OpenMaintenance, now: State, moves: Moves, plan: number) {
  const { world, process, repository, view, seenRefs, made } = maintenance;
  const live = liveRows(world, now, repository);
  const left = leftBy(maintenance, live, plan);
  const next = moves.begin();
  next[process.phase] = LOOKED;
  next[view.wanted] = live & ~left;
  next[maintenance.plan] = plan;
  // Only a drop compares refs.
  if (plan !== DROPS) next[seenRefs] = 0;
  for (const object of made) if (object.kind === "midx") next[object.made] = left & world.packs();
  moves.take(plan === DROPS ? STEPS.looksToDrop : plan === ROLLS ? STEPS.looksToRoll : STEPS.looks);
}

/** What it does not replace: the pack with the lowest number if it rolls, and what is derived and it does not make anew. */
function leftBy({ world, made }: OpenMaintenance, live: number, plan: number): number {
  let left = 0;
  let hasOldest = plan !== ROLLS;
  for (const object of world.objects) {
    if ((live & object.bit) === 0) continue;
    const isLeft = object.kind === "pack" ? !hasOldest : !made.some(({ kind }) => kind === object.kind);
    if (isLeft) left |= object.bit;
    hasOldest ||= object.kind === "pack";
  }
  return left;
}

function repack(maintenance: OpenMaintenance, now: State, moves: Moves) {
  const { world, process, view, plan, seenReach, pack, made } = maintenance;
  const all = gitObjectsIn(world, now, now[view.wanted]!);
  const next = moves.begin();
  next[process.phase] = REPACKED;
  next[view.brought] = 0;
  const isDrop = now[plan] === DROPS || world.has("keep-all-drops");
  next[pack.made] = isDrop ? all & now[seenReach]! : all;
  for (const object of made) {
    if (object.kind === "graph") next[object.made] = now[seenReach]!;
    else if (object.kind === "midx") next[object.made]! |= pack.bit;
  }
  next[seenReach] = 0;
  moves.take(STEPS.repacks);
}

function stop({ process, made }: OpenMaintenance, moves: Moves, step: number) {
  const next = moves.begin();
  end(next, process, made);
  moves.take(step);
}

function publish(maintenance: OpenMaintenance, now: State, moves: Moves) {
  const { world, repository, lease, fence, view, plan, seenRefs, seenDropNumber, made } = maintenance;
  const replaced = now[view.wanted]!;
  const isStale = now[lease] !== fence;
  const checksFence = !world.has("no-fence") && !mayBeStale(world);
  if (isStale && checksFence) return stop(maintenance, moves, STEPS.isStale);
  if (now[repository.exists] === 0) return stop(maintenance, moves, STEPS.hasNoRepository);
  const hasDropped = now[seenDropNumber] !== now[repository.dropNumber];
  if (hasDropped && !world.has("no-drop-check") && !world.has("no-guard"))
    return stop(maintenance, moves, STEPS.wasDropped);
  const isGone = (replaced & ~liveRows(world, now, repository)) !== 0;
  if (isGone && !world.has("no-row-check") && !world.has("no-guard"))
    return stop(maintenance, moves, STEPS.lacksRow);
  if (made.some((object) => stateOf(now, object) !== PENDING) && !world.has("publish-ignores-sweep"))
    return stop(maintenance, moves, STEPS.isCondemned);
  const hasNewRefs = now[plan] === DROPS && now[seenRefs] !== now[repository.refGeneration];
  if (hasNewRefs && !world.has("drop-ignores-refs")) return checkRefs(maintenance, now, moves);
  replace(maintenance, now, moves, isStale);
}

/** Of faults that another invariant is to find, or none. */
function mayBeStale({ has }: World): boolean {
  return has("no-guard") || has("no-fence-untold");
}

/** Beside the transaction, on a new look; the transaction then compares the ref generation of that one. */
function checkRefs(maintenance: OpenMaintenance, now: State, moves: Moves) {
  const { world, repository, view, pack, seenRefs } = maintenance;
  const others = liveRows(world, now, repository) & ~now[view.wanted]!;
  const kept = contentOf(now, pack) | gitObjectsIn(world, now, others);
  const needed = reachOf(now, repository) | now[repository.former]!;
  if ((needed & ~kept) !== 0) return stop(maintenance, moves, STEPS.givesUp);
  const next = moves.begin();
  next[seenRefs] = now[repository.refGeneration]!;
  moves.take(STEPS.checksRefs);
}

/** A fork is given the new packs or not: its row may be locked by somebody else, and is then left out. */
function replace(maintenance: OpenMaintenance, now: State, moves: Moves, isStale: boolean) {
  const { adopter } = maintenance;
  replaceFor(maintenance, now, moves, { isStale, adopter: undefined });
  if (adopter !== undefined && mayAdopt(maintenance, now, adopter))
    replaceFor(maintenance, now, moves, { isStale, adopter });
}

function mayAdopt({ world, view, plan }: OpenMaintenance, now: State, adopter: Repository): boolean {
  if (now[adopter.exists] === 0) return false;
  const replaced = now[view.wanted]! & world.packs();
  const shared = replaced & liveRows(world, now, adopter);
  if (shared !== replaced && !(world.has("fork-adopts-more") && shared !== 0)) return false;
  return now[plan] !== DROPS || world.has("fork-adopts-drop");
}

function replaceFor(
  maintenance: OpenMaintenance,
  now: State,
  moves: Moves,
  { isStale, adopter }: { readonly isStale: boolean; readonly adopter: Repository | undefined },
) {
  const { world, process, repository, plan, made } = maintenance;
  const drops = now[plan] === DROPS;
  const next = moves.begin();
  if (isStale && !mayBeStale(world)) next[world.broken] = BROKEN_FENCE;
  for (const object of made) setState(next, object, NAMED);
  for (const one of adopter === undefined ? [repository] : [repository, adopter]) {
    exchange(maintenance, now, next, one);
    if (next[world.broken] === 0) next[world.broken] = brokenBy(world, now, next, one, drops);
  }
  if (drops) next[repository.dropNumber]! += 1;
  // A row of the fork is never a graph's.
  for (const object of made)
    if (object.kind === "graph") next[object.dropNumber] = next[repository.dropNumber]!;
  end(next, process, made);
  if (adopter !== undefined) moves.take(STEPS.publishesToFork);
  else moves.take(drops ? STEPS.publishesDrop : STEPS.publishes);
}

/** The rows that are replaced for the new ones, of one repository. */
function exchange(
  { world, repository, view, made }: OpenMaintenance,
  now: State,
  next: State,
  one: Repository,
) {
  for (const object of world.objects) {
    if ((now[view.wanted]! & object.bit) === 0 || (rowsOf(next, object) & one.bit) === 0) continue;
    removeName(next, object, one.bit);
  }
  for (const object of made)
    if (one === repository || object.kind !== "graph") addName(next, object, one.bit);
}

/** What a publication has done to the git objects of a repository that it must not do. */
function brokenBy(world: World, now: State, next: State, one: Repository, drops: boolean): number {
  const before = gitObjectsIn(world, now, liveRows(world, now, one));
  const after = gitObjectsIn(world, next, liveRows(world, next, one));
  if (!drops && (before & ~after) !== 0) return BROKEN_REPACK;
  return (after & ~before) === 0 ? 0 : BROKEN_DROP;
}
