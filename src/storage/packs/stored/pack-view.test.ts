import assert from "node:assert/strict";
import { mkdtemp, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { ObjectName } from "../../sql/stored-objects/stored-objects.ts";
import type { ObjectCache } from "../../stored-objects/object-cache.ts";
import { makePackView } from "./pack-view.ts";

/** Nothing is brought here. */
const NO_CACHE = {} as ObjectCache;

test("a file that is removed in the same tick of the clock as the last change is missed", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "pail-view-"));
  t.after(() => rm(folder, { recursive: true }));
  const files = new Map<string, string>();
  for (const ending of ["pack", "idx"]) {
    files.set(ending, join(folder, ending));
    await writeFile(join(folder, ending), ending);
  }
  const view = await makePackView(join(folder, "view.git"), NO_CACHE);
  const name = "a".repeat(32) as ObjectName;
  await view.addOwn(name, files);
  const packFolder = join(view.gitDir, "objects", "pack");
  const { mtime } = await stat(packFolder);
  await utimes(packFolder, mtime, mtime);
  assert.ok(await view.isIntact());
  await rm(join(packFolder, `pack-${name}.idx`));
  await utimes(packFolder, mtime, mtime);
  assert.equal(await view.isIntact(), false);
});
