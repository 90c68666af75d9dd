import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { seedFiles } from "../../../tests/support/git/seed-files.ts";
import { startTestApp, type TestApp } from "../../../tests/support/server/test-app.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { findFiles, SEARCHED_PATHS_MAX } from "./find-files.ts";
import { rankPaths } from "./rank-paths.ts";

const { signal } = new AbortController();
let app: TestApp;
let ids: readonly ObjectId[];

before(async () => {
  app = await startTestApp();
  const many = Object.fromEntries(
    Array.from({ length: SEARCHED_PATHS_MAX }, (_, n) => [`many/${n % 300}/file-${n}.txt`, ""]),
  );
  ids = await seedFiles(app, app.repository, "main", [
    { message: "one", files: { "a/b.ts": "", "a\nb": "", "caf\u{10ffe9}": "", "日本/語.md": "" } },
    { message: "many", files: many },
  ]);
});
after(() => app.close());

test("all files of a commit are found, whatever their names", async () => {
  const found = await findFiles(app.ports, app.repository, ids[0]!, { text: "", limit: 10, signal });
  assert.deepEqual(found, {
    paths: ["a\nb", "a/b.ts", "caf\u{10ffe9}", "日本/語.md"],
    count: 4,
    searched: 4,
    isCut: false,
  });
});

test("of more than 100,000 files the first are looked through", async () => {
  const query = { text: "FILE-5000", limit: 3, signal };
  const found = await findFiles(app.ports, app.repository, ids[1]!, query);
  assert.ok(found.isCut);
  assert.equal(found.searched, SEARCHED_PATHS_MAX);
  assert.deepEqual(found.paths[0], "many/200/file-5000.txt");
  assert.equal(found.paths.length, 3);
  const started = performance.now();
  await findFiles(app.ports, app.repository, ids[1]!, { ...query, text: "mf.txt" });
  assert.ok(performance.now() - started < 1000);
});

for (const [search, paths] of [
  ["app", ["src/app", "app.ts", "my-app.ts", "app/x.ts", "a-p-p.ts", "a/p/p.ts"]],
  ["APP.TS", ["app.ts", "my-app.ts", "a-p-p.ts", "src/apps.ts", "a/p/p.ts"]],
  ["s a", ["sa"]],
  ["zz", []],
] as const)
  test(`a search for ${search} shows the best first`, () => {
    const all = [...paths].reverse();
    assert.deepEqual(rankPaths([...all, "nothing"], search, 10).paths, paths);
  });
