import assert from "node:assert/strict";
import { explore, type Violation } from "../explorer.ts";
import { openLockSystem, type Transaction } from "./lock-system.ts";

const STATES_MAX = 100_000;

/** One of the shortest ways into a deadlock of the transactions; undefined if there is none. */
export function findDeadlock(transactions: readonly Transaction[]): Violation | undefined {
  const { violation, isCutOff } = explore(openLockSystem(transactions), STATES_MAX);
  assert.ok(!isCutOff);
  return violation;
}
