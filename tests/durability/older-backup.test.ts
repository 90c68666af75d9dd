// Backups that earlier versions of Pail have made are restored, and carried on with.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cp, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { createTestDatabaseSettings } from "../support/database/test-database.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { damageFile } from "../support/storage/damage.ts";
import { type DataLocation, runPail } from "./kills/killable-server.ts";

/** Of the data folder `005` beside it: format 1, which lists no files. */
const FIXTURE = join(import.meta.dirname, "older-data", "backup-1.tar.gz");
const git = openRealGit();

async function unpack(): Promise<string> {
  const folder = git.newPath("older");
  await mkdir(folder);
  execFileSync("tar", ["-xzf", FIXTURE, "-C", folder]);
  return join(folder, "backup-1");
}

async function newLocation(dialect: "sqlite" | "postgres" = "sqlite"): Promise<DataLocation> {
  const dataFolder = git.newPath("restored");
  await mkdir(dataFolder);
  if (dialect === "sqlite") return { dataFolder, databaseUrl: undefined };
  const { settings, remove } = await createTestDatabaseSettings("postgres");
  after(remove);
  assert.ok(settings.kind === "postgres");
  return { dataFolder, databaseUrl: settings.url.reveal() };
}

async function must(location: DataLocation, args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await runPail(location, args);
  assert.equal(status, 0, stdout + stderr);
  return stdout;
}

/** Every file but what a backup must renew: by its path, with its bytes. */
async function readFiles(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(
      paths.map(async (path): Promise<[string, Buffer]> => [path.slice(folder.length), await readFile(path)]),
    ),
  );
}

for (const dialect of ["sqlite", "postgres"] as const)
  test(`${dialect}: a backup of format 1 is restored whole`, async () => {
    const location = await newLocation(dialect);
    assert.match(await must(location, ["restore", await unpack()]), /everything they name is there/);
    assert.match(await must(location, ["repository", "list"]), /team\/site/);
  });

test("a backup of format 1 whose commit graph is of other commits is restored whole, with a new graph", async () => {
  const older = await unpack();
  const pack = (await readdir(older, { recursive: true })).find((path) => path.endsWith(".pack"))!;
  const info = join(older, pack, "..", "..", "info");
  const elsewhere = git.newPath("elsewhere");
  await git.out(["init", "--quiet", elsewhere]);
  await git.out(["commit", "--quiet", "--allow-empty", "-m", "Elsewhere"], { folder: elsewhere });
  await git.out(["commit-graph", "write", "--reachable"], { folder: elsewhere });
  await cp(join(elsewhere, ".git", "objects", "info", "commit-graph"), join(info, "commit-graph"));
  const location = await newLocation();
  const told = await must(location, ["restore", older]);
  assert.match(
    told,
    /harmless: rebuilt-file in team\/site\n.*commit-graph\n.*did not agree with the objects/,
  );
  assert.doesNotMatch(await must(location, ["fsck", "--full"]), /harmless|WRONG/);
});

test("a pack of a backup of format 1 that was cut off is told", async () => {
  const older = await unpack();
  const pack = (await readdir(older, { recursive: true })).find((path) => path.endsWith(".pack"))!;
  await damageFile(join(older, pack), "10 bytes cut off");
  const { status, stdout } = await runPail(await newLocation(), ["restore", older]);
  assert.equal(status, 1);
  assert.match(stdout, /WRONG: damaged-backup/);
});

test("a backup onto one of format 1 leaves it as it was until the new one is there", async () => {
  const older = await unpack();
  const location = await newLocation();
  await must(location, ["restore", older]);
  const before = await readFiles(older);
  const fault = { point: "backup.manifest-written", nth: 1, delayMs: 0 } as const;
  assert.equal((await runPail(location, ["backup", older, "--copy"], fault)).status, undefined);
  const between = await readFiles(older);
  for (const [path, bytes] of before) assert.deepEqual(between.get(path), bytes, path);
  await must(location, ["backup", older, "--copy"]);
  assert.equal(JSON.parse(await readFile(join(older, "backup.json"), "utf8")).format, 2);
  await rm(location.dataFolder, { recursive: true });
  await mkdir(location.dataFolder);
  assert.match(await must(location, ["restore", older]), /everything they name is there/);
});
