import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { createMigratedDatabaseSettings } from "../../../../tests/support/database/test-database.ts";
import type { MemoryObjectStore } from "../../../../tests/support/object-store/memory-object-store.ts";
import { startFilledApp } from "../../../../tests/support/server/filled-app.ts";
import { TEST_OBJECT_STORE } from "../../../../tests/support/server/test-app.ts";

const testDatabase = await createMigratedDatabaseSettings("sqlite");
const settings = { database: testDatabase.settings, objectStore: TEST_OBJECT_STORE };
const { app, git, folder, commit, rest } = await startFilledApp(settings);
after(() => testDatabase.remove());
const stored = app.ports.stored!;
const { contents } = stored.store as MemoryObjectStore;

// More than goes into the database.
await commit({ "large.txt": randomBytes(200_000).toString("hex") }, "Large");
await git.out(["push", "--quiet", "origin", "main"], { folder });
const [key, right] = [...contents].reduce((a, b) => (a[1].content.length > b[1].content.length ? a : b));
const { content } = right;

afterEach(() => contents.set(key, right));

for (const [what, found, message] of [
  [
    "has other bytes",
    Buffer.concat([content.subarray(0, -1), Buffer.from([content.at(-1)! ^ 1])]),
    /other bytes for [0-9a-f]{40} than were stored/,
  ],
  ["is shorter", content.subarray(0, -1), /other bytes for [0-9a-f]{40} than were stored/],
  ["is not there", undefined, /not in the object store/],
] as const)
  test(`a pack that ${what} in the store is answered 503, and is an error in the log`, async () => {
    await stored.closeIdleViews();
    await rm(join(app.ports.config.dataFolder, "cache", "objects"), { recursive: true, force: true });
    if (found === undefined) contents.delete(key);
    else contents.set(key, { ...right, content: found });
    const start = app.logLines.length;
    const { status, text } = await rest("GET", "/src/main/large.txt");
    assert.equal(status, 503);
    assert.match(text, message);
    const errors = app.logLines.slice(start).filter(({ level }) => level === 50);
    assert.deepEqual(
      errors.map((line) => line["repository.uuid"]),
      [app.repository.uuid],
    );
    assert.match((errors[0]!.err as { message: string }).message, new RegExp(key.slice(-40)));
  });

test("a repository whose pack is right again is served", async () => {
  assert.equal((await rest("GET", "/src/main/large.txt")).status, 200);
});
