import assert from "node:assert/strict";
import { test } from "node:test";
import type { ObjectId } from "../../src/model/object-id.ts";
import { explainRef, type Move, type RefValue } from "../support/many-nodes/ref-history.ts";

const [a, b, c, x] = ["a", "b", "c", "x"].map((letter) => letter.repeat(40) as ObjectId);
const done = (from: RefValue, to: Move["to"]): Move => ({ from, to, isAcknowledged: true });
const unknown = (from: RefValue, to: Move["to"]): Move => ({ from, to, isAcknowledged: false });

for (const [why, start, moves, end, isExplained] of [
  ["nothing was asked for", a, [], a, true],
  ["nothing was asked for, and it has moved", a, [], b, false],
  ["one after the other", undefined, [done(undefined, a), done(a, b)], b, true],
  ["the last one is lost", undefined, [done(undefined, a), done(a, b)], a, false],
  ["two have won the same race", a, [done(a, b), done(a, c)], c, false],
  ["an unknown one was done", a, [unknown(a, b)], b, true],
  ["an unknown one was not done", a, [unknown(a, b)], a, true],
  ["an unknown one was done, as another was built on it", a, [unknown(a, b), done(b, c)], c, true],
  ["deleted and created again", a, [done(a, undefined), done(undefined, b)], b, true],
  ["deleted, and there again", a, [done(a, undefined)], a, false],
  ["a made one that is there now", a, [unknown(a, "made")], x, true],
  ["a made one that was built upon", a, [unknown(a, "made"), done(x, b)], b, true],
  ["a made one that nobody has asked for", a, [unknown(b, "made")], x, false],
] as const) {
  test(`${why}: ${isExplained ? "explained" : "a fault"}`, () => {
    assert.equal(explainRef(start, moves, end) !== undefined, isExplained);
  });
}
