import type { Moves, State } from "../explorer.ts";
import { declareFaultySteps, declareSteps } from "../steps.ts";
import { BLOB_ROW, firstMissing, liveRows, rowsOf, type World } from "../world.ts";
import { type Actor, createProcess, end, IDLE } from "./actor.ts";
import { bring } from "./view.ts";

export type Backup = Actor & {
  /** Whether something is gone that it has yet to copy, though its hold stands. */
  findLoss(now: State): boolean;
};

const STEPS = declareSteps("backup", {
  holds: "commits its hold",
  snapshots: "begins its snapshot",
  brings: "copies {object}",
  misses: "finds {object} gone, and fails: its hold has run out",
  ends: "has copied all that its snapshot names while its hold stood, and ends the hold",
  fails: "has copied all, finds that its hold has run out, and fails",
});

const FAULTY = declareFaultySteps("backup", {
  snapshotsFirst: "begins its snapshot, without a hold",
  holdsLate: "commits its hold, after its snapshot",
  renewsLate: "renews its hold, which has run out",
});

const HOLDS = 1;
const COPIES = 2;
const HAS_SNAPSHOT = 3;

/** @param number of the backup, from 0: each has a hold of its own. */
export function openBackup(world: World, number = 0): Backup {
  const first = world.allot(3);
  const process = { phase: first, bytes: 3 };
  const view = { wanted: first + 1, brought: first + 2 };
  const { repository, fork } = world;
  const own = 1 << number;
  const isHeld = (now: State) => (now[world.hold]! & own) !== 0;

  function snapshot(now: State, next: State) {
    let rows = liveRows(world, now, repository) | liveRows(world, now, fork);
    for (const object of world.objects) if ((rowsOf(now, object) & BLOB_ROW) !== 0) rows |= object.bit;
    next[view.wanted] = rows;
  }

  function begin(now: State, moves: Moves) {
    const next = moves.begin();
    if (world.has("hold-after-snapshot")) {
      snapshot(now, next);
      next[process.phase] = HAS_SNAPSHOT;
      return moves.take(FAULTY.snapshotsFirst);
    }
    next[world.hold]! |= own;
    next[process.phase] = HOLDS;
    moves.take(STEPS.holds);
  }

  function copy(now: State, moves: Moves) {
    const lose = (next: State) => end(next, process);
    if (!isHeld(now) && world.has("hold-is-renewed-late")) {
      const next = moves.begin();
      next[world.hold]! |= own;
      moves.take(FAULTY.renewsLate);
    }
    if (!bring(world, now, moves, { view, steps: STEPS, lose })) return;
    const next = moves.begin();
    next[world.hold]! &= ~own;
    end(next, process);
    moves.take(isHeld(now) ? STEPS.ends : STEPS.fails);
  }

  return {
    ...createProcess(world, {
      name: `backup ${number + 1}`,
      process,
      move(now, moves) {
        switch (now[process.phase]) {
          case IDLE:
            return begin(now, moves);
          case HOLDS: {
            const next = moves.begin();
            snapshot(now, next);
            next[process.phase] = COPIES;
            return moves.take(STEPS.snapshots);
          }
          case HAS_SNAPSHOT: {
            const next = moves.begin();
            next[world.hold]! |= own;
            next[process.phase] = COPIES;
            return moves.take(FAULTY.holdsLate);
          }
          case COPIES:
            return copy(now, moves);
        }
      },
    }),
    findLoss(now) {
      if (now[process.phase] !== COPIES || !isHeld(now)) return false;
      return firstMissing(world, now, now[view.wanted]! & ~now[view.brought]!) !== undefined;
    },
  };
}
