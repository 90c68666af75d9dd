import type { Moves, State, System } from "../explorer.ts";
import { declareSteps } from "../steps.ts";
import { areInConflict, type Strength } from "./row-locks.ts";

/** One row that a statement of a transaction locks. Several rows of one statement follow each other. */
export type Lock = {
  readonly row: string;
  readonly strength: Strength;
  /** `skip locked`: a row that somebody else has is left out. */
  readonly isSkipped?: boolean;
};

/** A transaction as the locks that it takes, in their order. It has them until it ends. */
export type Transaction = { readonly name: string; readonly locks: readonly Lock[] };

const STEPS = declareSteps("transaction", {
  locks: "locks {object}",
  leavesOut: "leaves {object} out, which is locked",
  ends: "ends",
});

/**
 * Transactions side by side, stopped before each of their locks. One that has to wait takes no step. They are deadlocked where
 * none can take a step and not all have ended: those that are in no circle can always go on to their ends.
 *
 * The queue of those who wait for a row is not modelled: who waits behind somebody in it waits for a lock that is in conflict,
 * or would not have queued, so that the same circles are closed with it and without.
 */
export function openLockSystem(transactions: readonly Transaction[]): System {
  const rows = [...new Set(transactions.flatMap(({ locks }) => locks.map(({ row }) => row)))];
  // For each transaction: how many of its locks are behind it, and a set of those that it has left out.
  const count = transactions.length;
  const hasEnded = (now: State, number: number) => now[number]! > transactions[number]!.locks.length;

  function holds(now: State, number: number, row: string, strength: Strength): boolean {
    if (hasEnded(now, number)) return false;
    const taken = transactions[number]!.locks.slice(0, now[number]!);
    return taken.some(
      (lock, index) =>
        lock.row === row &&
        (now[count + number]! & (1 << index)) === 0 &&
        areInConflict(lock.strength, strength),
    );
  }

  function moveOne(now: State, moves: Moves, number: number) {
    const { locks } = transactions[number]!;
    const at = now[number]!;
    const next = moves.begin();
    const lock = locks[at];
    if (lock === undefined) {
      next[number] = locks.length + 1;
      next[count + number] = 0;
      return moves.take(STEPS.ends);
    }
    const { row, strength, isSkipped = false } = lock;
    const isFree = transactions.every((_, other) => other === number || !holds(now, other, row, strength));
    if (!isFree && !isSkipped) return;
    next[number] = at + 1;
    if (!isFree) next[count + number]! |= 1 << at;
    moves.take(isFree ? STEPS.locks : STEPS.leavesOut, rows.indexOf(row));
  }

  return {
    bytes: Math.ceil((2 * count) / 4) * 4,
    objectNames: rows,
    begin() {},
    findViolation: () => undefined,
    move(now, moves) {
      const before = moves.count();
      for (const [number, { name }] of transactions.entries()) {
        moves.actor = name;
        if (!hasEnded(now, number)) moveOne(now, moves, number);
      }
      return moves.count() === before;
    },
    findLeftover(now) {
      const waiting = transactions.filter((_, number) => !hasEnded(now, number));
      if (waiting.length === 0) return undefined;
      return `deadlock of ${waiting.map(({ name }) => name).join(" and ")}`;
    },
  };
}
