// A backup that is killed at any step leaves the earlier one as it was, and a restore that is killed nothing that opens.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { createTestDatabaseSettings } from "../support/database/test-database.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { BACKUP_POINTS, RESTORE_POINTS } from "./kills/backup-points.ts";
import { type DataLocation, type Fault, runPail } from "./kills/killable-server.ts";

const git = openRealGit();
const location: DataLocation = { dataFolder: git.newPath("data"), databaseUrl: undefined };
const backup = git.newPath("backup");
await prepare();

async function must(args: readonly string[], at: DataLocation = location): Promise<string> {
  const { status, stdout, stderr } = await runPail(at, args);
  assert.equal(status, 0, stdout + stderr);
  return stdout;
}

async function importRepository(name: string): Promise<void> {
  const source = git.newPath("source");
  await git.out(["init", "--quiet", source]);
  await writeFile(join(source, "file.txt"), name.repeat(100));
  await git.out(["add", "."], { folder: source });
  await git.out(["commit", "--quiet", "-m", name], { folder: source });
  await must(["repository", "import", join(source, ".git"), "--workspace", "team", "--name", name]);
}

/** The data folder has one repository more than the backup. */
async function prepare(): Promise<void> {
  await mkdir(location.dataFolder);
  await must(["account", "create", "--email", "ann@example.com", "--username", "ann"]);
  await must(["workspace", "create", "--slug", "team", "--owner", "ann@example.com"]);
  await importRepository("first");
  await must(["backup", backup, "--copy"]);
  await importRepository("second");
}

function fault(point: Fault["point"], nth = 1): Fault {
  return { point, nth, delayMs: 0 };
}

type Listed = { readonly stored: string; readonly sha256: string };

async function requireWhole(target: string): Promise<readonly string[]> {
  const { files } = JSON.parse(await readFile(join(target, "backup.json"), "utf8"));
  for (const { stored, sha256 } of files as readonly Listed[]) {
    const found = createHash("sha256")
      .update(await readFile(join(target, stored)))
      .digest("hex");
    assert.equal(found, sha256, stored);
  }
  return (files as readonly Listed[]).map(({ stored }) => stored);
}

for (const point of BACKUP_POINTS) {
  test(`a backup that is killed at ${point} leaves a whole one, and the next one goes on`, async () => {
    const target = git.newPath("killed");
    await cp(backup, target, { recursive: true });
    const before = await readFile(join(target, "backup.json"), "utf8");
    const { status, stderr } = await runPail(location, ["backup", target, "--copy"], fault(point));
    assert.equal(status, undefined, stderr);
    await requireWhole(target);
    const isNew = (await readFile(join(target, "backup.json"), "utf8")) !== before;
    assert.equal(isNew, point === "backup.published");
    await must(["backup", target, "--copy"]);
    await requireWhole(target);
  });

  test(`a first backup that is killed at ${point} keeps none from being made`, async () => {
    const target = git.newPath("killed");
    const { status } = await runPail(location, ["backup", target], fault(point));
    assert.equal(status, undefined);
    await must(["backup", target]);
    await requireWhole(target);
  });
}

test("what was killed again and again is restored whole in the end", async () => {
  const target = git.newPath("killed");
  await cp(backup, target, { recursive: true });
  for (const point of ["backup.file-taken", "backup.snapshot-written", "backup.manifest-written"] as const)
    await runPail(location, ["backup", target, "--copy"], fault(point));
  const earlier = { ...location, dataFolder: git.newPath("restored") };
  await mkdir(earlier.dataFolder);
  assert.match(await must(["restore", target], earlier), /everything they name is there/);
  assert.doesNotMatch(await must(["repository", "list"], earlier), /second/);
  await must(["backup", target, "--copy"]);
  const later = { ...location, dataFolder: git.newPath("restored") };
  await mkdir(later.dataFolder);
  await must(["restore", target], later);
  assert.match(await must(["repository", "list"], later), /second/);
});

async function newLocation(dialect: "sqlite" | "postgres"): Promise<DataLocation> {
  const dataFolder = git.newPath("restored");
  await mkdir(dataFolder);
  if (dialect === "sqlite") return { dataFolder, databaseUrl: undefined };
  const { settings, remove } = await createTestDatabaseSettings("postgres");
  after(remove);
  assert.ok(settings.kind === "postgres");
  return { dataFolder, databaseUrl: settings.url.reveal() };
}

/** Each begins another way of opening a data folder. */
const COMMANDS = [
  ["serve", "--port", "0"],
  ["demo", "--port", "0"],
  ["token", "list"],
  ["account", "create", "--email", "eve@example.com", "--username", "eve"],
  ["fsck"],
];

for (const dialect of ["sqlite", "postgres"] as const)
  for (const point of RESTORE_POINTS)
    test(`${dialect}: what a restore has left that was killed at ${point} is opened by nothing`, async () => {
      const target = await newLocation(dialect);
      const { status, stderr } = await runPail(target, ["restore", backup], fault(point));
      assert.equal(status, undefined, stderr);
      for (const args of COMMANDS) {
        const refused = await runPail(target, args);
        assert.equal(refused.status, 1, args.join(" "));
        assert.match(refused.stderr, /a restore into it has not come to its end/, args.join(" "));
      }
      if (point === "restore.database-made") {
        const again = await runPail(target, ["restore", backup]);
        assert.match(again.stderr, /Cannot restore: .* is not empty/);
        await rm(target.dataFolder, { recursive: true });
        await mkdir(target.dataFolder);
        if (dialect === "postgres") return;
      }
      assert.match(await must(["restore", backup], target), /everything they name is there/);
      await must(["fsck", "--full"], target);
    });
