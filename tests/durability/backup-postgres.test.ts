// A backup of a server over PostgreSQL is of one moment too, and either database can be made of either's backup.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import SqliteDatabase from "better-sqlite3";
import { sql } from "kysely";
import type { Database } from "../../src/storage/sql/database.ts";
import { type DatabaseSettings, openDatabase } from "../../src/storage/sql/open-database.ts";
import { openDemoRestClient } from "../support/clients/rest-client.ts";
import { listTables } from "../support/database/list-tables.ts";
import { createTestDatabaseSettings } from "../support/database/test-database.ts";
import {
  cloneOf,
  createFilledRepository,
  describeRepository,
  serverRefs,
} from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { openPailCommand } from "../support/server/pail-command.ts";
import { type CommandOutcome, startPail, startPailForFile } from "../support/server/pail-server.ts";

async function createPostgres(): Promise<{ readonly settings: DatabaseSettings; readonly url: string }> {
  const testDatabase = await createTestDatabaseSettings("postgres");
  after(() => testDatabase.remove());
  assert.ok(testDatabase.settings.kind === "postgres");
  return { settings: testDatabase.settings, url: testDatabase.settings.url.reveal() };
}

const git = openRealGit();
const command = openPailCommand();
const source = await createPostgres();
const pail = await startPailForFile({ databaseUrl: source.url });
const { repository, folder } = await createFilledRepository(git, pail);
const rest = openDemoRestClient(pail);
const api = `/repositories/${repository.fullName}`;

async function must(outcome: Promise<CommandOutcome>): Promise<CommandOutcome> {
  const { status, stdout, stderr } = await outcome;
  assert.equal(status, 0, stdout + stderr);
  return { status, stdout, stderr };
}

async function createToken(name: string): Promise<string> {
  const args = ["--account", pail.credentials.email, "--name", name, "--scope", "read:repository"];
  return (await must(pail.cli(["token", "create", ...args]))).stdout.trim();
}

/** Where a backup is restored to. */
async function newTarget(dialect: "sqlite" | "postgres") {
  const dataFolder = git.newPath("restored");
  if (dialect === "sqlite") {
    const settings: DatabaseSettings = { kind: "sqlite", path: join(dataFolder, "pail.sqlite") };
    return { dataFolder, settings, url: undefined };
  }
  return { dataFolder, ...(await createPostgres()) };
}

function restore(backup: string, { dataFolder, url }: Awaited<ReturnType<typeof newTarget>>) {
  const environment = url === undefined ? undefined : { DATABASE_URL: url };
  return command.run(["restore", backup, "--data", dataFolder], environment);
}

