import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import SqliteDatabase from "better-sqlite3";
import pg from "pg";
import type { Dialect } from "../../src/storage/sql/migrations/migration.ts";
import { MIGRATIONS } from "../../src/storage/sql/migrations/migrations.ts";
import { basic, type HttpQuestion, sendRequest } from "../support/clients/http-request.ts";
import { SCHEMA_LINES } from "../support/database/schema-description.ts";
import { createTestDatabaseSettings } from "../support/database/test-database.ts";
import { openRealGit } from "../support/git/real-git.ts";
import {
  type DataLocation,
  type Fault,
  type KillableServer,
  runPail,
  startKillable,
} from "./kills/killable-server.ts";

/**
 * Data folders that earlier versions of Pail have written, each named by its last migration: accounts ann (the owner) and
 * bob (who may read), the repository team/site with two branches and an annotated tag, three tokens. The later one has a
 * webhook, a build status and a branch restriction too. `tokens.json` has the tokens, which open nothing but these copies.
 *
 * `005-postgres.sql`: the statements by which that version has made its tables in PostgreSQL, and the same rows.
 */
const FOLDER = join(import.meta.dirname, "older-data");
const OLDER = [
  { name: "001", dialect: "sqlite", migrations: 1, refs: 3 },
  { name: "005", dialect: "sqlite", migrations: 5, refs: 3 },
  { name: "005", dialect: "postgres", migrations: 5, refs: 3 },
] as const;
const SITE = "/2.0/repositories/team/site";

const git = openRealGit();
type Tokens = { readonly works: string; readonly revoked: string; readonly reads: string };

type Older = {
  readonly location: DataLocation;
  readonly tokens: Tokens;
  /** The rows of a statement, of a database that is left as old as it is. */
  read<Row extends object>(statement: string): Promise<readonly Row[]>;
};

/** A copy of the older folder, as it would be some weeks after it was written. */
async function copyOlder(name: string, dialect: Dialect): Promise<Older> {
  const location = git.newPath("older");
  await mkdir(location);
  execFileSync("tar", ["-xzf", join(FOLDER, `${name}.tar.gz`), "-C", location]);
  const dataFolder = join(location, name);
  const tokens = JSON.parse(readFileSync(join(dataFolder, "tokens.json"), "utf8")) as Tokens;
  // A token lives for a year at most, and the fixture is older one day.
  const refresh = `update api_token set expires_at = ${Date.now() + 30 * 86_400_000}`;
  if (dialect === "postgres") return { tokens, ...(await copyToPostgres(dataFolder, name, refresh)) };
  const path = join(dataFolder, "pail.sqlite");
  const database = new SqliteDatabase(path);
  database.exec(refresh);
  database.close();
  return {
    location: { dataFolder, databaseUrl: undefined },
    tokens,
    async read<Row extends object>(statement: string) {
      const opened = new SqliteDatabase(path, { readonly: true });
      try {
        return opened.prepare<unknown[], Row>(statement).all();
      } finally {
        opened.close();
      }
    },
  };
}

async function copyToPostgres(
  dataFolder: string,
  name: string,
  refresh: string,
): Promise<Omit<Older, "tokens">> {
  await rm(join(dataFolder, "pail.sqlite"));
  const { settings, remove } = await createTestDatabaseSettings("postgres");
  after(remove);
  assert.ok(settings.kind === "postgres");
  const databaseUrl = settings.url.reveal();
  const query = async (statement: string) => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    try {
      return await client.query(statement);
    } finally {
      await client.end();
    }
  };
  await query(readFileSync(join(FOLDER, `${name}-postgres.sql`), "utf8"));
  await query(refresh);
  return {
    location: { dataFolder, databaseUrl },
    read: async <Row extends object>(statement: string) => (await query(statement)).rows as Row[],
  };
}

async function migrationsIn({ read }: Older): Promise<readonly string[]> {
  const rows = await read<{ name: string }>("select name from schema_migration order by name");
  return rows.map(({ name }) => name);
}

async function schemaIn({ read }: Older, dialect: Dialect): Promise<string> {
  const rows = await read<{ line: string }>(SCHEMA_LINES[dialect]);
  return rows.map(({ line }) => `${line}\n`).join("");
}

function presentSchema(dialect: Dialect): string {
  const file = `../../src/storage/sql/schema.${dialect}.snapshot.txt`;
  return readFileSync(join(import.meta.dirname, file), "utf8");
}

