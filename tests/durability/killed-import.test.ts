// An import that is killed at any step leaves no repository, or all of it: refs, objects and main branch.
import assert from "node:assert/strict";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { casesOn, createTestDatabaseSettings, DIALECTS } from "../support/database/test-database.ts";
import { commitFiles } from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { POINTS_OF_COMMANDS } from "./kills/commands.ts";
import { type DataLocation, type PailOutcome, runPail, startKillable } from "./kills/killable-server.ts";

const git = openRealGit();
const source = git.newPath("source");
await git.out(["init", "--quiet", source]);
await commitFiles(git, source, { "file.txt": "one\n" }, "One");
await git.out(["tag", "v1"], { folder: source });
// Not the branch that a first push makes the main one.
await git.out(["checkout", "--quiet", "-b", "trunk"], { folder: source });
await commitFiles(git, source, { "file.txt": "two\n" }, "Two");

type Listed = { readonly uuid: string; readonly full_name: string; readonly main_branch: string | null };

for (const dialect of DIALECTS) {
  describe(`an import on ${dialect}`, async () => {
    const location = await newLocation(dialect);
    const importAs = (name: string, ...fault: Parameters<typeof runPail>[2][]): Promise<PailOutcome> =>
      runPail(location, ["repository", "import", source, "--workspace", "team", "--name", name], ...fault);
    await must(["account", "create", "--email", "ann@example.com", "--username", "ann"], location);
    await must(["workspace", "create", "--slug", "team", "--owner", "ann@example.com"], location);

    for (const [index, point] of casesOn(dialect, POINTS_OF_COMMANDS.import).entries()) {
      test(`that is killed at ${point} leaves all of the repository or nothing`, async () => {
        const name = `killed-${index}`;
        const { status, stderr } = await importAs(name, { point, nth: 1, delayMs: 0 });
        assert.equal(status, undefined, stderr);
        const isListed = await isWhole(location, name);

        // The next start of the server removes what no row names.
        const server = await startKillable(location);
        await server!.kill();
        assert.deepEqual(await foldersOf(location), await uuidsOf(location));
        assert.deepEqual(await readdir(join(location.dataFolder, "repositories", "unfinished")), []);
        assert.equal(await isWhole(location, name), isListed);

        const again = await importAs(name);
        if (isListed) assert.match(again.stderr, /the repository is not empty/);
        else assert.equal(again.stdout, `Imported team/${name}: 2 branches, 1 tags, 0 notes\n`, again.stderr);
        assert.ok(await isWhole(location, name));
        await must(["fsck", "--full"], location);
      });
    }
  });
}

async function newLocation(dialect: "sqlite" | "postgres"): Promise<DataLocation> {
  const dataFolder = git.newPath("data");
  await mkdir(dataFolder);
  if (dialect === "sqlite") return { dataFolder, databaseUrl: undefined };
  const { settings, remove } = await createTestDatabaseSettings("postgres");
  after(remove);
  assert.ok(settings.kind === "postgres");
  return { dataFolder, databaseUrl: settings.url.reveal() };
}

async function must(args: readonly string[], location: DataLocation): Promise<string> {
  const { status, stdout, stderr } = await runPail(location, args);
  assert.equal(status, 0, stdout + stderr);
  return stdout;
}

async function list(location: DataLocation): Promise<readonly Listed[]> {
  return JSON.parse(await must(["repository", "list", "--json"], location)) as Listed[];
}

/** Fails if the repository is there in part. @returns whether it is there. */
async function isWhole(location: DataLocation, name: string): Promise<boolean> {
  const found = (await list(location)).find(({ full_name: fullName }) => fullName === `team/${name}`);
  if (found !== undefined) assert.equal(found.main_branch, "trunk");
  return found !== undefined;
}

async function uuidsOf(location: DataLocation): Promise<readonly string[]> {
  return (await list(location)).map(({ uuid }) => uuid.slice(1, -1)).sort();
}

async function foldersOf(location: DataLocation): Promise<readonly string[]> {
  const names = await readdir(join(location.dataFolder, "repositories"), { recursive: true });
  return names
    .filter((name) => /\.git$/.test(name))
    .map((name) => name.slice(3, -4))
    .sort();
}
