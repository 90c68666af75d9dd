import assert from "node:assert/strict";
import { connect as connectSocket, createServer, type Socket } from "node:net";
import { after, describe, test } from "node:test";
import { type Kysely, sql } from "kysely";
import pg from "pg";
import { createTestDatabaseSettings } from "../../../../tests/support/database/test-database.ts";
import { newUuid, sampleAccount } from "../../../../tests/support/examples/sample-model.ts";
import { Failure } from "../../../model/failure.ts";
import { Secret } from "../../../model/secret.ts";
import { insertAccount, listAccounts } from "../accounts/accounts.ts";
import { type DatabaseSettings, openDatabase } from "../open-database.ts";
import type { Schema } from "../schema.ts";

type PostgresSettings = Extract<DatabaseSettings, { kind: "postgres" }>;

async function createSettings(): Promise<PostgresSettings> {
  const { settings, remove } = await createTestDatabaseSettings("postgres");
  assert.ok(settings.kind === "postgres");
  after(remove);
  return settings;
}

async function connect({ url }: PostgresSettings): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url.reveal() });
  await client.connect();
  return client;
}

function isUnavailable(error: unknown): error is Failure {
  return error instanceof Failure && error.kind === "unavailable";
}

/** Another URL of the same database. */
function changed(settings: PostgresSettings, change: (url: URL) => void): PostgresSettings {
  const url = new URL(settings.url.reveal());
  change(url);
  return { ...settings, url: new Secret(url.href) };
}

describe("a row that somebody else has locked", async () => {
  const settings = await createSettings();
  const account = sampleAccount("locked");
  const touch = (tx: Kysely<Schema>) =>
    tx.updateTable("account").set({ nickname: "new" }).where("uuid", "=", account.uuid).execute();

  test("is waited for, for a bounded time", async () => {
    const database = await openDatabase({ ...settings, limits: { lockMs: 50 } });
    await insertAccount(database.kysely, account);
    const other = await connect(settings);
    await other.query("begin; select 1 from account for update");
    await assert.rejects(
      database.transaction(touch),
      (error) => isUnavailable(error) && error.details.reason === "database: 55P03",
    );
    await other.query("commit");
    await database.transaction(touch);
    await other.end();
    await database.close();
  });

  test("takes one connection of those who want the same, and leaves the others to all else", async () => {
    const database = await openDatabase({ ...settings, limits: { lockMs: 60_000, waitMs: 60_000 } });
    const other = await connect(settings);
    await other.query("begin; select 1 from account for update");
    const waiting = Array.from({ length: 20 }, () => database.transaction(touch, { subject: account.uuid }));
    assert.equal((await listAccounts(database.kysely)).length, 1);
    await database.transaction((tx) => insertAccount(tx, sampleAccount("other")), { subject: newUuid() });
    const { rows } = await other.query(
      "select count(*)::int as count from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))",
    );
    assert.ok(rows[0].count <= 1, `${rows[0].count} wait for the lock`);
    await other.query("commit");
    await Promise.all(waiting);
    await other.end();
    await database.close();
  });

  test("keeps nobody from reading, nor from taking access away, though all want another row's turn", async () => {
    const database = await openDatabase({ ...settings, limits: { lockMs: 60_000, waitMs: 60_000 } });
    const other = await connect(settings);
    await other.query("begin; select 1 from account for update");
    const waiting = Array.from({ length: 20 }, () => database.transaction(touch, { subject: newUuid() }));
    await listAccounts(database.kysely);
    await database.transaction((tx) => insertAccount(tx, sampleAccount("last")), { takesAccess: true });
    await other.query("commit");
    await Promise.all(waiting);
    await other.end();
    await database.close();
  });
});

