// fsck finds every damaged file of a repository, puts right what follows from others, and cries wolf at nothing.
import assert from "node:assert/strict";
import { cp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { createTestDatabaseSettings } from "../support/database/test-database.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { DAMAGES, type Damage, damageFile } from "../support/storage/damage.ts";
import { type DataLocation, type PailOutcome, runPail } from "./kills/killable-server.ts";

const git = openRealGit();
const original: DataLocation = { dataFolder: git.newPath("data"), databaseUrl: undefined };
const source = git.newPath("source");
await prepare();

async function must(args: readonly string[], location = original): Promise<string> {
  const { status, stdout, stderr } = await runPail(location, args);
  assert.equal(status, 0, stdout + stderr);
  return stdout;
}

async function commit(text: string, date = "1700000000 +0000"): Promise<void> {
  await writeFile(join(source, `${text}.txt`), `${text} `.repeat(500));
  await git.out(["add", "."], { folder: source });
  const environment = { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
  await git.out(["commit", "--quiet", "-m", text], { folder: source, environment });
}

async function prepare(): Promise<void> {
  await mkdir(original.dataFolder, { recursive: true });
  await git.out(["init", "--quiet", source]);
  await commit("one");
  // Dates that a commit graph has no room for, and before the epoch.
  await commit("far", "@17179869185 +0000");
  await commit("near", "@4102444800 +0000");
  await must(["account", "create", "--email", "ann@example.com", "--username", "ann"]);
  await must(["workspace", "create", "--slug", "team", "--owner", "ann@example.com"]);
  await must(["repository", "import", join(source, ".git"), "--workspace", "team", "--name", "site"]);
  // Writes the refs for git, so that it knows what to keep.
  await must(["fsck"]);
  const bare = await gitDirOf(original);
  await git.out(["-c", "pack.writeReverseIndex=true", "repack", "-adqb"], { folder: bare });
  await git.out(["commit-graph", "write", "--reachable", "--changed-paths"], { folder: bare });
}

async function gitDirOf({ dataFolder }: DataLocation): Promise<string> {
  const repositories = join(dataFolder, "repositories");
  const found = (await readdir(repositories, { recursive: true })).find((path) => path.endsWith(".git"));
  return join(repositories, found!);
}

async function copyOriginal(): Promise<DataLocation> {
  const dataFolder = git.newPath("data");
  await cp(original.dataFolder, dataFolder, { recursive: true });
  return { dataFolder, databaseUrl: undefined };
}

async function findFile(location: DataLocation, ending: string): Promise<string> {
  const bare = await gitDirOf(location);
  return join(bare, (await readdir(bare, { recursive: true })).find((path) => path.endsWith(ending))!);
}

function fsck(location: DataLocation, ...args: readonly string[]): Promise<PailOutcome> {
  return runPail(location, ["fsck", ...args]);
}

test("dates that a commit graph has no room for are no damage, before a backup and after it", async () => {
  assert.doesNotMatch((await fsck(original, "--full")).stdout, /harmless|WRONG/);
  const bare = await gitDirOf(original);
  const verified = await git.run(["commit-graph", "verify"], { folder: bare });
  assert.notEqual(verified.status, 0, "git itself complains of it");
  const backup = git.newPath("backup");
  await must(["backup", backup]);
  const location = { dataFolder: git.newPath("restored"), databaseUrl: undefined };
  await mkdir(location.dataFolder);
  assert.doesNotMatch(await must(["restore", backup], location), /harmless|WRONG/);
});

/** What follows from other files; and what does not. */
const DERIVED = [".idx", ".rev", ".bitmap", "commit-graph", "packed-refs", "HEAD", "config"];

for (const damage of Object.keys(DAMAGES) as Damage[]) {
  test(`files with ${damage} that follow from others are put right, beside the rest of them`, async () => {
    for (const ending of DERIVED) {
      const location = await copyOriginal();
      await damageFile(await findFile(location, ending), damage);
      const { status, stdout, stderr } = await fsck(location);
      assert.equal(status, 0, `${ending}: ${stdout}${stderr}`);
      // One that is not there may never have been made.
      const isOptional = damage === "removed" && ![".idx", "HEAD", "config"].includes(ending);
      const isTold = stdout.includes("harmless: rebuilt-file in team/site");
      // Refs that are not of this generation are written anew at any time, and that is not told.
      const isRenewed = ending === "HEAD" || ending === "packed-refs";
      if (!isOptional && !isRenewed) assert.ok(isTold, `${ending}: ${stdout}`);
      assert.doesNotMatch((await fsck(location, "--full")).stdout, /harmless|WRONG/, ending);
    }
  });

  test(`a pack with ${damage} is told, by fsck${damage === "a bit flipped" ? " --full" : ""}`, async () => {
    const location = await copyOriginal();
    await damageFile(await findFile(location, ".pack"), damage);
    const { status, stdout } = await fsck(location, ...(damage === "a bit flipped" ? ["--full"] : []));
    assert.equal(status, 1);
    assert.match(stdout, /WRONG: (?:damaged-pack|missing-objects) in team\/site/);
  });
}

test("a commit graph of commits that are not there is written anew, and no object is called missing", async () => {
  const location = await copyOriginal();
  const elsewhere = git.newPath("elsewhere");
  await git.out(["init", "--quiet", elsewhere]);
  await git.out(["commit", "--quiet", "--allow-empty", "-m", "Elsewhere"], { folder: elsewhere });
  await git.out(["commit-graph", "write", "--reachable"], { folder: elsewhere });
  const graph = await findFile(location, "commit-graph");
  await rm(graph);
  await cp(join(elsewhere, ".git", "objects", "info", "commit-graph"), graph);
  const { status, stdout } = await fsck(location);
  assert.equal(status, 0, stdout);
  assert.match(stdout, /harmless: rebuilt-file in team\/site\n.*\n.*did not agree with the objects/);
  assert.doesNotMatch((await fsck(location)).stdout, /harmless|WRONG/);
});

test("an index and its pack that are both damaged are told as a damaged pack", async () => {
  const location = await copyOriginal();
  await damageFile(await findFile(location, ".idx"), "emptied");
  await damageFile(await findFile(location, ".pack"), "half cut off");
  const { status, stdout } = await fsck(location);
  assert.equal(status, 1);
  assert.match(
    stdout,
    /WRONG: damaged-pack in team\/site\n.*the index of a pack is damaged, and so is the pack/s,
  );
});

test("objects in forms that git finds fault with are whole", async () => {
  const location = await copyOriginal();
  const bare = await gitDirOf(location);
  const tree = await git.out(["rev-parse", "main^{tree}"], { folder: source });
  // No e-mail, a date before the epoch, and an unknown header: git hash-object takes them only when it does not look.
  const text = `tree ${tree}\nauthor Ann <> -5 +0000\ncommitter Ann -1 +99999\nodd\n\nOdd\n`;
  const odd = await git.out(["hash-object", "-t", "commit", "-w", "--literally", "--stdin"], {
    folder: bare,
    input: text,
  });
  const { default: SqliteDatabase } = await import("better-sqlite3");
  const database = new SqliteDatabase(join(location.dataFolder, "pail.sqlite"));
  database.exec(
    `update ref set target = '${odd}'; update repository set ref_generation = ref_generation + 1`,
  );
  database.close();
  const strict = await git.run(["fsck", "--full", odd], { folder: bare });
  assert.notEqual(strict.status, 0, "git itself complains of it");
  for (const args of [[], ["--full"]]) {
    const { status, stdout } = await fsck(location, ...args);
    assert.equal(status, 0, stdout);
  }
});

for (const dialect of ["sqlite", "postgres"] as const)
  test(`${dialect}: restore --revoke-since revokes what may have been revoked after the backup`, async () => {
    const scopes = ["--account", "ann@example.com", "--scope", "read:repository", "--expires", "9d"];
    for (const name of ["kept", "lost"]) await must(["token", "create", "--name", name, ...scopes]);
    const backup = git.newPath("backup");
    await must(["backup", backup]);
    const tokens = JSON.parse(await must(["token", "list", "--json"])) as { id: string; name: string }[];
    await must(["token", "revoke", tokens.find(({ name }) => name === "lost")!.id]);
    const list = async (...args: readonly string[]) => {
      const location = await newLocation(dialect);
      const told = await must(["restore", backup, ...args], location);
      const found = JSON.parse(await must(["token", "list", "--json"], location)) as Record<
        string,
        unknown
      >[];
      const revoked = found.filter((token) => JSON.stringify(token).includes('"revoked_on":"'));
      return { told, all: found.length, revoked: revoked.length };
    };
    const before = await list();
    const gone = await list("--revoke-since", "backup");
    assert.ok(before.revoked < before.all && gone.revoked === gone.all, JSON.stringify([before, gone]));
    assert.match(
      gone.told,
      new RegExp(`^${before.all - before.revoked} tokens were revoked, 0 OAuth authorizations ended$`, "m"),
    );
    // A time to come is a mistake that must not leave tokens in force.
    const future = await list("--revoke-since", "2999-01-01T00:00Z");
    assert.equal(future.revoked, future.all);
    const wrong = await runPail(await newLocation(dialect), [
      "restore",
      backup,
      "--revoke-since",
      "yesterday",
    ]);
    assert.equal(wrong.status, 2);
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
