import assert from "node:assert/strict";
import { test } from "node:test";
import { findDeadlock } from "./locks/find-deadlock.ts";
import type { Transaction } from "./locks/lock-system.ts";
import { KNOWN_CIRCLES, TRANSACTIONS, WRONG_ORDERS } from "./locks/transactions.ts";

/** All choices of so many, each of which may be taken several times, in their order. */
function choicesOf(count: number, from: readonly Transaction[] = TRANSACTIONS): readonly Transaction[][] {
  if (count === 0) return [[]];
  return from.flatMap((first, index) =>
    choicesOf(count - 1, from.slice(index)).map((others) => [first, ...others]),
  );
}

const namesOf = (transactions: readonly Transaction[]) => transactions.map(({ name }) => name);

/** Whether a circle is among them that is known. */
function isKnown(transactions: readonly Transaction[]): boolean {
  const names = new Set(namesOf(transactions));
  return KNOWN_CIRCLES.some((circle) => namesOf(circle.transactions).every((name) => names.has(name)));
}

/*
 * Which rows the transactions of docs/many-nodes.md lock, in which order, as PostgreSQL locks them. Every order in which their
 * locks can follow each other is explored. ../database-locks.test.ts tries the same functions on a real PostgreSQL.
 */

for (const count of [2, 3, 4])
  test(`no ${count} transactions wait for each other in a circle, but those that are known to`, () => {
    for (const transactions of choicesOf(count)) {
      const deadlock = findDeadlock(transactions);
      if (!isKnown(transactions)) assert.deepEqual(deadlock, undefined, namesOf(transactions).join(", "));
    }
  });

for (const { about, transactions } of WRONG_ORDERS)
  test(`they would with ${about}`, (t) => {
    const deadlock = findDeadlock(transactions);
    assert.ok(deadlock !== undefined);
    for (const line of [...deadlock.trace, deadlock.invariant]) t.diagnostic(line);
  });

for (const { about, transactions } of KNOWN_CIRCLES)
  test(`known to: ${about}`, () => {
    assert.ok(findDeadlock(transactions) !== undefined);
  });
