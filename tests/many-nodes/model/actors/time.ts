import type { State } from "../explorer.ts";
import { declareSteps } from "../steps.ts";
import type { World } from "../world.ts";
import type { Actor } from "./actor.ts";

const STEPS = declareSteps("time", {
  endsHold: "passes: a hold runs out",
  endsFormerTips: "passes: what refs have left is kept no longer",
});

/**
 * Every time limit may pass at any moment, as if a process had been frozen for that long.
 *
 * @param isBetween whether somebody has read refs and not yet looked at the pack rows.
 */
export function openTime(world: World, isBetween: (now: State) => boolean): Actor {
  const { hold, repository } = world;
  return {
    name: "time",
    isAtRest: () => true,
    move(now, moves) {
      const holds = world.has("hold-without-end") ? 0 : now[hold]!;
      for (let left = holds; left !== 0; left &= left - 1) {
        const next = moves.begin();
        next[hold]! &= ~(left & -left);
        moves.take(STEPS.endsHold);
      }
      // Bound: former tips are kept for two weeks, which is longer than anybody takes from the refs to the rows.
      if (now[repository.former] !== 0 && (!isBetween(now) || world.has("former-tips-end-early"))) {
        const next = moves.begin();
        next[repository.former] = 0;
        moves.take(STEPS.endsFormerTips);
      }
    },
  };
}
