import type { Moves, State } from "../explorer.ts";
import { declareFaultySteps, declareSteps } from "../steps.ts";
import {
  addName,
  addRowAlone,
  BASE,
  NAMED,
  OLD,
  PENDING,
  type StoredObject,
  setState,
  stateOf,
  uploadOf,
  type World,
} from "../world.ts";
import { type Actor, createProcess, end, IDLE } from "./actor.ts";
import { ACKNOWLEDGED, FAILED, moveUpload } from "./upload.ts";

const STEPS = declareSteps("restore", {
  begins: "finds an empty database, and begins",
  isLate: "fails: an upload has failed",
  isCondemned: "fails: an object of its own has been condemned",
  commits: "commits all rows: the repository, its fork, refs, pack rows",
});

const FAULTY = declareFaultySteps("restore", {
  commitsRefs: "commits the repository, its fork and refs, and no pack rows yet",
  commitsPacks: "commits the pack rows",
});

const UPLOADS = 1;
const HAS_REFS = 2;

/**
 * Writes a backup, or a data folder that is moved, into an empty database: every object by an upload of its own, then all
 * rows in one transaction. The fork shares the packs.
 */
export function openRestore(world: World, objects: readonly StoredObject[]): Actor {
  const process = { phase: world.allot(1), bytes: 1 };
  const { repository, fork } = world;

  function stop(moves: Moves, step: number) {
    const next = moves.begin();
    end(next, process, objects);
    moves.take(step);
  }

  function writeRefs(next: State) {
    for (const one of [repository, fork]) {
      next[one.exists] = 1;
      next[one.main] = BASE;
      next[one.old] = BASE | OLD;
    }
  }

  function writePacks(next: State) {
    for (const object of objects) {
      setState(next, object, NAMED);
      addName(next, object, repository.bit);
      if (world.has("restore-counts-once")) addRowAlone(next, object, fork.bit);
      else addName(next, object, fork.bit);
    }
  }

  function store(now: State, moves: Moves) {
    if (objects.some((object) => stateOf(now, object) !== PENDING) && !world.has("restore-ignores-sweep"))
      return stop(moves, STEPS.isCondemned);
    const next = moves.begin();
    if (world.has("restore-in-two-transactions") && now[process.phase] === UPLOADS) {
      writeRefs(next);
      next[process.phase] = HAS_REFS;
      return moves.take(FAULTY.commitsRefs);
    }
    writePacks(next);
    writeRefs(next);
    const isSecond = now[process.phase] === HAS_REFS;
    end(next, process, objects);
    moves.take(isSecond ? FAULTY.commitsPacks : STEPS.commits);
  }

  return createProcess(world, {
    name: "restore",
    process,
    uploads: objects,
    move(now, moves) {
      if (now[process.phase] === IDLE) {
        if (now[repository.exists] !== 0) return;
        const next = moves.begin();
        next[process.phase] = UPLOADS;
        return moves.take(STEPS.begins);
      }
      if (now[process.phase] !== UPLOADS && now[process.phase] !== HAS_REFS) return;
      if (objects.some((object) => uploadOf(now, object) === FAILED)) return stop(moves, STEPS.isLate);
      for (const object of objects)
        if (uploadOf(now, object) < ACKNOWLEDGED) moveUpload(world, now, moves, object);
      if (objects.every((object) => uploadOf(now, object) === ACKNOWLEDGED)) store(now, moves);
    },
  });
}
