// Whatever the disk does to a file of a backup, the next backup mends it, and a restore of it tells.
import assert from "node:assert/strict";
import { copyFile, cp, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { takeFileLock } from "../../src/storage/processes/file-lock.ts";
import { basic } from "../support/clients/http-request.ts";
import { openDemoRestClient } from "../support/clients/rest-client.ts";
import { cloneOf, createFilledRepository, describeRepository } from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { openPailCommand } from "../support/server/pail-command.ts";
import { type CommandOutcome, startPail, startPailForFile } from "../support/server/pail-server.ts";
import { DAMAGES, type Damage, damageFile } from "../support/storage/damage.ts";

type StoredFile = { readonly path: string; readonly stored: string; readonly bytes: number };

const git = openRealGit();
const command = openPailCommand();
const pail = await startPailForFile();
const { repository, folder } = await createFilledRepository(git, pail);
const rest = openDemoRestClient(pail);
const uuid = String((await rest(`/repositories/${repository.fullName}`)).json().uuid).slice(1, -1);
const gitDir = join("repositories", uuid.slice(0, 2), `${uuid}.git`);
await fill();

/** Packs that are joined, with bitmaps and a commit graph, and one that came after; and a download. */
async function fill(): Promise<void> {
  const bare = join(pail.dataFolder, gitDir);
  // Writes the refs for git, so that it knows what to keep.
  assert.equal((await pail.cli(["fsck"])).status, 0);
  await git.out(["-c", "pack.writeReverseIndex=true", "repack", "-adqb"], { folder: bare });
  await git.out(["commit-graph", "write", "--reachable", "--changed-paths"], { folder: bare });
  await writeFile(join(folder, "more.txt"), "more".repeat(1_000));
  await git.out(["add", "."], { folder });
  await git.out(["commit", "--quiet", "-m", "More"], { folder });
  await git.out(["push", "--quiet", "origin", "main"], { folder });
  const body = new FormData();
  body.append("files", new Blob(["notes ".repeat(1_000)]), "notes.txt");
  const { email, token, api_url } = pail.credentials;
  const answer = await fetch(`${api_url}/repositories/${repository.fullName}/downloads`, {
    method: "POST",
    headers: { authorization: basic(email, token) },
    body,
  });
  assert.equal(answer.status, 201);
}

async function backUp(target: string, ...args: readonly string[]): Promise<CommandOutcome> {
  const outcome = await pail.cli(["backup", target, ...args]);
  assert.equal(outcome.status, 0, outcome.stdout + outcome.stderr);
  return outcome;
}

async function listFiles(target: string): Promise<readonly StoredFile[]> {
  const manifest = JSON.parse(await readFile(join(target, "backup.json"), "utf8"));
  return manifest.files as readonly StoredFile[];
}

/** Of the repository that has all kinds of files; and what is not of a repository. */
async function pickFiles(target: string): Promise<ReadonlyMap<string, StoredFile>> {
  const picked = new Map<string, StoredFile>();
  for (const file of await listFiles(target)) {
    const isOther = file.path.startsWith("repositories") && !file.path.startsWith(gitDir);
    const kind = file.path.startsWith("downloads/")
      ? "download"
      : /(?:\.\w+|commit-graph)$/.exec(file.path)![0];
    if (!isOther) picked.set(kind, file);
  }
  return picked;
}

function restore(target: string, data = git.newPath("restored")): Promise<CommandOutcome> {
  return command.run(["restore", target, "--data", data]);
}

/** A backup that shares nothing with the data folder, made once and copied for each test. */
const original = git.newPath("backup");
await backUp(original, "--copy");
const DERIVED = [".rev", ".bitmap", "commit-graph"];
const CONTENT = [".pack", ".idx", "download", ".key"];
const KINDS = [...DERIVED, ...CONTENT, ".sqlite"];

async function copyOriginal(): Promise<string> {
  const target = git.newPath("backup");
  await cp(original, target, { recursive: true });
  return target;
}

test("a backup lists each of its files, with size and digest, and nothing else is there", async () => {
  const picked = await pickFiles(original);
  assert.deepEqual(
    KINDS.filter((kind) => !picked.has(kind)),
    [],
  );
  const listed = new Set((await listFiles(original)).map(({ stored }) => stored));
  const entries = await readdir(original, { recursive: true, withFileTypes: true });
  const there = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(original, join(entry.parentPath, entry.name)));
  const others = there.filter(
    (path) => !listed.has(path) && !/\/(?:HEAD|config|info\/commit-graph)$/.test(path),
  );
  assert.deepEqual(others.sort(), ["backup.json", "lock"]);
});

