import assert from "node:assert/strict";
import { test } from "node:test";
import { rememberCount } from "./remember-count.ts";

const countOf = (total: number) => rememberCount(async (limit) => Math.min(limit, total));

test("what was counted is known again, up to where it was counted", async () => {
  const { count, recall } = countOf(5);
  assert.equal(recall(1), undefined);
  assert.equal(await count(3), 3);
  assert.deepEqual([recall(1), recall(3), recall(4)], [1, 3, undefined]);
});

test("with all counted, any limit is answered", async () => {
  const { count, recall } = countOf(2);
  assert.equal(await count(3), 2);
  assert.deepEqual([recall(1), recall(2), recall(100)], [1, 2, 2]);
});

test("with no commits at all, it is known that there are none", async () => {
  const { count, recall } = countOf(0);
  assert.equal(await count(1), 0);
  assert.equal(recall(50), 0);
});
