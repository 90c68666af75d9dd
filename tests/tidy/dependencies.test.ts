import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { NOT_BUNDLED } from "../../packaging/bundle-program.ts";

test("the package depends on what is not bundled, and on nothing else", () => {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"));
  assert.deepEqual(
    Object.keys(manifest.dependencies),
    [...NOT_BUNDLED].sort(),
    "what is imported is bundled, so it belongs to devDependencies (npm install --save-dev --save-exact)",
  );
});
