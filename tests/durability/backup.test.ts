// A backup of a server that is pushed to, repacked and written to meanwhile is whole, and a restored one proves it.
import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pino } from "pino";
import { readGraphChecksum } from "../../src/git/packs/maintain.ts";
import { NO_METRICS } from "../../src/metrics/metrics.ts";
import type { Uuid } from "../../src/model/uuid.ts";
import { openDiskPackStore } from "../../src/storage/packs/disk-pack-store.ts";
import { openDatabase } from "../../src/storage/sql/open-database.ts";
import { listFormerTips } from "../../src/storage/sql/refs/former-tips.ts";
import { findRepository } from "../../src/storage/sql/repositories/repositories.ts";
import { basic } from "../support/clients/http-request.ts";
import { openDemoRestClient } from "../support/clients/rest-client.ts";
import {
  cloneOf,
  createFilledRepository,
  describeRepository,
  serverRefs,
} from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { repackUntil } from "../support/git/repack-until.ts";
import { openPailCommand } from "../support/server/pail-command.ts";
import { type CommandOutcome, startPail, startPailForFile } from "../support/server/pail-server.ts";

const DAY_MS = 86_400_000;
const git = openRealGit();
const command = openPailCommand();
const pail = await startPailForFile();
const { repository, folder } = await createFilledRepository(git, pail);
const rest = openDemoRestClient(pail);
const repositoryUuid = String((await rest(`/repositories/${repository.fullName}`)).json().uuid).slice(1, -1);

function gitDirIn(dataFolder: string, uuid: string): string {
  return join(dataFolder, "repositories", uuid.slice(0, 2), `${uuid}.git`);
}

async function upload(name: string, content: string): Promise<void> {
  const { email, token, api_url } = pail.credentials;
  const body = new FormData();
  body.append("files", new Blob([content]), name);
  const answer = await fetch(`${api_url}/repositories/${repository.fullName}/downloads`, {
    method: "POST",
    headers: { authorization: basic(email, token) },
    body,
  });
  assert.equal(answer.status, 201);
}

async function backUp(target: string, ...args: readonly string[]): Promise<CommandOutcome> {
  const outcome = await pail.cli(["backup", target, ...args]);
  assert.equal(outcome.status, 0, outcome.stderr);
  return outcome;
}

/** `pail` without the server's own data folder. */
function pailFor(dataFolder: string, ...args: readonly string[]): Promise<CommandOutcome> {
  return command.run([...args, "--data", dataFolder]);
}

function newFiles({ stdout }: CommandOutcome): number {
  return Number(/: (\d+) files were new/.exec(stdout)?.[1]);
}

