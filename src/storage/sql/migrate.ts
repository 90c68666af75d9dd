import { type Kysely, sql } from "kysely";
import { reachFaultPoint } from "../../fault-points.ts";
import { Failure } from "../../model/failure.ts";
import type { Dialect, Migration } from "./migrations/migration.ts";

/** An arbitrary number that no other program uses for locks in the same database. */
const ADVISORY_LOCK = 7_090_129_384;

/**
 * Far shorter than PostgreSQL waits before it looks for a deadlock (`deadlock_timeout`, a second): where a migration and a request
 * wait for each other, the migration gives up and is tried again, and the request is answered.
 */
const LOCK_MS_MAX = 200;

type MigrationTable = { schema_migration: { name: string; applied_at: number } };

/**
 * Whether the schema is that of the last of `migrations`: then nothing has to be written, and a read-only database can
 * be opened.
 */
export async function isUpToDate(
  db: Kysely<unknown>,
  dialect: Dialect,
  migrations: readonly Migration[],
): Promise<boolean> {
  if (!(await hasMigrationTable(db, dialect))) return false;
  const applied = await readApplied(db);
  return applied.size === migrations.length && migrations.every(({ name }) => applied.has(name));
}

/** Whether all of `migrations` have been applied; a newer server beside this one may have applied more. */
export async function hasApplied(db: Kysely<unknown>, migrations: readonly Migration[]): Promise<boolean> {
  const applied = await readApplied(db);
  return migrations.every(({ name }) => applied.has(name));
}

/** What of `migrations` has been applied, and whether something else has. */
export async function compareMigrations(
  db: Kysely<unknown>,
  dialect: Dialect,
  migrations: readonly Migration[],
): Promise<"all" | "lacks-some" | "of-newer-version" | "none"> {
  if (!(await hasMigrationTable(db, dialect))) return "none";
  const applied = await readApplied(db);
  const known = new Set(migrations.map(({ name }) => name));
  if ([...applied].some((name) => !known.has(name))) return "of-newer-version";
  return migrations.every(({ name }) => applied.has(name)) ? "all" : "lacks-some";
}

async function hasMigrationTable(db: Kysely<unknown>, dialect: Dialect): Promise<boolean> {
  const { rows } =
    dialect === "postgres"
      ? await sql`select 1 from pg_class where oid = to_regclass('schema_migration')`.execute(db)
      : await sql`select 1 from sqlite_master where name = 'schema_migration'`.execute(db);
  return rows.length > 0;
}

async function readApplied(db: Kysely<unknown>): Promise<ReadonlySet<string>> {
  const rows = await (db as Kysely<MigrationTable>).selectFrom("schema_migration").select("name").execute();
  return new Set(rows.map((row) => row.name));
}

/**
 * Brings the schema up to the last of `migrations`. Runs in the caller's transaction, which on SQLite must be an
 * immediate one: a second process that starts at the same time waits here, then finds everything done.
 *
 * @throws Failure unavailable if the database has a migration that this version does not know, or a table is held by others.
 */
export async function migrate(
  tx: Kysely<unknown>,
  dialect: Dialect,
  migrations: readonly Migration[],
  now: Date,
): Promise<void> {
  if (dialect === "postgres") {
    await sql`select pg_advisory_xact_lock(${ADVISORY_LOCK})`.execute(tx);
    // Whoever wants a table that a migration waits for waits behind it, so it does not wait for long.
    await sql`set local lock_timeout = ${sql.lit(LOCK_MS_MAX)}`.execute(tx);
  }
  const records = tx as Kysely<MigrationTable>;
  await sql`create table if not exists schema_migration (name text primary key, applied_at bigint not null)`.execute(
    tx,
  );
  const applied = await readApplied(tx);
  const unknown = [...applied].find((name) => migrations.every((migration) => migration.name !== name));
  if (unknown !== undefined) {
    throw new Failure(
      "unavailable",
      `Cannot open the database: a newer version of Pail has written it (it has the migration "${unknown}")`,
    );
  }
  for (const migration of migrations) {
    if (applied.has(migration.name)) continue;
    await migration.up(tx, dialect);
    reachFaultPoint("migration.applied");
    await records
      .insertInto("schema_migration")
      .values({ name: migration.name, applied_at: now.getTime() })
      .execute();
    reachFaultPoint("migration.recorded");
  }
}