for (const damage of Object.keys(DAMAGES) as Damage[]) {
  test(`files of a backup with ${damage} are mended by the next one, which is restored whole`, async () => {
    const target = await copyOriginal();
    const picked = [...(await pickFiles(target)).values()].filter(({ path }) => path !== "pail.sqlite");
    for (const { stored } of picked) await damageFile(join(target, stored), damage);
    // A flipped bit is seen when it is the file's turn to be read, or at once if all are.
    const { stdout } = await backUp(target, "--copy", ...(damage === "a bit flipped" ? ["--verify"] : []));
    for (const { stored } of picked)
      assert.ok(stdout.includes(`mended: ${stored} `), `${stored} in ${stdout}`);
    const { status, stdout: told } = await restore(target);
    assert.equal(status, 0, told);
    assert.doesNotMatch(told, /harmless|WRONG/);
  });

  test(`a restore tells files with ${damage}, and goes on where git needs none of them`, async () => {
    const target = await copyOriginal();
    const files = await pickFiles(target);
    const damageAll = async (kinds: readonly string[]) => {
      for (const kind of kinds) await damageFile(join(target, files.get(kind)!.stored), damage);
    };
    await damageAll(DERIVED);
    const data = git.newPath("restored");
    const harmless = await restore(target, data);
    assert.equal(harmless.status, 0, harmless.stdout + harmless.stderr);
    for (const kind of DERIVED)
      assert.ok(
        harmless.stdout.includes(`harmless: damaged-backup\n  ${join(target, files.get(kind)!.stored)}`),
      );
    const again = await startPail({ dataFolder: data });
    try {
      await cloneOf(git, describeRepository(again, repository.fullName).url);
    } finally {
      await again.stop();
    }
    await damageAll(CONTENT);
    const wrong = await restore(target);
    assert.equal(wrong.status, 1);
    const told = wrong.stdout + wrong.stderr;
    // A key that is no key ends it, once all files have been copied.
    for (const kind of CONTENT)
      assert.ok(told.includes(join(target, files.get(kind)!.stored)), `${kind} in ${told}`);
    await damageAll([".sqlite"]);
    const lost = await restore(target);
    assert.equal(lost.status, 1);
    assert.match(
      lost.stderr,
      /^pail: Cannot restore: .*(?:\.sqlite in the backup is damaged|database of the backup in \S+ is missing)/,
    );
  });
}

test("within sixteen backups each file of the earlier ones has been read", async () => {
  const target = await copyOriginal();
  const picked = [...(await pickFiles(target)).values()].filter(({ path }) => path !== "pail.sqlite");
  for (const { stored } of picked) await damageFile(join(target, stored), "a bit flipped");
  const mended: string[] = [];
  for (let run = 0; run < 16; run += 1) {
    const { stdout } = await backUp(target, "--copy");
    mended.push(...[...stdout.matchAll(/^mended: (\S+) /gm)].map(([, path]) => path!));
  }
  assert.deepEqual(mended.sort(), picked.map(({ stored }) => stored).sort());
});

test("a damaged file of the data folder does not take the place of the one in the backup, and is told", async () => {
  const target = await copyOriginal();
  const data = git.newPath("restored");
  assert.equal((await restore(target, data)).status, 0);
  const kinds = await pickFiles(target);
  for (const kind of [".pack", "download"])
    await damageFile(join(data, kinds.get(kind)!.path), "half cut off");
  await damageFile(join(data, kinds.get("commit-graph")!.path), "a bit flipped");
  const { status, stdout } = await command.run(["backup", target, "--copy", "--data", data]);
  assert.equal(status, 1, stdout);
  for (const kind of [".pack", "download"])
    assert.ok(stdout.includes(`DAMAGED: ${join(data, kinds.get(kind)!.path)}`), stdout);
  const again = await restore(target);
  assert.equal(again.status, 0, again.stdout);
  // Without an earlier backup nothing is called a backup.
  const first = git.newPath("backup");
  const refused = await command.run(["backup", first, "--copy", "--data", data]);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /^pail: Cannot back up: \S+ is damaged, and no earlier backup/);
  assert.match((await restore(first)).stderr, /there is no backup in/);
});

test("a backup.json that is damaged is told, by backup and restore", async () => {
  for (const damage of ["half cut off", "emptied"] as const) {
    const target = await copyOriginal();
    await damageFile(join(target, "backup.json"), damage);
    for (const { status, stderr } of [await restore(target), await pail.cli(["backup", target])]) {
      assert.equal(status, 1);
      assert.match(stderr, /^pail: Cannot read the backup in \S+: \S+ is damaged\./);
    }
  }
});

