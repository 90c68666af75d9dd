import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { takeFileLock } from "./file-lock.ts";

const root = mkdtempSync(join(tmpdir(), "pail-lock-"));
after(() => rmSync(root, { recursive: true, force: true }));

const MODULE = new URL("./file-lock.ts", import.meta.url).href;
/** Says what it got, and holds it until its stdin ends. */
const PROGRAM = `
  const { takeFileLock } = await import(${JSON.stringify(MODULE)});
  const { kind, processId } = await takeFileLock(process.argv[1]);
  console.log(JSON.stringify({ kind, processId }));
  if (kind === "taken") process.stdin.resume();
`;

type Holder = {
  readonly pid: number;
  readonly outcome: { readonly kind: string; readonly processId?: number };
  end(signal?: NodeJS.Signals): Promise<void>;
};

async function startHolder(path: string): Promise<Holder> {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", PROGRAM, path], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return {
    pid: child.pid!,
    outcome: JSON.parse(line.toString()),
    async end(signal) {
      if (signal === undefined) child.stdin.end();
      else child.kill(signal);
      await ended;
    },
  };
}

test("a lock is taken once, also by other names of its folder, and again when it is given back", async () => {
  const path = join(root, "one.lock");
  const first = await takeFileLock(path);
  assert.ok(first.kind === "taken");
  symlinkSync(root, join(root, "same"));
  assert.deepEqual(await takeFileLock(join(root, "same", "one.lock")), {
    kind: "held",
    processId: process.pid,
  });
  first.lock.release();
  first.lock.release();
  const again = await takeFileLock(path);
  assert.ok(again.kind === "taken");
  again.lock.release();
});

test("another process is told who holds it, and has it once the holder was killed", async () => {
  const path = join(root, "killed.lock");
  const holder = await startHolder(path);
  assert.equal(holder.outcome.kind, "taken");
  assert.deepEqual(await takeFileLock(path), { kind: "held", processId: holder.pid });
  const other = await startHolder(path);
  assert.deepEqual(other.outcome, { kind: "held", processId: holder.pid });
  await other.end();
  await holder.end("SIGKILL");
  const next = await takeFileLock(path);
  assert.ok(next.kind === "taken");
  next.lock.release();
});

test("of ten that start at once one has it, and all others know which", async () => {
  const path = join(root, "race.lock");
  const holders = await Promise.all(Array.from({ length: 10 }, () => startHolder(path)));
  const [winner, ...more] = holders.filter(({ outcome }) => outcome.kind === "taken");
  assert.equal(more.length, 0);
  for (const { outcome, pid } of holders) {
    if (pid !== winner!.pid) assert.deepEqual(outcome, { kind: "held", processId: winner!.pid });
  }
  await Promise.all(holders.map(({ end }) => end()));
});

for (const [why, note] of [
  ["a process that runs and is no holder", String(process.ppid)],
  ["this process, as its like in an earlier container had the same number", String(process.pid)],
  ["nothing", ""],
] as const) {
  test(`a note that names ${why} keeps nobody out`, async () => {
    const path = join(root, "stale.lock");
    writeFileSync(`${path}-holder`, note);
    const outcome = await takeFileLock(path);
    assert.ok(outcome.kind === "taken");
    assert.equal(readFileSync(`${path}-holder`, "utf8"), `${process.pid}\n`);
    outcome.lock.release();
  });
}

test("a holder whose number is our own, as in another container, is not told by it", async () => {
  const path = join(root, "container.lock");
  const holder = await startHolder(path);
  writeFileSync(`${path}-holder`, `${process.pid}\n`);
  assert.deepEqual(await takeFileLock(path), { kind: "held", processId: undefined });
  await holder.end();
});
