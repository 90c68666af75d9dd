import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { gitDirOf } from "../support/git/repository-folder.ts";
import { IS_IN_OBJECT_STORE } from "../support/object-store/only-folders.ts";
import { waitUntil } from "../support/processes/process-table.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

const ROUNDS = 2;
const CLONES = 3;
/** A clone comes to it before the small file, which is in an older pack: by then that pack may be gone. */
const LARGE_FILE = "a-large.bin";
const SMALL_FILE = "b-small.txt";
const LARGE_BYTES = 12 * 1024 * 1024;
/** Until the next clone begins, so that each meets maintenance at another of its steps. */
const STEP_MS = 50;

const { app, git, folder, url } = await startFilledApp();

async function pushFile(name: string, content: string | Buffer): Promise<void> {
  await writeFile(join(folder, name), content);
  await git.out(["add", "."], { folder });
  await git.out(["commit", "--quiet", "-m", name], { folder });
  await git.out(["push", "--quiet", "origin", "HEAD:refs/heads/main"], { folder });
}

test("a clone goes on with the packs that maintenance removes meanwhile", async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    await pushFile(SMALL_FILE, `Round ${round}\n`);
    // Wakes maintenance, which is under way when the clones come.
    await pushFile(LARGE_FILE, randomBytes(LARGE_BYTES));
    const clone = async (number: number) => {
      await sleep(number * STEP_MS);
      // None like another, so that none is answered with what was kept for it.
      const filter = `--filter=blob:limit=${LARGE_BYTES + 1 + number}`;
      await git.out(["clone", "--quiet", "--bare", filter, url, git.newPath("clone")]);
    };
    await Promise.all(Array.from({ length: CLONES }, (_, number) => clone(number)));
    await app.ports.maintenance.idle();
  }
  if (!IS_IN_OBJECT_STORE) {
    const staging = join(dirname(dirname(gitDirOf(app.ports, app.repository.uuid))), "unfinished");
    await waitUntil("nothing of the clones is left", async () => (await readdir(staging)).length === 0);
  }
  assert.deepEqual(
    app.logLines.filter((line) => line["git.stderr"] !== undefined),
    [],
  );
});
