import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { seedFiles } from "../../../tests/support/git/seed-files.ts";
import { startTestApp, type TestApp } from "../../../tests/support/server/test-app.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { findLastChanges } from "./last-changes.ts";

const RAW_NAME = "caf\u{10ffe9}";
let app: TestApp;
let ids: readonly ObjectId[];

before(async () => {
  app = await startTestApp();
  ids = await seedFiles(app, app.repository, "main", [
    { message: "one", files: { a: "1", "b/c": "1", "b/d": "1", [`${RAW_NAME}/x`]: "1", "e\nf": "1" } },
    { message: "two", files: { "b/c": "2" } },
    { message: "three", files: { a: "3", [`${RAW_NAME}/x`]: "3" } },
    { message: "four", files: { gone: "4" } },
    { message: "five", files: { gone: undefined } },
  ]);
});
after(() => app.close());

async function changesOf(path: string, names: readonly string[], waitMs = 30_000) {
  const at = { commit: ids.at(-1)!, path };
  const found = await findLastChanges(app.ports, app.repository, at, { names, waitMs });
  return Object.fromEntries([...found].map(([name, { message }]) => [name, message]));
}

test("each entry has the commit that changed it, or something in it, last", async () => {
  assert.deepEqual(await changesOf("", ["a", "b", RAW_NAME, "e\nf"]), {
    a: "three",
    b: "two",
    [RAW_NAME]: "three",
    "e\nf": "one",
  });
  assert.deepEqual(await changesOf("b", ["c", "d"]), { c: "two", d: "one" });
  assert.deepEqual(await changesOf(RAW_NAME, ["x"]), { x: "three" });
});

test("nobody waits longer than they want; what is found meanwhile is there the next time", async () => {
  const names = ["b", "a"];
  assert.deepEqual(await changesOf("", names, 0), {});
  await app.ports.backgroundWork.idle();
  assert.deepEqual(await changesOf("", names, 100), { b: "two", a: "three" });
});