test("a transaction that says nothing more does not hold its locks for ever", async () => {
  const settings = await createSettings();
  const database = await openDatabase({ ...settings, limits: { silentMs: 50 } });
  const account = sampleAccount("silent");
  const silent = Promise.withResolvers<void>();
  const hung = database.transaction(async (tx) => {
    await insertAccount(tx, account);
    await silent.promise;
    await listAccounts(tx);
  });
  const other = await openDatabase(settings);
  // Waits for the unique key, until the server has ended the other one.
  await insertAccount(other.kysely, { ...account, username: account.username });
  silent.resolve();
  await assert.rejects(hung, isUnavailable);
  assert.deepEqual((await listAccounts(database.kysely)).length, 1);
  await database.close();
  await other.close();
});

test("two transactions that wait for each other both succeed: what PostgreSQL ends is run again", async () => {
  const settings = await createSettings();
  const database = await openDatabase({ ...settings, limits: { lockMs: 60_000 } });
  const accounts = [sampleAccount("first"), sampleAccount("second")] as const;
  for (const account of accounts) await insertAccount(database.kysely, account);
  const rename = (tx: Kysely<Schema>, { uuid }: { readonly uuid: string }) =>
    tx.updateTable("account").set({ nickname: "new" }).where("uuid", "=", uuid).execute();
  const bothHold = Promise.withResolvers<void>();
  let holding = 0;
  let runs = 0;
  const inOrder = ([first, second]: readonly (typeof accounts)[number][]) =>
    database.transaction(async (tx) => {
      runs += 1;
      await rename(tx, first!);
      holding += 1;
      if (holding === 2) bothHold.resolve();
      await bothHold.promise;
      await rename(tx, second!);
    });
  await Promise.all([inOrder(accounts), inOrder(accounts.toReversed())]);
  // Which one PostgreSQL ends, and whether the two meet again, depends on when each of them runs.
  assert.ok(runs > 2, `${runs} runs`);
  assert.deepEqual(
    (await listAccounts(database.kysely)).map(({ nickname }) => nickname),
    ["new", "new"],
  );
  await database.close();
});

describe("a server that takes connections and then says nothing", async () => {
  const settings = await createSettings();
  const socketFolder = new URL(settings.url.reveal()).searchParams.get("host");
  const sockets = new Set<Socket>();
  const relay = createServer((client) => {
    const server = connectSocket(`${socketFolder}/.s.PGSQL.5432`);
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    }
    client.pipe(server).pipe(client);
  });
  await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
  after(() => {
    for (const socket of sockets) socket.destroy();
    relay.close();
  });
  const address = relay.address();
  assert.ok(typeof address === "object" && address !== null);
  const { port } = address;
  const relayed = changed(settings, (url) => {
    url.searchParams.set("host", "127.0.0.1");
    url.searchParams.set("port", String(port));
  });

  /** What is under way is not answered any more; those that come later are not either. */
  function silence(): void {
    for (const socket of sockets) socket.pause().unpipe();
  }

  test("is given up, by statements, look-ups and transactions; and is used again when it is back", async () => {
    const database = await openDatabase({
      ...relayed,
      connectionsMax: 3,
      limits: { answerMs: 4_000, lookupMs: 4_000 },
    });
    await Promise.all([1, 2, 3].map(() => listAccounts(database.kysely)));
    silence();
    const reason = /Query read timeout|Connection terminated/;
    const isGivenUp = (error: unknown) => isUnavailable(error) && reason.test(error.details.reason ?? "");
    await Promise.all([
      assert.rejects(listAccounts(database.kysely), isGivenUp),
      assert.rejects(async () => database.lookups.listEmails(newUuid()), isGivenUp),
      assert.rejects(
        database.transaction((tx) => listAccounts(tx)),
        isGivenUp,
      ),
    ]);
    assert.deepEqual(await listAccounts(database.kysely), []);
    await database.close();
  });

  test("is given up when a connection is begun", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const at = silent.address();
    assert.ok(typeof at === "object" && at !== null);
    const opened = openDatabase({
      kind: "postgres",
      url: new Secret(`postgres://nobody@127.0.0.1:${at.port}/none`),
      limits: { connectMs: 50 },
    });
    await assert.rejects(opened, isUnavailable);
    silent.close();
  });
});

