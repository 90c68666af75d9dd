import type { ObjectId } from "../../../src/model/object-id.ts";

/** Where a ref is; undefined if it is not there. */
export type RefValue = ObjectId | undefined;

/** A change of a ref that was asked for: it is done only where the ref is at `from`. */
export type Move = {
  readonly from: RefValue;
  /** "made": a commit or tag that the server makes, and whose id nobody was told. */
  readonly to: RefValue | "made";
  readonly isAcknowledged: boolean;
};

/**
 * Whether a ref can have come from `start` to `end` by all changes that were acknowledged, each once and in any order, and some
 * of the others.
 *
 * @returns the changes that were done, in an order in which they may have been.
 */
export function explainRef(
  start: RefValue,
  moves: readonly Move[],
  end: RefValue,
): readonly Move[] | undefined {
  const named = new Set<RefValue>(moves.flatMap(({ to }) => (to === "made" ? [] : [to])));
  // A commit that the server has made is known by who built on it, or by being there now.
  const unnamed = [...moves.map(({ from }) => from), end].filter(
    (value) => value !== undefined && value !== start && !named.has(value),
  );
  const done: Move[] = [];
  const search = (at: RefValue): boolean => {
    if (at === end && moves.every((move) => !move.isAcknowledged || done.includes(move))) return true;
    for (const move of moves) {
      if (move.from !== at || done.includes(move)) continue;
      done.push(move);
      const next = move.to === "made" ? [...new Set(unnamed)] : [move.to];
      if (next.some(search)) return true;
      done.pop();
    }
    return false;
  };
  return search(start) ? done : undefined;
}
