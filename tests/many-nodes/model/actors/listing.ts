import type { Moves, State } from "../explorer.ts";
import { declareFaultySteps, declareSteps } from "../steps.ts";
import { DELETE, DELETING, GONE, IN_STORE, is, NONE, set, setState, stateOf, type World } from "../world.ts";
import { type Actor, IDLE } from "./actor.ts";

const STEPS = declareSteps("listing", {
  lists: "lists the store",
  condemns: "inserts rows, condemned, for what has none",
});

const FAULTY = declareFaultySteps("listing", {
  readsRows: "reads which names have no row",
  deletes: "lists the store, and sends a DELETE for what had no row",
});

const LISTED = 1;

/** Finds what lies in the store and has no row. The list comes first, and the rows are read after it. */
export function openListing(world: World): Actor {
  const first = world.allot(2);
  const [phase, listed] = [first, first + 1];
  const hasNoRow = (now: State, object: (typeof world.objects)[number]) =>
    stateOf(now, object) === NONE || stateOf(now, object) === GONE;
  const isWrong = () => world.has("listing-after-rows");

  function list(now: State, moves: Moves) {
    let found = 0;
    for (const object of world.objects)
      if (isWrong() ? hasNoRow(now, object) && !object.isInline : is(now, object, IN_STORE))
        found |= object.bit;
    // A list of what has a row finds nothing, whenever the rows are read.
    if (!isWrong() && !world.objects.some((object) => is(now, object, IN_STORE) && hasNoRow(now, object)))
      return;
    const next = moves.begin();
    next[phase] = LISTED;
    next[listed] = found;
    moves.take(isWrong() ? FAULTY.readsRows : STEPS.lists);
  }

  function compare(now: State, moves: Moves) {
    const next = moves.begin();
    next[phase] = IDLE;
    next[listed] = 0;
    for (const object of world.objects) {
      if ((now[listed]! & object.bit) === 0) continue;
      if (isWrong() && is(now, object, IN_STORE)) set(next, object, DELETE);
      if (hasNoRow(now, object) && (!isWrong() || is(now, object, IN_STORE)))
        setState(next, object, DELETING);
    }
    moves.take(isWrong() ? FAULTY.deletes : STEPS.condemns);
  }

  return {
    name: "listing",
    isAtRest: (now) => now[phase] === IDLE,
    move: (now, moves) => (now[phase] === IDLE ? list : compare)(now, moves),
  };
}
