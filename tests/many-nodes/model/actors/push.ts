import { BROKEN_ANSWER } from "../broken-rules.ts";
import type { Moves, State } from "../explorer.ts";
import { declareFaultySteps, declareSteps } from "../steps.ts";
import {
  addName,
  BASE,
  contentOf,
  DELETE,
  DELETING,
  GONE,
  gitObjectsIn,
  IN_STORE,
  liveRows,
  NAMED,
  PENDING,
  PUT,
  type Repository,
  reachOf,
  type StoredObject,
  set,
  setState,
  setUpload,
  stateOf,
  uploadOf,
  type World,
} from "../world.ts";
import { type Actor, createProcess, end, IDLE, type Process, restart } from "./actor.ts";
import { changeRef } from "./refs.ts";
import { ACKNOWLEDGED, FAILED, moveUpload, SENT } from "./upload.ts";
import { bring, type View } from "./view.ts";

/** A push, or whatever else makes a ref point at something: the creation of a branch, a merge, a commit by the API. */
export type PushOptions = {
  readonly name: string;
  readonly repository: Repository;
  /** The ref that it moves: the one that exists, or a new one. */
  readonly ref: "main" | "extra";
  /** The git objects that its new value reaches and that the repository must have. */
  readonly needs: number;
  /** Its pack. Undefined if the ref is to point at what is there. */
  readonly pack?: StoredObject | undefined;
  /** The same pack under another name, for when the first has been condemned before it was named. */
  readonly spare?: StoredObject;
  /** A pack of its own for what it needs and the repository has without any ref that reaches it. */
  readonly copies?: StoredObject | undefined;
  /** Whether a commit graph may prove that refs reach something. */
  readonly usesGraph?: boolean;
  /** Whether the answer to the transaction may be lost, and the transaction be decided later. */
  readonly mayLoseAnswer?: boolean;
};

const STEPS = declareSteps("push", {
  begins: "reads the drop number of the repository",
  looks: "looks at pack rows",
  brings: "brings {object}",
  misses: "finds {object} gone, and looks again",
  passes: "finds that refs reach all that it needs",
  trusts: "finds all that it needs in the commit graph",
  copies: "finds what it needs in its view, where no ref reaches it, and copies it into {object}",
  refuses: "refuses: what it needs is not there",
  isLate: "refuses: its upload has failed",
  hasNoRepository: "is refused: there is no repository",
  wasDropped: "is refused: objects have been dropped since it began; it begins again, and keeps its upload",
  isCondemned: "is refused: its pack has been condemned",
  takesSpare: "is refused: its pack has been condemned; it uploads it under another name",
  losesRace: "is refused: the ref has another value",
  commits: "commits: ref and pack rows",
  commitsRef: "commits: ref",
  losesAnswer: "sends its transaction and loses the connection",
  commitsUnseen: "commits, unseen by its sender",
  isUndone: "is rolled back, unseen by its sender",
  condemns: "condemns {object} and tells that the push has failed",
  findsNamed: "finds {object} named and tells that the push is done",
  answersUnknown: "tells that the outcome is unknown, or dies",
});

const FAULTY = declareFaultySteps("push", {
  uploadsAgain: "uploads {object} again under the same name",
  deletesUnasked: "deletes {object}, since it knows of no commit",
  takesForUndone: "sees no row of {object} and tells that the push has failed",
});

const BEGUN = 1;
const LOOKED = 2;
const CHECKED = 3;
/** The transaction has been sent, and its sender does not know what has become of it. */
const IN_LIMBO = 4;
/** The same, and the sender has told that the push has failed. */
const TOLD_FAILED = 5;
/** The same, and the sender has told that the outcome is unknown, or has died. */
const TOLD_NOTHING = 6;
/** It has committed, which its sender does not know yet. */
const COMMITTED = 7;

// What has been decided on the way, and lasts when it begins again.
const USES_SPARE = 1;
const COPIES = 2;

export function openPush(world: World, push: PushOptions): Actor {
  const first = world.allot(5);
  // The choices lie behind what a new beginning forgets.
  const process = { phase: first, bytes: 5 };
  const open: OpenPush = {
    ...push,
    world,
    process,
    view: { wanted: first + 1, brought: first + 2 },
    seenDropNumber: first + 3,
    choices: first + 4,
    all: [push.pack, push.spare, push.copies].filter((pack) => pack !== undefined),
  };
  return createProcess(world, {
    name: push.name,
    process,
    uploads: open.all,
    move: (now, moves) => move(open, now, moves),
  });
}

type OpenPush = PushOptions & {
  readonly world: World;
  readonly process: Process;
  readonly view: View;
  readonly seenDropNumber: number;
  readonly choices: number;
  readonly all: readonly StoredObject[];
};

function move(push: OpenPush, now: State, moves: Moves) {
  const { world, process, view } = push;
  switch (now[process.phase]) {
    case IDLE:
      return begin(push, now, moves);
    case BEGUN: {
      const next = moves.begin();
      next[process.phase] = LOOKED;
      next[view.wanted] = liveRows(world, now, push.repository);
      return moves.take(STEPS.looks);
    }
    case LOOKED:
      return check(push, now, moves);
    case CHECKED:
      return store(push, now, moves);
    case IN_LIMBO:
    case TOLD_FAILED:
    case TOLD_NOTHING:
    case COMMITTED:
      return moveInLimbo(push, now, moves);
  }
}