async function readBackupFiles(target: string): Promise<readonly string[]> {
  const entries = await readdir(target, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function commit(text: string): Promise<string> {
  await git.out(["commit", "--quiet", "--allow-empty", "-m", text], { folder });
  return git.out(["rev-parse", "HEAD"], { folder });
}

/** Each push moves `main` and makes a tag, in one transaction; each one throws the commit of a branch away that nothing else has. */
async function pushUntil(isOver: () => boolean): Promise<number> {
  let number = 0;
  for (; !isOver(); number += 1) {
    const id = await commit(`Push ${number}`);
    const tag = `refs/tags/t${String(number).padStart(5, "0")}`;
    const tree = await git.out(["rev-parse", `${id}^{tree}`], { folder });
    const thrown = await git.out(["commit-tree", tree, "-p", id, "-m", `Thrown away ${number}`], { folder });
    const forced = `+${thrown}:refs/heads/forced`;
    await git.out(["push", "--quiet", "--atomic", "origin", "main", `${id}:${tag}`, forced], { folder });
  }
  return number;
}

/** That the commits which branches had left by the time of the backup are there, and a graph that is named is the one that is there. */
async function requireFormerTips(dataFolder: string): Promise<void> {
  const database = await openDatabase({ kind: "sqlite", path: join(dataFolder, "pail.sqlite") });
  const tips = await listFormerTips(database.kysely, repositoryUuid as Uuid, new Date());
  const { commitGraph } = (await findRepository(database.kysely, undefined, {
    uuid: repositoryUuid as Uuid,
  }))!;
  await database.close();
  const gitDir = gitDirIn(dataFolder, repositoryUuid);
  assert.ok(tips.length > 0);
  const input = tips.map(({ target }) => `${target}\n`).join("");
  await git.out(["rev-list", "--objects", "--stdin", "--quiet"], { folder: gitDir, input });
  if (commitGraph !== undefined) assert.equal(commitGraph, await readGraphChecksum(gitDir));
}

test("a backup of a server that is pushed to and repacked is of one moment, and whole", async () => {
  await upload("notes.txt", "some notes");
  let isOver = false;
  const pushing = pushUntil(() => isOver);
  const database = await openDatabase({ kind: "sqlite", path: join(pail.dataFolder, "pail.sqlite") });
  const packFolders = openDiskPackStore(join(pail.dataFolder, "repositories"));
  const repacking = repackUntil(
    {
      database,
      transactions: database,
      packs: packFolders,
      packFolders,
      metrics: NO_METRICS,
      log: pino({ level: "silent" }),
    },
    repositoryUuid as Uuid,
    () => isOver,
  );
  const target = git.newPath("backup");
  const restored: string[] = [];
  try {
    for (let round = 0; round < 3; round += 1) {
      await upload(`round-${round}.txt`, `${round}`);
      await backUp(target, ...(round === 1 ? ["--copy"] : []));
      const data = git.newPath("restored");
      const outcome = await pailFor(data, "restore", target);
      assert.equal(outcome.status, 0, outcome.stdout + outcome.stderr);
      assert.match(outcome.stdout, /as many as were backed up\n.*everything they name is there/s);
      restored.push(data);
    }
  } finally {
    isOver = true;
  }
  const [pushes, repacks] = await Promise.all([pushing, repacking]);
  await database.close();
  assert.ok(pushes > 3 && repacks > 3, `only ${pushes} pushes and ${repacks} repacks`);
  for (const dataFolder of restored) {
    await requireFormerTips(dataFolder);
    const again = await startPail({ dataFolder });
    try {
      const refs = await serverRefs(git, describeRepository(again, repository.fullName).url);
      const tags = [...refs.keys()].filter((name) => name.startsWith("refs/tags/t")).sort();
      if (tags.length > 0) assert.equal(refs.get(tags.at(-1)!), refs.get("refs/heads/main"));
      const clone = await cloneOf(git, describeRepository(again, repository.fullName).url, ["--mirror"]);
      await git.out(["fsck", "--full", "--strict"], { folder: clone });
      const { email, token, api_url } = again.credentials;
      const download = await fetch(`${api_url}/repositories/${repository.fullName}/downloads/notes.txt`, {
        headers: { authorization: basic(email, token) },
      });
      assert.equal(await download.text(), "some notes");
    } finally {
      await again.stop();
    }
  }
  const check = await pail.cli(["fsck", "--full"]);
  assert.equal(check.status, 0, check.stdout);
});

test("a second backup takes what is new, drops what nothing names any more, and shares nothing it need not", async () => {
  const target = git.newPath("backup");
  await upload("big.txt", "x".repeat(100_000));
  const first = newFiles(await backUp(target));
  assert.ok(first > 3);
  assert.equal(newFiles(await backUp(target)), 0);
  await commit("One more");
  await git.out(["push", "--quiet", "origin", "main"], { folder });
  await rest(`/repositories/${repository.fullName}/downloads/big.txt`, { method: "DELETE" });
  const second = newFiles(await backUp(target));
  assert.ok(second >= 2 && second <= 4, `${second} files for one small push`);
  const sizes = await Promise.all(
    (await readBackupFiles(join(target, "downloads"))).map((file) => stat(file)),
  );
  assert.ok(
    sizes.every(({ size }) => size < 100_000),
    "the deleted download is gone from the backup",
  );
  assert.equal((await readdir(target)).filter((name) => name.endsWith(".sqlite")).length, 1);
});

test("a backup holds the keys, for its owner only; no token, and none of what is kept of fetches", async () => {
  const target = git.newPath("backup");
  await cloneOf(git, repository.url);
  await backUp(target);
  assert.deepEqual((await readdir(target)).filter((name) => !name.startsWith("pail-")).sort(), [
    "backup.json",
    "downloads",
    "keys",
    "lock",
    "repositories",
  ]);
  assert.equal((await stat(target)).mode & 0o777, 0o700);
  assert.equal((await stat(join(target, "keys"))).mode & 0o777, 0o700);
  assert.equal((await stat(join(target, "keys", "rotation.key"))).mode & 0o777, 0o600);
  for (const file of await readBackupFiles(target)) {
    const bytes = await readFile(file);
    assert.ok(!bytes.includes(pail.credentials.token), file);
    if (/\.(sqlite|json)$/.test(file)) assert.equal((await stat(file)).mode & 0o777, 0o600, file);
  }
});

test("a backup that was cut off is no loss: the earlier one is restored as it was, and the next one goes on", async () => {
  const target = git.newPath("backup");
  await backUp(target);
  const before = await readFile(join(target, "backup.json"), "utf8");
  // As a kill leaves it: a lock of a process that has gone, a half copied file, a database that no manifest names.
  await writeFile(join(target, "backup.lock"), "999999999");
  await mkdir(join(target, "unfinished"), { recursive: true });
  await writeFile(join(target, "unfinished", "half"), "half");
  await writeFile(join(target, "pail-half.sqlite"), "half");
  const data = git.newPath("restored");
  const outcome = await pailFor(data, "restore", target);
  assert.equal(outcome.status, 0, outcome.stdout + outcome.stderr);
  assert.equal(await readFile(join(target, "backup.json"), "utf8"), before);
  assert.deepEqual(
    (await readdir(data)).filter((name) => /restoring|half|backup/.test(name)),
    [],
  );
  await backUp(target);
  assert.equal((await readdir(target)).filter((name) => /half|backup\.lock|unfinished/.test(name)).length, 0);
});

for (const [why, prepare, text] of [
  [
    "a folder that holds something else",
    async (target: string) => writeFile(join(target, "letter.txt"), "Dear"),
    /not empty and no backup/,
  ],
  [
    "a backup of another data folder",
    async (target: string) => {
      const manifest = { format: 1, source: "0".repeat(32), created_at: "", database: null, rows: {} };
      await writeFile(join(target, "backup.json"), JSON.stringify(manifest));
    },
    /a backup of another data folder/,
  ],
] as const) {
  test(`no backup is written into ${why}`, async () => {
    const target = git.newPath("backup");
    await mkdir(target);
    await prepare(target);
    const before = await readdir(target);
    const { status, stderr } = await pail.cli(["backup", target]);
    assert.equal(status, 1);
    assert.match(stderr, text);
    assert.deepEqual(await readdir(target), before);
  });
}

test("no backup is written into the data folder itself", async () => {
  const { status, stderr } = await pail.cli(["backup", join(pail.dataFolder, "backup")]);
  assert.equal(status, 1);
  assert.match(stderr, /must lie outside/);
});

test("nothing is restored into a folder that holds something, and nothing from a folder that is no backup", async () => {
  const target = git.newPath("backup");
  await backUp(target);
  const full = await pail.cli(["restore", target]);
  assert.equal(full.status, 1);
  assert.match(full.stderr, /is not empty/);
  const none = await pailFor(git.newPath("restored"), "restore", git.newPath("none"));
  assert.equal(none.status, 1);
  assert.match(none.stderr, /there is no backup in/);
});

test("a restore of a backup that has lost a pack says what is missing, and ends with 1", async () => {
  const target = git.newPath("backup");
  await backUp(target, "--copy");
  const packs = join(gitDirIn(target, repositoryUuid), "objects", "pack");
  for (const name of await readdir(packs)) await rm(join(packs, name));
  const { status, stdout } = await pailFor(git.newPath("restored"), "restore", target);
  assert.equal(status, 1);
  assert.match(
    stdout,
    /WRONG: missing-objects in [\w/-]+\n.*\n {2}\d+ of \d+ refs name an object that is not there/,
  );
});

test("fsck tells each kind of damage, what to do, and ends with 1", async () => {
  const target = git.newPath("backup");
  await backUp(target, "--copy");
  const data = git.newPath("restored");
  await pailFor(data, "restore", target);
  const fsck = async () => {
    const { status, stdout } = await pailFor(data, "fsck", "--json");
    return {
      status,
      found: JSON.parse(stdout) as { refs: number; findings: { kind: string; remedy: string }[] },
    };
  };
  const clean = await fsck();
  assert.deepEqual([clean.status, clean.found.findings], [0, []]);
  assert.ok(clean.found.refs > 2);
  // A blob that a tree names, gone: every ref's own object is still there.
  const broken = gitDirIn(data, repositoryUuid);
  const packs = join(broken, "objects", "pack");
  for (const name of await readdir(packs)) await chmod(join(packs, name), 0o600);
  const blob = await git.out(["rev-parse", "main:file-1.txt"], { folder });
  await explodeWithout(broken, blob);
  const stray = gitDirIn(data, "00000000-0000-4000-8000-000000000000");
  await mkdir(join(stray, "objects", "pack"), { recursive: true });
  const ahead = gitDirIn(data, "00000000-0000-4000-8000-000000000001");
  await mkdir(join(ahead, "objects", "pack"), { recursive: true });
  for (const [path, days] of [
    [stray, -1],
    // By a clock that was ahead.
    [ahead, 1],
  ] as const) {
    const time = new Date(Date.now() + days * DAY_MS);
    await utimes(path, time, time);
  }
  await rm(join(data, "downloads"), { recursive: true });
  await mkdir(join(data, "repositories", "unfinished", "999999999-x"), { recursive: true });
  const damaged = await fsck();
  assert.equal(damaged.status, 1);
  const kinds = new Set(damaged.found.findings.map(({ kind }) => kind));
  const strays = damaged.found.findings.filter(({ kind }) => kind === "folder-without-row");
  assert.equal(strays.length, 2);
  for (const kind of ["missing-objects", "folder-without-row", "missing-download", "leftover"])
    assert.ok(kinds.has(kind), `${kind} in ${[...kinds]}`);
  assert.ok(damaged.found.findings.every(({ remedy }) => remedy.length > 10));
  await rm(broken, { recursive: true });
  const { found } = await fsck();
  assert.ok(found.findings.some(({ kind }) => kind === "missing-folder"));
});

test("fsck --full sees a byte that the disk has changed", async () => {
  const target = git.newPath("backup");
  await backUp(target, "--copy");
  const data = git.newPath("restored");
  await pailFor(data, "restore", target);
  const packs = join(gitDirIn(data, repositoryUuid), "objects", "pack");
  const name = (await readdir(packs)).find((each) => each.endsWith(".pack"))!;
  const bytes = await readFile(join(packs, name));
  bytes[bytes.length - 30]! ^= 255;
  await chmod(join(packs, name), 0o600);
  await writeFile(join(packs, name), bytes);
  const { status, stdout } = await pailFor(data, "fsck", "--full");
  assert.equal(status, 1);
  assert.match(stdout, /WRONG: missing-objects/);
});

/** Replaces the packs by loose objects, without one of them. */
async function explodeWithout(bareFolder: string, object: string): Promise<void> {
  const packs = join(bareFolder, "objects", "pack");
  const elsewhere = git.newPath("packs");
  await mkdir(elsewhere);
  for (const name of await readdir(packs)) {
    await writeFile(join(elsewhere, name), await readFile(join(packs, name)));
    await rm(join(packs, name));
  }
  for (const name of await readdir(elsewhere))
    if (name.endsWith(".pack"))
      await git.out(["unpack-objects", "-q"], {
        folder: bareFolder,
        input: await readFile(join(elsewhere, name)),
      });
  await rm(join(bareFolder, "objects", "info", "commit-graph"), { force: true });
  await rm(join(bareFolder, "objects", object.slice(0, 2), object.slice(2)));
}
