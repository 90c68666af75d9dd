import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import SqliteDatabase from "better-sqlite3";
import { sql } from "kysely";
import {
  createTestDatabaseSettings,
  DIALECTS,
  describeDatabases,
} from "../../../tests/support/database/test-database.ts";
import { newUuid, sampleAccount } from "../../../tests/support/examples/sample-model.ts";
import { Failure } from "../../model/failure.ts";
import { Secret } from "../../model/secret.ts";
import {
  findAccountByUuid,
  insertAccount,
  insertEmail,
  listAccounts,
  listEmails,
} from "./accounts/accounts.ts";
import { isUniqueViolation } from "./database-failure.ts";
import { openDatabase } from "./open-database.ts";

const EMAIL = { address: "a@example.com", isPrimary: true, isConfirmed: true };

function isUnavailable(error: unknown): error is Failure {
  return error instanceof Failure && error.kind === "unavailable";
}

describeDatabases("a database", (current) => {
  const database = () => current().database;

  test("commits what resolves and gives its value", async () => {
    const account = sampleAccount(`u${newUuid()}`);
    const value = await database().transaction(async (tx) => {
      await insertAccount(tx, account);
      assert.deepEqual(await findAccountByUuid(tx, account.uuid), account);
      return "value";
    });
    assert.equal(value, "value");
    assert.deepEqual(await findAccountByUuid(database().kysely, account.uuid), account);
  });

  test("rolls back what throws, and goes on", async () => {
    const account = sampleAccount(`u${newUuid()}`);
    const failed = database().transaction(async (tx) => {
      await insertAccount(tx, account);
      throw new Failure("conflict", "thought better of it");
    });
    await assert.rejects(failed, /thought better/);
    assert.equal(await findAccountByUuid(database().kysely, account.uuid), undefined);
    await database().transaction((tx) => insertAccount(tx, account));
  });

  test("rolls back after a statement that was refused", async () => {
    const account = sampleAccount(`u${newUuid()}`);
    const failed = database().transaction(async (tx) => {
      await insertAccount(tx, account);
      await insertAccount(tx, account);
    });
    await assert.rejects(failed, isUniqueViolation);
    assert.equal(await findAccountByUuid(database().kysely, account.uuid), undefined);
  });

  test("refuses a query beside an open transaction instead of waiting for ever", async () => {
    const outside = database().transaction(() => listAccounts(database().kysely));
    await assert.rejects(outside, /beside an open transaction/);
    const nested = database().transaction(() => database().transaction(async () => {}));
    await assert.rejects(nested, /beside an open transaction/);
    await listAccounts(database().kysely);
  });

  test("lets a query begun in a transaction run after it", async () => {
    let later: Promise<unknown> = Promise.resolve();
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    await database().transaction(async () => {
      later = ended.then(() => listAccounts(database().kysely));
    });
    end();
    assert.ok(Array.isArray(await later));
  });

  test("looks up what is committed, never what a transaction has not yet committed", async () => {
    const account = sampleAccount(`u${newUuid()}`);
    const { lookups } = database();
    await database().transaction(async (tx) => {
      await insertAccount(tx, account);
      await insertEmail(tx, account.uuid, EMAIL, account.createdAt);
      assert.deepEqual(await listEmails(tx, account.uuid), [EMAIL]);
      assert.deepEqual(await lookups.listEmails(account.uuid), []);
    });
    assert.deepEqual(await lookups.listEmails(account.uuid), [EMAIL]);
  });

  test("reads whole numbers beyond 32 bits as numbers", async () => {
    const { rows } = await sql<{ n: number }>`select cast(9007199254740991 as bigint) as n`.execute(
      database().kysely,
    );
    assert.deepEqual(rows, [{ n: Number.MAX_SAFE_INTEGER }]);
  });

  test("holds foreign keys", async () => {
    const orphan = insertEmail(
      database().kysely,
      newUuid(),
      { ...EMAIL, address: "orphan@example.com" },
      new Date(),
    );
    await assert.rejects(orphan, (error) => !isUniqueViolation(error) && /foreign key/i.test(String(error)));
  });

  test("tells of a refused row without its values, which may be private", async () => {
    const account = sampleAccount(`u${newUuid()}`);
    const email = { ...EMAIL, address: "private@example.com" };
    await insertAccount(database().kysely, account);
    await insertEmail(database().kysely, account.uuid, email, new Date());
    await assert.rejects(insertEmail(database().kysely, account.uuid, email, new Date()), (error) => {
      assert.ok(isUniqueViolation(error));
      return !inspect(error, { showHidden: true }).includes("private@");
    });
  });

  test("serves transactions of several processes at once, none lost", async () => {
    const others = await Promise.all([openDatabase(current().settings), openDatabase(current().settings)]);
    const before = (await listAccounts(database().kysely)).length;
    const writers = [database(), ...others].flatMap((each) => Array.from({ length: 10 }, () => each));
    await Promise.all(
      writers.map((each) =>
        each.transaction(async (tx) => {
          await listAccounts(tx);
          await insertAccount(tx, sampleAccount(`u${newUuid()}`));
        }),
      ),
    );
    assert.equal((await listAccounts(database().kysely)).length, before + 30);
    await Promise.all(others.map((each) => each.close()));
  });
});

