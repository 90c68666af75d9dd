import type { Moves, State } from "../explorer.ts";
import { declareFaultySteps, declareSteps } from "../steps.ts";
import { DELETE, IN_STORE, is, rowsOf, set, type World } from "../world.ts";
import { type Actor, END, IDLE } from "./actor.ts";

const STEPS = declareSteps("copy of the database", {
  isMade: "is made of the rows as they are, with a new installation id",
  refuses: "does not start: the store belongs to another installation",
});

const FAULTY = declareFaultySteps("copy of the database", {
  isMadeAlike: "is made of the rows as they are, with the same installation id",
  deletes: "starts, lists the store and deletes {object}, which has no row in it",
});

const IS_MADE = 1;

/** A copy for a test or a restore, whose server is given the store of the original. */
export function openDatabaseCopy(world: World): Actor {
  const first = world.allot(2);
  const [phase, known] = [first, first + 1];
  const isAlike = () => world.has("copy-keeps-id");

  function make(now: State, moves: Moves) {
    const next = moves.begin();
    // Only a copy that starts looks at its rows.
    if (isAlike())
      for (const object of world.objects) if (rowsOf(now, object) !== 0) next[known]! |= object.bit;
    next[phase] = IS_MADE;
    moves.take(isAlike() ? FAULTY.isMadeAlike : STEPS.isMade);
  }

  function start(now: State, moves: Moves) {
    const next = moves.begin();
    if (!isAlike()) {
      next[phase] = END;
      return moves.take(STEPS.refuses);
    }
    const unknown = world.objects.find(
      (object) => is(now, object, IN_STORE) && !is(now, object, DELETE) && (now[known]! & object.bit) === 0,
    );
    if (unknown === undefined) return;
    set(next, unknown, DELETE);
    moves.take(FAULTY.deletes, unknown.index);
  }

  return {
    name: "copy of the database",
    isAtRest: (now) => now[phase] === IDLE || now[phase] === END,
    move(now, moves) {
      if (now[phase] === IDLE) make(now, moves);
      else if (now[phase] === IS_MADE) start(now, moves);
    },
  };
}
