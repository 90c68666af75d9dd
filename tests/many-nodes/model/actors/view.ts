import type { Moves, State } from "../explorer.ts";
import { firstMissing, IN_STORE, is, type StoredObject, type World } from "../world.ts";

/** Bytes of a process: the live rows of its look, and those of them that it has brought into its view. */
export type View = { readonly wanted: number; readonly brought: number };

/** Steps of bringing a view, which each kind of process declares for itself. */
export type ViewSteps = { readonly brings: number; readonly misses: number };

/**
 * Takes the next step of bringing a view: the next of its objects, in any order that is always the same, or the finding
 * that one is gone. Objects never come back, so a view that is brought one by one ends as if it had been brought at the
 * time of the first; `bringsOneByOne` does not rely on that.
 *
 * @param lose what the process makes of an object that is gone.
 * @returns whether all of it is there. Then `wanted` is what the view has.
 */
export function bring(
  world: World,
  now: State,
  moves: Moves,
  { view, steps, lose }: { view: View; steps: ViewSteps; lose: (next: State, object: StoredObject) => void },
): boolean {
  const left = now[view.wanted]! & ~now[view.brought]!;
  if (left === 0) return true;
  if (!world.options.bringsOneByOne) {
    const missing = firstMissing(world, now, left);
    if (missing === undefined) return true;
    const next = moves.begin();
    lose(next, missing);
    moves.take(steps.misses, missing.index);
    return false;
  }
  const object = world.objects[31 - Math.clz32(left & -left)]!;
  const next = moves.begin();
  if (is(now, object, IN_STORE)) {
    next[view.brought]! |= object.bit;
    moves.take(steps.brings, object.index);
  } else {
    lose(next, object);
    moves.take(steps.misses, object.index);
  }
  return false;
}