function begin({ process, seenDropNumber, repository }: OpenPush, now: State, moves: Moves) {
  if (now[repository.exists] === 0) return;
  const next = moves.begin();
  next[process.phase] = BEGUN;
  next[seenDropNumber] = now[repository.dropNumber]!;
  moves.take(STEPS.begins);
}

/**
 * Refs are read when all is there. What they reach may be relied on for as long as nothing is dropped; what is in the view
 * by chance is copied.
 */
function check(push: OpenPush, now: State, moves: Moves) {
  const { world, process, view, needs, repository, copies, usesGraph = false } = push;
  const pass = (step: number, object?: StoredObject) => {
    const next = moves.begin();
    next[process.phase] = CHECKED;
    next[view.wanted] = 0;
    next[view.brought] = 0;
    if (object !== undefined) next[push.choices]! |= COPIES;
    moves.take(step, object?.index);
  };
  const lose = (next: State) => {
    next[process.phase] = BEGUN;
    next[view.wanted] = 0;
    next[view.brought] = 0;
  };
  if (usesGraph && (needs & ~vouchedFor(push, now)) === 0) pass(STEPS.trusts);
  if (!bring(world, now, moves, { view, steps: STEPS, lose })) return;
  const missing = needs & ~(reachOf(now, repository) | now[repository.former]!);
  if (missing === 0) return pass(STEPS.passes);
  const isThere = (missing & ~gitObjectsIn(world, now, now[view.wanted]!)) === 0;
  if (isThere && copies !== undefined) return pass(STEPS.copies, copies);
  refuse(push, moves, STEPS.refuses);
}

/** What the commit graphs of the look vouch for, whose rows have the drop number that was read before. */
function vouchedFor({ world, view, repository, seenDropNumber }: OpenPush, now: State): number {
  let reached = 0;
  for (const object of world.objects) {
    if (object.kind !== "graph" || (now[view.wanted]! & object.bit) === 0) continue;
    const madeAt = repository.bit === 1 ? now[object.dropNumber]! & 15 : now[object.dropNumber]! >> 4;
    if (madeAt === now[seenDropNumber] || world.has("old-graph-is-trusted"))
      reached |= contentOf(now, object);
  }
  return reached;
}

function refuse({ process, all }: OpenPush, moves: Moves, step: number) {
  const next = moves.begin();
  // What it has uploaded is left to the sweep, whose step is the same as that of its maker.
  end(next, process, all);
  moves.take(step);
}

/** The packs that its transaction is to name. */
function packsOf({ pack, spare, copies, choices }: OpenPush, now: State): readonly StoredObject[] {
  const own = (now[choices]! & USES_SPARE) === 0 ? pack : spare;
  const packs = own === undefined ? [] : [own];
  return (now[choices]! & COPIES) === 0 ? packs : [...packs, copies!];
}

function store(push: OpenPush, now: State, moves: Moves) {
  const { world, process, mayLoseAnswer } = push;
  const packs = packsOf(push, now);
  for (const pack of packs) {
    if (pack.isInline) continue;
    const upload = uploadOf(now, pack);
    if (upload === FAILED) return refuse(push, moves, STEPS.isLate);
    const isWaiting = upload === SENT && !world.has("row-before-acknowledgement");
    if (upload < SENT || isWaiting || (upload === ACKNOWLEDGED && lacksRow(world, now, pack)))
      return moveUpload(world, now, moves, pack);
  }
  const refusal = refusalOf(push, now, packs);
  if (refusal === STEPS.wasDropped) return beginAgain(push, now, moves);
  if (refusal === STEPS.isCondemned) return uploadAnew(push, now, moves, packs);
  if (refusal !== undefined) refuse(push, moves, refusal);
  else commit(push, moves, packs);
  if (!mayLoseAnswer) return;
  const next = moves.begin();
  next[process.phase] = IN_LIMBO;
  moves.take(STEPS.losesAnswer);
}

function lacksRow({ has }: World, now: State, pack: StoredObject): boolean {
  return has("pending-row-after-upload") && stateOf(now, pack) !== PENDING;
}

/** What the transaction finds under its lock on the repository's row that forbids it; undefined if nothing does. */
function refusalOf(push: OpenPush, now: State, packs: readonly StoredObject[]): number | undefined {
  const { world, repository, seenDropNumber } = push;
  if (now[repository.exists] === 0) return STEPS.hasNoRepository;
  if (now[repository.dropNumber] !== now[seenDropNumber] && !world.has("push-ignores-drops"))
    return STEPS.wasDropped;
  const expected = push.ref === "main" ? BASE : 0;
  if (now[repository[push.ref]] !== expected) return STEPS.losesRace;
  const isCondemned = packs.some((pack) => !pack.isInline && stateOf(now, pack) !== PENDING);
  return isCondemned && !world.has("push-ignores-sweep") ? STEPS.isCondemned : undefined;
}

