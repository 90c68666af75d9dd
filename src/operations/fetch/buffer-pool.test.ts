import assert from "node:assert/strict";
import { test } from "node:test";
import { openBufferPool } from "./buffer-pool.ts";

test("gives out a buffer again when it has been given back", () => {
  const pool = openBufferPool(10, { usedMax: 2, idleMax: 1 });
  const first = pool.take();
  assert.equal(first?.length, 10);
  assert.notEqual(pool.take(), first);
  pool.giveBack(first!);
  assert.equal(pool.take(), first);
});

test("has no more than so many in use, where one that is forgotten is not in use any more", () => {
  const pool = openBufferPool(10, { usedMax: 2, idleMax: 1 });
  const first = pool.take();
  pool.take();
  assert.equal(pool.take(), undefined);
  pool.forget();
  const third = pool.take();
  assert.ok(third !== undefined && third !== first);
});

test("keeps no more than so many that are not in use", () => {
  const pool = openBufferPool(10, { usedMax: 3, idleMax: 1 });
  const [first, second] = [pool.take()!, pool.take()!];
  pool.giveBack(first);
  pool.giveBack(second);
  assert.equal(pool.take(), first);
  assert.notEqual(pool.take(), second);
});
