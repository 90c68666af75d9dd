import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { takeMaintenanceLock } from "./maintenance-lock.ts";

const root = mkdtempSync(join(tmpdir(), "pail-maintenance-"));
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(root, { recursive: true, force: true });
});

const MODULE = new URL("./maintenance-lock.ts", import.meta.url).href;
/** Says whether it got the lock, and keeps it until it is killed. */
const PROGRAM = `
  const { takeMaintenanceLock } = await import(${JSON.stringify(MODULE)});
  console.log((await takeMaintenanceLock(process.argv[1])) === undefined ? "refused" : "taken");
  process.stdin.resume();
`;

function newRepository(name: string): string {
  const gitDir = join(root, name);
  for (const folder of ["pack", "info"]) mkdirSync(join(gitDir, "objects", folder), { recursive: true });
  return gitDir;
}

async function startOther(gitDir: string) {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", PROGRAM, gitDir], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  children.push(child);
  const ended = once(child, "exit");
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return {
    said: line.toString().trim(),
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** It must not matter who has the number of the process now, nor when it was. */
for (const [why, ageSeconds] of [
  ["just now", 0],
  ["an hour ago", 3_600],
  ["by a clock that was a day ahead", -86_400],
] as const)
  test(`a mark that an earlier version left ${why} keeps nobody out, whoever has its number now`, async () => {
    const gitDir = newRepository(`marked-${ageSeconds}`);
    const mark = join(gitDir, "maintenance.lock");
    writeFileSync(mark, String(process.ppid));
    const time = Date.now() / 1000 - ageSeconds;
    utimesSync(mark, time, time);
    const lock = await takeMaintenanceLock(gitDir);
    assert.ok(lock !== undefined);
    assert.equal(readFileSync(mark, "utf8"), `${process.pid}\n`);
    lock.release();
    assert.ok(!existsSync(mark));
  });

test("who was killed holds nobody up: of all who come then at once, one has the lock", async () => {
  const gitDir = newRepository("killed");
  const killed = await startOther(gitDir);
  assert.equal(killed.said, "taken");
  assert.equal(await takeMaintenanceLock(gitDir), undefined);
  await killed.kill();
  const others = await Promise.all(Array.from({ length: 4 }, () => startOther(gitDir)));
  assert.deepEqual(others.map(({ said }) => said).sort(), ["refused", "refused", "refused", "taken"]);
  for (const other of others) await other.kill();
  (await takeMaintenanceLock(gitDir))!.release();
});

test("what git has left is removed, but not what it may be writing", async () => {
  const gitDir = newRepository("left");
  const files = ["objects/pack/tmp_pack_old", "objects/info/commit-graph.lock", "objects/pack/tmp_pack_new"];
  const [old, ahead, young] = files.map((name) => join(gitDir, name)) as [string, string, string];
  for (const path of [old, ahead, young]) writeFileSync(path, "");
  const now = Date.now() / 1000;
  utimesSync(old, now - 3_600, now - 3_600);
  utimesSync(ahead, now + 86_400, now + 86_400);
  (await takeMaintenanceLock(gitDir))!.release();
  assert.deepEqual(
    [old, ahead, young].map((path) => existsSync(path)),
    [false, false, true],
  );
});