test("a server that gives no more connections is waited for, not told as away", async () => {
  const settings = await createSettings();
  const admin = await connect(settings);
  const role = `few_${newUuid().replaceAll("-", "_")}`;
  const { rows } = await admin.query("select current_schema() as schema");
  await admin.query(`create role ${role} login connection limit 2`);
  await (await openDatabase(settings)).close();
  await admin.query(`grant all on schema ${rows[0].schema} to ${role}`);
  await admin.query(`grant all on all tables in schema ${rows[0].schema} to ${role}`);
  const few = changed(settings, (url) => {
    url.username = role;
  });
  const database = await openDatabase({ ...few, connectionsMax: 10 });
  const found = await Promise.all(Array.from({ length: 40 }, () => listAccounts(database.kysely)));
  assert.equal(found.length, 40);
  await database.close();
  await admin.query(`drop owned by ${role}; drop role ${role}`);
  await admin.end();
});

describe("a database that can only be read", async () => {
  const settings = await createSettings();
  const readOnly = changed(settings, (url) => {
    const options = url.searchParams.get("options");
    url.searchParams.set("options", `${options} -c default_transaction_read_only=on`);
  });
  await (await openDatabase(settings)).close();

  test("is opened and read; what would write is told so", async () => {
    const database = await openDatabase(readOnly);
    assert.deepEqual(await listAccounts(database.kysely), []);
    await assert.rejects(
      database.transaction((tx) => insertAccount(tx, sampleAccount("any"))),
      (error) => isUnavailable(error) && /can only be read/.test(error.message),
    );
    await database.close();
  });

  test("is refused in words if its tables have to be made", async () => {
    const fresh = await createSettings();
    const opened = openDatabase(
      changed(fresh, (url) => {
        const options = url.searchParams.get("options");
        url.searchParams.set("options", `${options} -c default_transaction_read_only=on`);
      }),
    );
    await assert.rejects(opened, (error) => isUnavailable(error) && /can only be read/.test(error.message));
  });
});

test("a database that is not of UTF-8 is refused, with what to do", async () => {
  const settings = await createSettings();
  const admin = await connect(settings);
  const name = `latin_${newUuid().replaceAll("-", "_")}`;
  const provider = "locale_provider libc locale 'C'";
  await admin.query(`create database ${name} template template0 encoding 'LATIN1' ${provider}`);
  const latin = changed(settings, (url) => {
    url.pathname = `/${name}`;
    url.searchParams.delete("options");
  });
  await assert.rejects(
    openDatabase(latin),
    (error) => isUnavailable(error) && /encoding is LATIN1.*UTF8/.test(error.message),
  );
  const { rows } = await connect(latin).then(async (client) => {
    const found = await client.query("select 1 from pg_class where relname = 'account'");
    await client.end();
    return found;
  });
  assert.deepEqual(rows, [], "nothing was made");
  await admin.query(`drop database ${name}`);
  await admin.end();
});

test("limits hold for every connection, but not for a transaction that may take long", async () => {
  const settings = await createSettings();
  const database = await openDatabase(settings);
  const read = async (db: Kysely<Schema>) => {
    const names = ["lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"];
    const columns = names.map((name) => sql<string>`current_setting(${name})`);
    const { rows } = await sql<{
      limits: string;
    }>`select concat_ws(' ', ${sql.join(columns)}) as limits`.execute(db);
    return rows[0]!.limits;
  };
  assert.equal(await read(database.kysely), "5s 30s 10s");
  assert.equal(await database.transaction(read, { isLong: true }), "0 0 0");
  assert.equal(await database.transaction(read), "5s 30s 10s");
  await database.close();
});