/** Every row of every table, in an order that is the same on both databases. */
async function readRows(database: Database): Promise<Record<string, readonly string[]>> {
  const found: Record<string, readonly string[]> = {};
  // What a database says of itself is not backed up.
  const own = ["schema_migration", "installation"];
  for (const name of (await listTables(database)).filter((table) => !own.includes(table))) {
    const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(name)}`.execute(
      database.kysely,
    );
    found[name] = rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort();
  }
  return found;
}

async function rowsOf(settings: DatabaseSettings): Promise<Record<string, readonly string[]>> {
  const database = await openDatabase(settings);
  try {
    return await readRows(database);
  } finally {
    await database.close();
  }
}

/** Each push moves `main` and makes a tag, in one transaction. */
async function pushUntil(isOver: () => boolean): Promise<number> {
  let number = 0;
  for (; !isOver(); number += 1) {
    await git.out(["commit", "--quiet", "--allow-empty", "-m", `Push ${number}`], { folder });
    const tag = `main:refs/tags/t${String(number).padStart(5, "0")}`;
    await git.out(["push", "--quiet", "--atomic", "origin", "main", tag], { folder });
  }
  return number;
}

test("a backup of a server over PostgreSQL that is pushed to is of one moment, whole, and restored to both", async () => {
  let isOver = false;
  const pushing = pushUntil(() => isOver);
  const kept = await createToken("kept");
  const backup = git.newPath("backup");
  const restored: Awaited<ReturnType<typeof newTarget>>[] = [];
  try {
    for (const dialect of ["postgres", "sqlite", "postgres"] as const) {
      await must(pail.cli(["backup", backup]));
      const target = await newTarget(dialect);
      const { stdout } = await must(restore(backup, target));
      assert.match(stdout, /as many as were backed up\n.*everything they name is there/s);
      restored.push(target);
    }
  } finally {
    isOver = true;
  }
  assert.ok((await pushing) > 3);
  assert.equal((await readdir(backup)).filter((name) => name.startsWith("pail-")).length, 1);
  for (const { dataFolder, url } of restored) {
    const again = await startPail({ dataFolder, ...(url === undefined ? {} : { databaseUrl: url }) });
    try {
      const hosted = describeRepository(again, repository.fullName);
      const refs = await serverRefs(git, hosted.url);
      const tags = [...refs.keys()].filter((name) => name.startsWith("refs/tags/t")).sort();
      if (tags.length > 0) assert.equal(refs.get(tags.at(-1)!), refs.get("refs/heads/main"));
      const clone = await cloneOf(git, hosted.url, ["--mirror"]);
      await git.out(["fsck", "--full", "--strict"], { folder: clone });
      // A token of before the backup opens it, by its digest.
      const withKept = hosted.urlAs(pail.credentials.username, kept);
      assert.deepEqual(await serverRefs(git, withKept), refs);
      await must(again.cli(["fsck"]));
    } finally {
      await again.stop();
    }
  }
});

test("each row is the same after it, from either database to either, and numbers are not given again", async () => {
  // Rows that name rows of their own table, and bytes; the last number of a table given and gone.
  const made = await rest(`${api}/forks`, { method: "POST", json: { name: "fork" } });
  assert.equal(made.status, 201, made.text);
  await createToken("rotated");
  const { stdout } = await must(pail.cli(["token", "list", "--account", pail.credentials.email, "--json"]));
  const tokens = JSON.parse(stdout) as readonly { readonly name: string; readonly id: string }[];
  await must(pail.cli(["token", "rotate", tokens.find(({ name }) => name === "rotated")!.id]));
  const commit = (await git.out(["rev-parse", "main"], { folder })).trim();
  const say = async (raw: string, parent?: number) => {
    const json = { content: { raw }, ...(parent === undefined ? {} : { parent: { id: parent } }) };
    const answer = await rest(`${api}/commit/${commit}/comments`, { method: "POST", json });
    assert.equal(answer.status, 201, answer.text);
    return Number(answer.json().id);
  };
  const first = await say("näheres später 🙂");
  const second = await say("a reply", first);
  const restriction = { kind: "delete", branch_match_kind: "glob", pattern: "gone/*" };
  const limited = await rest(`${api}/branch-restrictions`, { method: "POST", json: restriction });
  assert.equal(limited.status, 201, limited.text);
  const gone = await rest(`${api}/branch-restrictions/${limited.json().id}`, { method: "DELETE" });
  assert.equal(gone.status, 204);

  const wanted = await rowsOf(source.settings);
  assert.ok((wanted.commit_comment ?? []).length === 2 && (wanted.repository ?? []).length > 2);
  let [backup, last] = [
    git.newPath("backup"),
    undefined as Awaited<ReturnType<typeof newTarget>> | undefined,
  ];
  await must(pail.cli(["backup", backup]));
  for (const dialect of ["sqlite", "postgres", "sqlite"] as const) {
    last = await newTarget(dialect);
    await must(restore(backup, last));
    assert.deepEqual(await rowsOf(last.settings), wanted, `of ${dialect}`);
    backup = git.newPath("backup");
    const environment = last.url === undefined ? undefined : { DATABASE_URL: last.url };
    await must(command.run(["backup", backup, "--data", last.dataFolder], environment));
  }
  const target = await newTarget("postgres");
  await must(restore(backup, target));
  const again = await startPail({ dataFolder: target.dataFolder, databaseUrl: target.url! });
  try {
    const ask = openDemoRestClient(again);
    const answer = await ask(`${api}/branch-restrictions`, { method: "POST", json: restriction });
    assert.equal(answer.status, 201, answer.text);
    assert.equal(
      answer.json().id,
      Number(limited.json().id) + 1,
      "a number that was given is not given again",
    );
    const third = await ask(`${api}/commit/${commit}/comments`, {
      method: "POST",
      json: { content: { raw: "and more" } },
    });
    assert.equal(third.json().id, second + 1);
  } finally {
    await again.stop();
  }
});

test("nothing is restored into a PostgreSQL database that has rows, and nothing is written then", async () => {
  const backup = git.newPath("backup");
  await must(pail.cli(["backup", backup]));
  const target = await newTarget("postgres");
  const before = await rowsOf(source.settings);
  const { status, stderr } = await restore(backup, { ...target, ...source });
  assert.equal(status, 1);
  assert.match(stderr, /^pail: Cannot restore: the PostgreSQL database is not empty: it has rows of \w+\n$/);
  assert.deepEqual(await rowsOf(source.settings), before);
  await assert.rejects(readdir(target.dataFolder), { code: "ENOENT" });
});

/** As if the backup had been made of that database. */
async function listAnew(
  backup: string,
  manifest: { readonly database: string; readonly files: readonly { readonly path: string }[] },
): Promise<void> {
  const bytes = await readFile(join(backup, manifest.database));
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const files = manifest.files.map((file) =>
    file.path === "pail.sqlite" ? { ...file, bytes: bytes.length, sha256 } : file,
  );
  await writeFile(join(backup, "backup.json"), JSON.stringify({ ...manifest, files }));
}

for (const [what, change, why] of [
  ["has lost rows", "delete from ref", /rows are missing from the database: ref: 0 in place of \d+/],
  [
    "has a text that PostgreSQL cannot hold",
    "update account set nickname = 'a' || char(0)",
    /nickname in a row of account has a NUL character/,
  ],
] as const) {
  test(`a restore to PostgreSQL of a backup that ${what} refuses, and leaves no row`, async () => {
    const backup = git.newPath("backup");
    await must(pail.cli(["backup", backup]));
    const manifest = JSON.parse(await readFile(join(backup, "backup.json"), "utf8"));
    const file = new SqliteDatabase(join(backup, manifest.database));
    file.exec(change);
    file.close();
    await listAnew(backup, manifest);
    const target = await newTarget("postgres");
    const { status, stderr } = await restore(backup, target);
    assert.equal(status, 1);
    assert.match(stderr, why);
    assert.ok(Object.values(await rowsOf(target.settings)).every((rows) => rows.length === 0));
  });
}