async function askAs(server: KillableServer, token: string, path: string, question: HttpQuestion = {}) {
  const authorization = basic("ann@example.test", token);
  return sendRequest(server.url, path, {
    ...question,
    headers: { Authorization: authorization, ...question.headers },
  });
}

function cloneUrl(server: KillableServer, account: string, token: string): string {
  const url = new URL("/team/site.git", server.url);
  url.username = account;
  url.password = token;
  return url.href;
}

/** Of 1 to `count`: the first, the last, and some between them, since all are in one transaction. */
function someOf(count: number): readonly number[] {
  const between = Array.from({ length: Math.floor(count / 10) }, (_, index) => 1 + (index + 1) * 10);
  return [...new Set([1, ...between.filter((nth) => nth < count), count])];
}

for (const { name, dialect, migrations, refs } of OLDER) {
  describe(`a data folder of ${MIGRATIONS[migrations - 1]!.name}, on ${dialect}`, () => {
    test("is as it was before when the server is killed in the middle of a migration", async () => {
      const older = await copyOlder(name, dialect);
      const { location } = older;
      const look = async () => [await migrationsIn(older), await schemaIn(older, dialect)] as const;
      const before = await look();
      assert.equal(before[0]!.length, migrations);
      for (const point of ["migration.applied", "migration.recorded"] as const) {
        for (const nth of someOf(MIGRATIONS.length - migrations)) {
          const fault: Fault = { point, nth, delayMs: 0 };
          assert.equal(await startKillable(location, fault), undefined, `${point} is reached`);
          assert.deepEqual(await look(), before, `${point} ${nth}`);
        }
      }
      const server = await startKillable(location);
      await server!.kill();
      assert.equal((await migrationsIn(older)).length, MIGRATIONS.length);
      assert.equal(await schemaIn(older, dialect), presentSchema(dialect));
    });

    test("is brought up to date by the first start, and all of it is there and works", async () => {
      const older = await copyOlder(name, dialect);
      const { location, tokens } = older;
      const server = (await startKillable(location))!;
      after(() => server.kill());
      assert.equal(await schemaIn(older, dialect), presentSchema(dialect));
      const clone = git.newPath("clone");
      await git.out(["clone", "--quiet", cloneUrl(server, "bob", tokens.reads), clone]);
      assert.equal(await git.out(["show", "v1:README.md"], { folder: clone }), "# Site\nmore");
      await git.out(["commit", "--quiet", "--allow-empty", "-m", "Third"], { folder: clone });
      const push = ["push", "--quiet"];
      const refused = await git.run([...push, "origin", "main"], { folder: clone });
      assert.notEqual(refused.status, 0, "who may only read may only read");
      await git.out([...push, cloneUrl(server, "ann", tokens.works), "main"], { folder: clone });
      assert.equal((await askAs(server, tokens.revoked, "/2.0/user")).status, 401);
      const branches = await askAs(server, tokens.works, `${SITE}/refs`);
      assert.equal(JSON.parse(branches.text).size ?? JSON.parse(branches.text).values.length, refs);
      const commits = JSON.parse((await askAs(server, tokens.works, `${SITE}/commits`)).text);
      assert.deepEqual(
        commits.values.map(({ message }: { message: string }) => message.trim()),
        ["Third", "Second", "First"],
      );
      const { status, stdout, stderr } = await runPail(location, ["fsck", "--full"]);
      assert.equal(status, 0, stdout + stderr);
      if (migrations >= 5) await checkLater(server, tokens);
    });
  });
}

/** What the later folder has more. */
async function checkLater(server: KillableServer, { works }: Tokens): Promise<void> {
  const valuesOf = async (path: string) => JSON.parse((await askAs(server, works, path)).text).values;
  const [hook] = await valuesOf(`${SITE}/hooks`);
  assert.deepEqual([hook.description, hook.events, hook.secret_set], ["old one", ["repo:push"], true]);
  const [status] = await valuesOf(`${SITE}/commit/v1/statuses`);
  assert.deepEqual([status.key, status.state], ["ci", "SUCCESSFUL"]);
  const [restriction] = await valuesOf(`${SITE}/branch-restrictions`);
  assert.deepEqual([restriction.kind, restriction.pattern], ["force", "main"]);
}
