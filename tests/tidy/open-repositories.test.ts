import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const SOURCE = join(import.meta.dirname, "..", "..", "src");
/** Where a repository is opened and closed: by the helpers, and for a process that outlives the function that starts it. */
const OPENERS = ["storage/packs/with-repository.ts", "operations/fetch/upload-pack-process.ts"];

test("whoever reads a repository opens it by withRepository or streamRepository, which close it", () => {
  const wrong = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter(
    (path) =>
      path.endsWith(".ts") &&
      !path.endsWith(".test.ts") &&
      !OPENERS.includes(path) &&
      readFileSync(join(SOURCE, path), "utf8").includes(".openRepository("),
  );
  assert.deepEqual(wrong, []);
});
