import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { after, before, describe } from "node:test";
import { Secret } from "../../../src/model/secret.ts";
import type { Database } from "../../../src/storage/sql/database.ts";
import type { Dialect } from "../../../src/storage/sql/migrations/migration.ts";
import { type DatabaseSettings, openDatabase } from "../../../src/storage/sql/open-database.ts";
import { startPostgres } from "./postgres.ts";
import { copyTemplateDatabase, runStatement, TEMPLATE_VARIABLE } from "./template-database.ts";

/** What `npm run test:postgres` runs, so that the whole run before it need not. */
const RUN_ON_POSTGRES = /^(?:src\/(?:rest|web)|tests\/access)\/|^tests\/conformance\/[^/]+$/;

/** For tests of both. `npm test` runs each of them once on each. */
export const DIALECTS: readonly Dialect[] = dialectsOf(
  process.env.TEST_DATABASE === "postgres",
  process.env.TEST_RUN === "whole",
);

function dialectsOf(isOnPostgres: boolean, isWhole: boolean): readonly Dialect[] {
  if (isOnPostgres) return ["postgres"];
  const isRunAgain = isWhole && RUN_ON_POSTGRES.test(relative(process.cwd(), process.argv[1] ?? ""));
  return isRunAgain ? ["sqlite"] : ["sqlite", "postgres"];
}

/**
 * Of cases that take seconds each: in `npm test` each of them is tried on one of the databases, by turns, in `npm run test:long` and
 * alone on both.
 */
export function casesOn<Case>(dialect: Dialect, cases: readonly Case[]): readonly Case[] {
  if (process.env.TEST_RUN !== "whole") return cases;
  return cases.filter((_, index) => DIALECTS[index % DIALECTS.length] === dialect);
}

/** A place for a database that nobody else uses. */
export type TestDatabaseSettings = {
  readonly settings: DatabaseSettings;
  /** Ends what is connected with it. So it comes after the end of the server, which still searches it for tokens. */
  remove(): Promise<void>;
};

export type TestDatabase = {
  readonly database: Database;
  /** For opening it once more, as another process would. */
  readonly settings: DatabaseSettings;
  /** Closes the database and removes it. */
  close(): Promise<void>;
};

/** A fresh database with its schema up to date: a file, or one in the PostgreSQL of the test run. */
export async function openTestDatabase(dialect: Dialect): Promise<TestDatabase> {
  const { settings, remove } = await createMigratedDatabaseSettings(dialect);
  const database = await openDatabase(settings);
  return {
    database,
    settings,
    async close() {
      await database.close();
      await remove();
    },
  };
}

/** The same tests on each database. `current` gives the fresh one of the suite, from the time its tests run. */
export function describeDatabases(subject: string, tests: (current: () => TestDatabase) => void): void {
  for (const dialect of DIALECTS) {
    describe(`${subject} on ${dialect}`, () => {
      let opened: TestDatabase | undefined;
      before(async () => {
        opened = await openTestDatabase(dialect);
      });
      after(() => opened?.close());
      tests(() => {
        if (opened === undefined)
          throw new Error("The database is opened before the tests of the suite, not earlier");
        return opened;
      });
    });
  }
}

/**
 * The database that tests of whole servers use where they do not name one: `npm run test:postgres` sets the variable and runs
 * them once more. What is about SQLite itself names its database, or is skipped.
 */
export const SERVER_DIALECT: Dialect = process.env.TEST_DATABASE === "postgres" ? "postgres" : "sqlite";

/** An empty place, for tests of opening a database itself. */
export async function createTestDatabaseSettings(dialect: Dialect): Promise<TestDatabaseSettings> {
  return dialect === "sqlite" ? createFolder() : createSchema(await postgresUrl());
}

/** For all other tests: the schema is up to date already where making it takes long. */
export async function createMigratedDatabaseSettings(dialect: Dialect): Promise<TestDatabaseSettings> {
  const template = process.env[TEMPLATE_VARIABLE];
  if (dialect === "sqlite" || template === undefined) return createTestDatabaseSettings(dialect);
  const { url, remove } = await copyTemplateDatabase(await postgresUrl(), template);
  return { settings: postgresSettings(url), remove };
}

async function createFolder(): Promise<TestDatabaseSettings> {
  const folder = await mkdtemp(join(tmpdir(), "pail-sqlite-"));
  return {
    settings: { kind: "sqlite", path: join(folder, "pail.sqlite") },
    remove: () => rm(folder, { recursive: true }),
  };
}

async function createSchema(serverUrl: string): Promise<TestDatabaseSettings> {
  const name = `test_${randomUUID().replaceAll("-", "_")}`;
  await runStatement(serverUrl, `create schema ${name}`);
  const url = new URL(serverUrl);
  url.searchParams.set("options", `-c search_path=${name}`);
  return {
    settings: postgresSettings(url.href),
    remove: () => runStatement(serverUrl, `drop schema ${name} cascade`),
  };
}

function postgresSettings(url: string): DatabaseSettings {
  return { kind: "postgres", url: new Secret(url), connectionsMax: 4 };
}

let ownServer: Promise<string> | undefined;

/** The server of the test run, else one that ends with this process: a test file may be run alone. */
function postgresUrl(): Promise<string> {
  const given = process.env.TEST_DATABASE_URL;
  if (given !== undefined) return Promise.resolve(given);
  ownServer ??= startPostgres().then((server) => {
    process.once("exit", () => server.stop());
    return server.url;
  });
  return ownServer;
}