test("a manifest cannot name files outside of the backup", async () => {
  const target = await copyOriginal();
  const path = join(target, "backup.json");
  const manifest = JSON.parse(await readFile(path, "utf8"));
  for (const wrong of ["../outside", "/etc/passwd", "keys/../../outside"]) {
    await writeFile(path, JSON.stringify({ ...manifest, files: [{ ...manifest.files[0], path: wrong }] }));
    assert.match((await restore(target)).stderr, /is damaged/);
  }
});

test("a content that has changed under its name gets another name: the earlier one stays", async () => {
  const target = await copyOriginal();
  const bare = join(pail.dataFolder, gitDir);
  const before = await listFiles(target);
  // As after a repack that gave its pack other bitmaps: here, a graph without changed paths.
  await git.out(["commit-graph", "write", "--reachable", "--no-changed-paths"], { folder: bare });
  const graphOf = (files: readonly StoredFile[]) =>
    files.find(({ path }) => path === `${gitDir}/objects/info/commit-graph`)!;
  await backUp(target, "--copy");
  const after = await listFiles(target);
  assert.notEqual(graphOf(before).stored, graphOf(after).stored);
  assert.deepEqual(
    await readFile(join(target, graphOf(after).stored)),
    await readFile(join(target, graphOf(after).path)),
  );
});

test("one backup at a time: a second one, and a restore, are refused while it is at work", async () => {
  const target = await copyOriginal();
  const outcome = await takeFileLock(join(target, "lock"));
  assert.ok(outcome.kind === "taken");
  for (const { status, stderr } of [await pail.cli(["backup", target]), await restore(target)]) {
    assert.equal(status, 1);
    assert.match(stderr, new RegExp(`another backup or restore is at work in \\S+: process ${process.pid}`));
  }
  outcome.lock.release();
  // What an earlier version has left as a lock, with the number of a process that runs, keeps nobody out.
  await writeFile(join(target, "backup.lock"), String(process.pid));
  await backUp(target);
  const both = await Promise.all([pail.cli(["backup", target]), pail.cli(["backup", target])]);
  assert.ok(both.some(({ status }) => status === 0));
  for (const { status, stderr } of both) if (status !== 0) assert.match(stderr, /another backup or restore/);
  assert.equal((await restore(target)).status, 0);
});

test("no backup is written into the data folder, nor around it, by whatever name", async () => {
  const elsewhere = git.newPath("links");
  await mkdir(elsewhere);
  await symlink(pail.dataFolder, join(elsewhere, "data"));
  await symlink(dirname(pail.dataFolder), join(elsewhere, "above"));
  await symlink(join(pail.dataFolder, "repositories"), join(elsewhere, "repositories"));
  await symlink(join(pail.dataFolder, "not-there"), join(elsewhere, "dangling"));
  for (const name of ["data", "data/backup", "data/a/b", "above", "repositories/backup", "dangling"]) {
    const { status, stderr } = await pail.cli(["backup", join(elsewhere, name)]);
    assert.equal(status, 1, name);
    assert.match(stderr, /must lie outside of the data folder/, name);
  }
  assert.ok(!(await readdir(pail.dataFolder)).includes("backup"));
  // The data folder by another name.
  const aliased = await command.run([
    "backup",
    join(pail.dataFolder, "b"),
    "--data",
    join(elsewhere, "data"),
  ]);
  assert.match(aliased.stderr, /must lie outside/);
  const inside = await restore(original, join(original, "new"));
  assert.match(inside.stderr, /must lie apart/);
});

test("a first backup that was cut off anywhere is no obstacle, and something else is not taken for one", async () => {
  const target = git.newPath("backup");
  await mkdir(join(target, "keys"), { recursive: true });
  await copyFile(join(original, "lock"), join(target, "lock"));
  await writeFile(join(target, "00000000-0000-4000-8000-000000000000.json"), "{");
  await writeFile(join(target, "keys", "rotation.key"), "");
  await writeFile(join(target, "pail-00000000-0000-4000-8000-000000000000.sqlite"), "half");
  await backUp(target);
  assert.equal((await restore(target)).status, 0);
  const foreign = git.newPath("backup");
  await mkdir(join(foreign, "keys"), { recursive: true });
  assert.match((await pail.cli(["backup", foreign])).stderr, /not empty and no backup/);
  await rm(foreign, { recursive: true });
});
