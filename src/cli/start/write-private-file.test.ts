import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { writePrivateFile } from "./write-private-file.ts";

test("what a killed server has left half written is replaced, and is nobody else's to read", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "pail-credentials-"));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, "demo-commands.sh");
  await writeFile(`${path}.new`, "half a tok", { mode: 0o644 });
  await writePrivateFile(path, "whole");
  assert.deepEqual(await readdir(folder), ["demo-commands.sh"]);
  assert.equal(await readFile(path, "utf8"), "whole");
  assert.equal((await stat(path)).mode & 0o777, 0o600);
});