for (const dialect of DIALECTS) {
  describe(`opening on ${dialect}`, () => {
    test("makes the schema once, though several processes start at once", async () => {
      const { settings, remove } = await createTestDatabaseSettings(dialect);
      const opened = await Promise.all(Array.from({ length: 5 }, () => openDatabase(settings)));
      for (const database of opened) assert.deepEqual(await listAccounts(database.kysely), []);
      await Promise.all(opened.map((database) => database.close()));
      await remove();
    });

    test("refuses a database that a newer version has written, and leaves it as it is", async () => {
      const { settings, remove } = await createTestDatabaseSettings(dialect);
      const first = await openDatabase(settings);
      await sql`insert into schema_migration (name, applied_at) values ('999-future', 1)`.execute(
        first.kysely,
      );
      await assert.rejects(
        openDatabase(settings),
        (error) => isUnavailable(error) && /newer version.*"999-future"/.test(error.message),
      );
      assert.deepEqual(await listAccounts(first.kysely), []);
      await first.close();
      await remove();
    });

    test("answers nothing after it is closed", async () => {
      const { settings, remove } = await createTestDatabaseSettings(dialect);
      const database = await openDatabase(settings);
      await database.close();
      await assert.rejects(listAccounts(database.kysely));
      await assert.rejects(async () => database.lookups.listEmails(newUuid()));
      await remove();
    });
  });
}

describe("opening a SQLite file", () => {
  test("writes ahead, syncs fully and lets nobody else read", async () => {
    const { settings, remove } = await createTestDatabaseSettings("sqlite");
    assert.equal(settings.kind, "sqlite");
    const database = await openDatabase(settings);
    for (const [pragma, value] of [
      ["journal_mode", "wal"],
      ["synchronous", 2],
      ["foreign_keys", 1],
    ] as const) {
      // In a transaction, since that has the connection that writes.
      const { rows } = await database.transaction((tx) => sql`pragma ${sql.raw(pragma)}`.execute(tx));
      assert.deepEqual(rows, [{ [pragma]: value }]);
    }
    for (const end of ["", "-wal", "-shm"]) assert.equal(statSync(settings.path + end).mode & 0o777, 0o600);
    await database.close();
    await remove();
  });

  test("waits for a writer in another process without stopping this one", async () => {
    const { settings, remove } = await createTestDatabaseSettings("sqlite");
    assert.equal(settings.kind, "sqlite");
    const database = await openDatabase(settings);
    const other = new SqliteDatabase(settings.path);
    other.exec("begin immediate");
    const waiting = [
      database.transaction((tx) => insertAccount(tx, sampleAccount("one"))),
      insertAccount(database.kysely, sampleAccount("two")),
    ];
    // The timer can only fire while the wait is not a synchronous one.
    await new Promise((resolve) => setTimeout(resolve, 30));
    other.exec("commit");
    await Promise.all(waiting);
    assert.equal((await listAccounts(database.kysely)).length, 2);
    other.close();
    await database.close();
    await remove();
  });

  test("fails for a folder that is not there, and for a file that is no database", async () => {
    const { settings, remove } = await createTestDatabaseSettings("sqlite");
    assert.equal(settings.kind, "sqlite");
    await assert.rejects(
      openDatabase({ kind: "sqlite", path: join(settings.path, "x", "y") }),
      isUnavailable,
    );
    await assert.rejects(openDatabase({ kind: "sqlite", path: import.meta.filename }), isUnavailable);
    await remove();
  });
});

describe("opening PostgreSQL", () => {
  for (const [why, url] of [
    ["a server that is not there", "postgres://someone:pa55word@127.0.0.1:1/pail"],
    ["a socket that is not there", "postgres://someone:pa55word@localhost/pail?host=/nonexistent"],
    ["a URL that cannot be read", "postgres://someone:pa55word@[::/pail"],
  ] as const) {
    test(`fails for ${why}, without its password in the text`, async () => {
      await assert.rejects(openDatabase({ kind: "postgres", url: new Secret(url) }), (error) => {
        assert.ok(isUnavailable(error), String(error));
        const printed = [error.message, error.stack, JSON.stringify(error), String(error.cause)].join();
        return !printed.includes("pa55word") && !printed.includes("someone");
      });
    });
  }

  test("fails for a database that is not there", async () => {
    const { settings, remove } = await createTestDatabaseSettings("postgres");
    assert.equal(settings.kind, "postgres");
    const url = new URL(settings.url.reveal());
    url.pathname = "/nosuchdatabase";
    await assert.rejects(openDatabase({ kind: "postgres", url: new Secret(url.href) }), isUnavailable);
    await remove();
  });

  test("survives the loss of its connections", async () => {
    const { settings, remove } = await createTestDatabaseSettings("postgres");
    assert.equal(settings.kind, "postgres");
    const database = await openDatabase(settings);
    const other = await openDatabase(settings);
    const terminate = sql`select pg_terminate_backend(${sql.ref("pid")}) from pg_stat_activity
      where application_name = 'pail' and pid <> pg_backend_pid() and query like '%lost connection%'`;
    const lost = database.transaction(async (tx) => {
      await sql`select 'lost connection'`.execute(tx);
      await terminate.execute(other.kysely);
      await listAccounts(tx);
    });
    await assert.rejects(lost, isUnavailable);
    assert.deepEqual(await listAccounts(database.kysely), []);
    await database.close();
    await other.close();
    await remove();
  });
});
