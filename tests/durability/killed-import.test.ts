// An import that is killed at any step leaves no repository, or all of it: refs, objects and main branch.
import assert from "node:assert/strict";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { createTestDatabaseSettings, DIALECTS } from "../support/database/test-database.ts";
import { commitFiles } from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { type DataPlace, type PailOutcome, runPail, startKillable } from "./kills/killable-server.ts";
import { POINTS_OF_COMMANDS } from "./kills/steps.ts";

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
    const place = await newPlace(dialect);
    const importAs = (name: string, ...fault: Parameters<typeof runPail>[2][]): Promise<PailOutcome> =>
      runPail(place, ["repository", "import", source, "--workspace", "team", "--name", name], ...fault);
    await must(["account", "create", "--email", "ann@example.com", "--username", "ann"], place);
    await must(["workspace", "create", "--slug", "team", "--owner", "ann@example.com"], place);

    for (const [index, point] of POINTS_OF_COMMANDS.import.entries()) {
      test(`that is killed at ${point} leaves all of the repository or nothing`, async () => {
        const name = `killed-${index}`;
        const { status, stderr } = await importAs(name, { point, nth: 1, delayMs: 0 });
        assert.equal(status, undefined, stderr);
        const isListed = await isWhole(place, name);

        // The next start of the server removes what no row names.
        const server = await startKillable(place);
        await server!.kill();
        assert.deepEqual(await foldersOf(place), await uuidsOf(place));
        assert.deepEqual(await readdir(join(place.dataFolder, "repositories", "unfinished")), []);
        assert.equal(await isWhole(place, name), isListed);

        const again = await importAs(name);
        if (isListed) assert.match(again.stderr, /the repository is not empty/);
        else assert.equal(again.stdout, `Imported team/${name}: 2 branches, 1 tags, 0 notes\n`, again.stderr);
        assert.ok(await isWhole(place, name));
        await must(["fsck", "--full"], place);
      });
    }
  });
}

async function newPlace(dialect: "sqlite" | "postgres"): Promise<DataPlace> {
  const dataFolder = git.newPath("data");
  await mkdir(dataFolder);
  if (dialect === "sqlite") return { dataFolder, databaseUrl: undefined };
  const { settings, remove } = await createTestDatabaseSettings("postgres");
  after(remove);
  assert.ok(settings.kind === "postgres");
  return { dataFolder, databaseUrl: settings.url.reveal() };
}

async function must(args: readonly string[], place: DataPlace): Promise<string> {
  const { status, stdout, stderr } = await runPail(place, args);
  assert.equal(status, 0, stdout + stderr);
  return stdout;
}

async function list(place: DataPlace): Promise<readonly Listed[]> {
  return JSON.parse(await must(["repository", "list", "--json"], place)) as Listed[];
}

/** Fails if the repository is there in part. @returns whether it is there. */
async function isWhole(place: DataPlace, name: string): Promise<boolean> {
  const found = (await list(place)).find(({ full_name: fullName }) => fullName === `team/${name}`);
  if (found !== undefined) assert.equal(found.main_branch, "trunk");
  return found !== undefined;
}

async function uuidsOf(place: DataPlace): Promise<readonly string[]> {
  return (await list(place)).map(({ uuid }) => uuid.slice(1, -1)).sort();
}

async function foldersOf(place: DataPlace): Promise<readonly string[]> {
  const names = await readdir(join(place.dataFolder, "repositories"), { recursive: true });
  return names
    .filter((name) => /\.git$/.test(name))
    .map((name) => name.slice(3, -4))
    .sort();
}
