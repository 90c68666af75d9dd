import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import SqliteDatabase from "better-sqlite3";
import { MIGRATIONS } from "../../src/storage/sql/migrations/migrations.ts";
import { basic, type HttpQuestion, sendRequest } from "../support/http-request.ts";
import { openRealGit } from "../support/real-git.ts";
import { type Fault, type KillableServer, runPail, startKillable } from "./kills/killable-server.ts";

/**
 * Data folders that earlier versions of Pail have written, each named by its last migration: accounts ann (the owner) and
 * bob (who may read), the repository team/site with two branches and an annotated tag, three tokens. The later one has a
 * webhook, a build status and a branch restriction too. `tokens.json` has the tokens, which open nothing but these copies.
 */
const FOLDER = join(import.meta.dirname, "older-data");
const SNAPSHOT = join(import.meta.dirname, "../../src/storage/sql/schema.sqlite.snapshot.txt");
const OLDER = [
  { name: "001", migrations: 1, refs: 3 },
  { name: "005", migrations: 5, refs: 3 },
] as const;
const SITE = "/2.0/repositories/team/site";

const git = openRealGit();
type Tokens = { readonly works: string; readonly revoked: string; readonly reads: string };

/** A copy of the older folder, as it would be some weeks after it was written. */
async function copyOlder(name: string): Promise<{ readonly dataFolder: string; readonly tokens: Tokens }> {
  const place = git.newPath("older");
  await mkdir(place);
  execFileSync("tar", ["-xzf", join(FOLDER, `${name}.tar.gz`), "-C", place]);
  const dataFolder = join(place, name);
  const database = new SqliteDatabase(join(dataFolder, "pail.sqlite"));
  // A token lives for a year at most, and the fixture is older one day.
  database.prepare("update api_token set expires_at = ?").run(Date.now() + 30 * 86_400_000);
  database.close();
  return { dataFolder, tokens: JSON.parse(readFileSync(join(dataFolder, "tokens.json"), "utf8")) as Tokens };
}

function readSqlite<Row>(dataFolder: string, statement: string): Row[] {
  const database = new SqliteDatabase(join(dataFolder, "pail.sqlite"), { readonly: true });
  try {
    return database.prepare<unknown[], Row>(statement).all();
  } finally {
    database.close();
  }
}

function migrationsIn(dataFolder: string): readonly string[] {
  const rows = readSqlite<{ name: string }>(dataFolder, "select name from schema_migration order by name");
  return rows.map(({ name }) => name);
}

function schemaIn(dataFolder: string): string {
  const rows = readSqlite<{ line: string }>(
    dataFolder,
    "select sql as line from sqlite_schema where sql is not null order by tbl_name, type desc, name",
  );
  return rows.map(({ line }) => `${line}\n`).join("");
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

for (const { name, migrations, refs } of OLDER) {
  describe(`a data folder of ${MIGRATIONS[migrations - 1]!.name}`, () => {
    test("is as it was before when the server is killed in the middle of any migration", async () => {
      const { dataFolder } = await copyOlder(name);
      const place = { dataFolder, databaseUrl: undefined };
      const before = [migrationsIn(dataFolder), schemaIn(dataFolder)];
      assert.equal(before[0]!.length, migrations);
      for (const point of ["migration.applied", "migration.recorded"] as const) {
        for (let nth = 1; nth <= MIGRATIONS.length - migrations; nth += 1) {
          const fault: Fault = { point, nth, delayMs: 0 };
          assert.equal(await startKillable(place, fault), undefined, `${point} is reached`);
          assert.deepEqual([migrationsIn(dataFolder), schemaIn(dataFolder)], before, `${point} ${nth}`);
        }
      }
      const server = await startKillable(place);
      await server!.kill();
      assert.equal(migrationsIn(dataFolder).length, MIGRATIONS.length);
      assert.equal(schemaIn(dataFolder), readFileSync(SNAPSHOT, "utf8"));
    });

    test("is brought up to date by the first start, and all of it is there and works", async () => {
      const { dataFolder, tokens } = await copyOlder(name);
      const place = { dataFolder, databaseUrl: undefined };
      const server = (await startKillable(place))!;
      after(() => server.kill());
      assert.equal(schemaIn(dataFolder), readFileSync(SNAPSHOT, "utf8"));
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
      const { status, stdout, stderr } = await runPail(place, ["fsck", "--full"]);
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