function commit(push: OpenPush, moves: Moves, packs: readonly StoredObject[]) {
  const { world, process, all } = push;
  const next = moves.begin();
  apply(push, next, packs);
  end(next, process, all);
  const [pack] = packs;
  moves.take(pack === undefined ? STEPS.commitsRef : STEPS.commits);
  if (!world.has("maker-deletes-unasked") || pack === undefined) return;
  set(next, pack, DELETE);
  moves.take(FAULTY.deletesUnasked, pack.index);
}

function apply(push: OpenPush, next: State, packs: readonly StoredObject[]) {
  const { world, repository, needs } = push;
  let reach = needs;
  for (const pack of packs) {
    reach |= contentOf(next, pack);
    setState(next, pack, NAMED);
    if (pack.isInline) set(next, pack, IN_STORE);
    addName(next, pack, repository.bit);
  }
  changeRef(world, next, repository, { ref: repository[push.ref], reach });
}

function beginAgain({ process, choices }: OpenPush, now: State, moves: Moves) {
  const next = moves.begin();
  restart(next, process);
  next[choices] = now[choices]!;
  moves.take(STEPS.wasDropped);
}

function uploadAnew(push: OpenPush, now: State, moves: Moves, packs: readonly StoredObject[]) {
  const { world, pack, spare, choices, process } = push;
  if (world.has("name-is-used-again")) return uploadAgain(push, now, moves, packs);
  const next = moves.begin();
  const isSpareLeft = spare !== undefined && (now[choices]! & USES_SPARE) === 0;
  if (!isSpareLeft || stateOf(now, pack!) === PENDING) return refuse(push, moves, STEPS.isCondemned);
  next[choices]! |= USES_SPARE;
  next[process.phase] = CHECKED;
  setUpload(next, pack!, 0);
  moves.take(STEPS.takesSpare);
}

function uploadAgain({ process }: OpenPush, now: State, moves: Moves, [pack]: readonly StoredObject[]) {
  if (pack === undefined || (stateOf(now, pack) !== DELETING && stateOf(now, pack) !== GONE)) return;
  const next = moves.begin();
  setState(next, pack, PENDING);
  set(next, pack, PUT);
  setUpload(next, pack, SENT);
  next[process.phase] = CHECKED;
  moves.take(FAULTY.uploadsAgain, pack.index);
}

/** The database decides, and the sender asks or gives up, in any order. */
function moveInLimbo(push: OpenPush, now: State, moves: Moves) {
  const phase = now[push.process.phase]!;
  const packs = packsOf(push, now);
  if (phase !== COMMITTED) decide(push, now, moves, packs);
  if (phase === TOLD_FAILED || phase === TOLD_NOTHING) return;
  giveUp(push, now, moves);
  const [pack] = packs;
  if (pack === undefined) return;
  if (pack.isInline) lookAtRow(push, pack, now, moves);
  else ask(push, pack, now, moves);
}

function decide(push: OpenPush, now: State, moves: Moves, packs: readonly StoredObject[]) {
  const { world, process, all } = push;
  const phase = now[process.phase]!;
  if (refusalOf(push, now, packs) === undefined) {
    const next = moves.begin();
    apply(push, next, packs);
    if (phase === TOLD_FAILED) next[world.broken] = BROKEN_ANSWER;
    if (phase === IN_LIMBO) next[process.phase] = COMMITTED;
    else end(next, process, all);
    moves.take(STEPS.commitsUnseen);
  }
  // Before the sender has told anything it makes no difference.
  if (phase !== IN_LIMBO) refuse(push, moves, STEPS.isUndone);
}

function giveUp({ process, all }: OpenPush, now: State, moves: Moves) {
  const next = moves.begin();
  if (now[process.phase] === COMMITTED) end(next, process, all);
  else next[process.phase] = TOLD_NOTHING;
  moves.take(STEPS.answersUnknown);
}

/** Condemning tells: either it finds the row pending, and then the transaction cannot commit any more, or it does not. */
function ask({ process, all }: OpenPush, pack: StoredObject, now: State, moves: Moves) {
  const next = moves.begin();
  // Bound: it asks before what it has named can be replaced, kept for the time of retention and condemned.
  if (now[process.phase] === COMMITTED) {
    end(next, process, all);
    return moves.take(STEPS.findsNamed, pack.index);
  }
  if (stateOf(now, pack) === PENDING) setState(next, pack, DELETING);
  next[process.phase] = TOLD_FAILED;
  moves.take(STEPS.condemns, pack.index);
}

/** There is no row of an inline pack before the commit, so that it is not there tells nothing. */
function lookAtRow({ world, process, all }: OpenPush, pack: StoredObject, now: State, moves: Moves) {
  const next = moves.begin();
  if (now[process.phase] === COMMITTED) {
    end(next, process, all);
    moves.take(STEPS.findsNamed, pack.index);
  } else if (world.has("inline-row-tells")) {
    next[process.phase] = TOLD_FAILED;
    moves.take(FAULTY.takesForUndone, pack.index);
  }
}
