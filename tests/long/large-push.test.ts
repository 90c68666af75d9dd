import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { openRealGit } from "../support/git/real-git.ts";
import { residentBytesPeak } from "../support/processes/process-table.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const FILES = 6;
const FILE_BYTES = 64 * 1024 * 1024;
const PIECE_BYTES = 1024 * 1024;
/** The pack of 384 MB must not show in the server's memory. */
const RESIDENT_BYTES_MAX = 250 * 1024 * 1024;

async function writeRandomFile(path: string): Promise<void> {
  const file = await open(path, "w");
  for (let written = 0; written < FILE_BYTES; written += PIECE_BYTES)
    await file.write(randomBytes(PIECE_BYTES));
  await file.close();
}

async function digest(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest("hex");
}

test("a push and a clone of 384 MB pass through without being held", async () => {
  const pail = await startPailForFile();
  const git = openRealGit();
  const { url, token } = pail.credentials;
  const remote = `http://x-bitbucket-api-token-auth:${token}@${new URL(url).host}/acme/demo.git`;
  const work = git.newPath("work");
  await git.out(["clone", "-q", remote, work]);
  for (let index = 0; index < FILES; index += 1) await writeRandomFile(join(work, `large-${index}.bin`));
  await git.out(["add", "."], { folder: work });
  await git.out(["commit", "-q", "-m", "large files"], { folder: work });
  await git.out(["push", "-q", "origin", "HEAD"], { folder: work });
  const clone = git.newPath("clone");
  await git.out(["clone", "-q", remote, clone]);
  const names = (await readdir(clone)).filter((name) => name.startsWith("large-"));
  assert.equal(names.length, FILES);
  for (const name of names)
    assert.equal(await digest(join(clone, name)), await digest(join(work, name)), name);
  const peak = await residentBytesPeak(pail.processId);
  if (peak === undefined) assert.notEqual(process.platform, "linux", "memory can be read on Linux");
  else assert.ok(peak < RESIDENT_BYTES_MAX, `the server has held ${peak} bytes`);
});
