import type { Moves, State } from "../explorer.ts";
import { declareFaultySteps, declareSteps } from "../steps.ts";
import {
  clear,
  DELETE,
  DELETING,
  GONE,
  IN_STORE,
  is,
  NOTED,
  PARTS,
  PENDING,
  type StoredObject,
  set,
  setState,
  stateOf,
  UNNAMED,
  type World,
} from "../world.ts";
import type { Actor } from "./actor.ts";

const STEPS = declareSteps("sweep", {
  condemnsPending: "condemns {object}, pending, and sends a DELETE",
  condemnsUnnamed: "condemns {object}, unnamed, and sends a DELETE",
  condemnsInline: "condemns {object}, unnamed",
  removesInline: "removes the row of {object}, condemned, with its content",
  deletesAgain: "sends a DELETE of {object}, condemned",
  aborts: "aborts the upload of {object} in parts",
});

const FAULTY = declareFaultySteps("sweep", {
  removesRow: "removes the row of {object}, pending, and dies before it sends a DELETE",
  deletesPending: "sends a DELETE of {object}, which is pending",
});

/** Any number of sweeps at once: each of their steps is decided by the row alone. */
export function openSweep(world: World, isStreamed: (now: State, object: StoredObject) => boolean): Actor {
  return {
    name: "sweep",
    isAtRest: () => true,
    move(now, moves) {
      for (const object of world.objects) {
        const state = stateOf(now, object);
        if (state === PENDING) sweepPending(world, now, moves, object);
        else if (state === UNNAMED) {
          if (now[world.hold] !== 0 && !world.has("sweep-ignores-holds")) continue;
          // Bound: a streaming view ends before the retention of what it reads.
          if (isStreamed(now, object) && !world.has("short-retention")) continue;
          condemnUnnamed(moves, object);
        } else if (state === DELETING) sweepCondemned(world, now, moves, object);
      }
    },
  };
}

function sweepPending({ has }: World, now: State, moves: Moves, object: StoredObject) {
  const next = moves.begin();
  if (has("sweep-deletes-before-row")) {
    if (is(now, object, DELETE)) return;
    set(next, object, DELETE);
    return moves.take(FAULTY.deletesPending, object.index);
  }
  if (has("sweep-removes-row-first")) {
    setState(next, object, GONE);
    return moves.take(FAULTY.removesRow, object.index);
  }
  setState(next, object, DELETING);
  set(next, object, DELETE);
  moves.take(STEPS.condemnsPending, object.index);
}

function condemnUnnamed(moves: Moves, object: StoredObject) {
  const next = moves.begin();
  setState(next, object, DELETING);
  if (!object.isInline) set(next, object, DELETE);
  moves.take(object.isInline ? STEPS.condemnsInline : STEPS.condemnsUnnamed, object.index);
}

function sweepCondemned({ has }: World, now: State, moves: Moves, object: StoredObject) {
  if (object.isInline) {
    const next = moves.begin();
    setState(next, object, GONE);
    clear(next, object, IN_STORE);
    return moves.take(STEPS.removesInline, object.index);
  }
  if (is(now, object, PARTS) && is(now, object, NOTED) && !has("sweep-aborts-nothing")) {
    // A part that arrives behind an abort stays until the next one: as if this abort came later.
    const next = moves.begin();
    clear(next, object, PARTS);
    moves.take(STEPS.aborts, object.index);
  }
  if (is(now, object, DELETE)) return;
  const next = moves.begin();
  set(next, object, DELETE);
  moves.take(STEPS.deletesAgain, object.index);
}
