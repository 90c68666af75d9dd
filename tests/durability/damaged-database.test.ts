// A damaged database, or one that is lost, is told by every command with what to do: never "try again later", never begun anew.
import assert from "node:assert/strict";
import { cp, mkdir, open, readdir, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import SqliteDatabase from "better-sqlite3";
import { createTestDatabaseSettings } from "../support/database/test-database.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { type DataLocation, runPail } from "./kills/killable-server.ts";
import { createRandom } from "./kills/seeded-random.ts";

const COMMANDS = [
  ["serve", "--port", "0"],
  ["demo", "--port", "0"],
  ["account", "list"],
  ["account", "create", "--email", "eve@example.com", "--username", "eve"],
  ["token", "list"],
  ["workspace", "list"],
  ["repository", "list"],
  ["audit"],
  ["fsck"],
  ["backup", "TARGET"],
];
const git = openRealGit();
const original: DataLocation = { dataFolder: git.newPath("data"), databaseUrl: undefined };
await prepare(original);

async function prepare(location: DataLocation): Promise<void> {
  await mkdir(location.dataFolder, { recursive: true });
  for (const args of [
    ["account", "create", "--email", "ann@example.com", "--username", "ann"],
    ["workspace", "create", "--slug", "team", "--owner", "ann@example.com"],
    ["repository", "create", "--workspace", "team", "--name", "site"],
  ]) {
    const { status, stderr } = await runPail(location, args);
    assert.equal(status, 0, stderr);
  }
}

async function copyOriginal(): Promise<DataLocation> {
  const dataFolder = git.newPath("data");
  await cp(original.dataFolder, dataFolder, { recursive: true });
  return { dataFolder, databaseUrl: undefined };
}

async function requireTold(
  location: DataLocation,
  commands: readonly string[][],
  text: RegExp,
): Promise<void> {
  for (const args of commands) {
    const outcome = await runPail(
      location,
      args.map((arg) => (arg === "TARGET" ? git.newPath("backup") : arg)),
    );
    const told = outcome.stdout + outcome.stderr;
    assert.equal(outcome.status, 1, `${args.join(" ")}: ${told}`);
    assert.match(told, text, args.join(" "));
    assert.match(told, /pail restore/, args.join(" "));
    assert.doesNotMatch(told, /try again|bug in Pail/, args.join(" "));
  }
}

const PAGE_BYTES = 4096;
const DAMAGED = /database is damaged|WRONG: damaged-database/;

/** Pages that hold something, of tables and of indexes, those that no command reads too. */
function pickPages(path: string): readonly number[] {
  const database = new SqliteDatabase(path, { readonly: true });
  const roots = database
    .prepare<unknown[], number>("select rootpage from sqlite_master where rootpage > 0 order by rootpage")
    .pluck()
    .all();
  database.close();
  return roots;
}

test("each page that has been overwritten is told by whoever opens the database", async () => {
  const path = join(original.dataFolder, "pail.sqlite");
  const random = createRandom(7);
  const pages = pickPages(path);
  for (const page of [1, ...Array.from({ length: 6 }, () => random.pick(pages))]) {
    const location = await copyOriginal();
    const file = await open(join(location.dataFolder, "pail.sqlite"), "r+");
    await file.write(Buffer.alloc(PAGE_BYTES, `page ${page} `), 0, PAGE_BYTES, (page - 1) * PAGE_BYTES);
    await file.close();
    await requireTold(location, [["token", "list"], ["fsck"]], DAMAGED);
  }
});

for (const [what, damage] of [
  ["a page that only the audit log has", (path: string) => overwriteTable(path, "audit_event")],
  ["a page that every command reads", (path: string) => overwriteTable(path, "account")],
  ["something else in the file", (path: string) => writeFile(path, "Dear Ann, ".repeat(2_000))],
  ["half of the file", async (path: string) => truncate(path, (await stat(path)).size / 2)],
] as const) {
  test(`a database with ${what} is called damaged by every command`, async () => {
    const location = await copyOriginal();
    await damage(join(location.dataFolder, "pail.sqlite"));
    await requireTold(location, COMMANDS, DAMAGED);
  });
}

async function overwriteTable(path: string, table: string): Promise<void> {
  const database = new SqliteDatabase(path, { readonly: true });
  const page = database
    .prepare<unknown[], number>("select rootpage from sqlite_master where name = ?")
    .pluck()
    .get(table)!;
  database.close();
  const file = await open(path, "r+");
  await file.write(Buffer.alloc(PAGE_BYTES, 0xa5), 0, PAGE_BYTES, (page - 1) * PAGE_BYTES);
  await file.close();
}

for (const [what, lose] of [
  ["missing", (path: string) => rm(path)],
  ["emptied", (path: string) => truncate(path, 0)],
  [
    "a new one",
    (path: string) => rm(path).then(() => new SqliteDatabase(path).exec("create table x (y)").close()),
  ],
] as const) {
  test(`a database that is ${what} beside repositories is not begun anew`, async () => {
    const location = await copyOriginal();
    const path = join(location.dataFolder, "pail.sqlite");
    await lose(path);
    const before = await readdir(location.dataFolder);
    await requireTold(location, COMMANDS, /missing or empty, but the data folder has repositories/);
    const made = (await readdir(location.dataFolder)).filter((name) => !before.includes(name));
    assert.deepEqual(
      made.filter((name) => name.startsWith("pail.sqlite") && what === "missing"),
      [],
    );
  });
}

test("an empty PostgreSQL database beside repositories is refused too", async () => {
  const { settings, remove } = await createTestDatabaseSettings("postgres");
  after(remove);
  assert.ok(settings.kind === "postgres");
  const { dataFolder } = await copyOriginal();
  const location = { dataFolder, databaseUrl: settings.url.reveal() };
  for (const args of COMMANDS.slice(0, 4)) {
    const { status, stderr } = await runPail(location, args);
    assert.equal(status, 1, args.join(" "));
    assert.match(stderr, /missing or empty, but the data folder has repositories|belongs to another one/);
  }
});

test("a new data folder is begun as ever, and one without repositories too", async () => {
  const location = { dataFolder: git.newPath("data"), databaseUrl: undefined };
  await mkdir(join(location.dataFolder, "repositories"), { recursive: true });
  await prepare(location);
});
