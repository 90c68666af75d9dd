import { type CompiledQuery, Kysely, sql } from "kysely";
import { Failure } from "../../../model/failure.ts";
import type { Secret } from "../../../model/secret.ts";
import { type Connections, NO_ROOM } from "../connections.ts";
import type { Prepare } from "../lookups/lookups.ts";
import type { Schema } from "../schema.ts";
import { openSubjectTurns } from "../subject-turns.ts";
import { postgresDialect } from "./postgres-dialect.ts";
import { cachePostgresLookups } from "./postgres-lookups.ts";
import { openPostgresPool, POSTGRES_LIMITS, type PostgresLimits, WAITING_MAX } from "./postgres-pool.ts";
import { runPostgresTransaction } from "./postgres-transaction.ts";

export type PostgresSettings = {
  readonly kind: "postgres";
  readonly url: Secret;
  readonly connectionsMax?: number;
  readonly limits?: Partial<PostgresLimits>;
};

const CONNECTIONS_MAX = 10;

export async function openPostgres({
  url,
  connectionsMax = CONNECTIONS_MAX,
  limits: changed,
}: PostgresSettings): Promise<Connections> {
  const limits = { ...POSTGRES_LIMITS, ...changed };
  const pool = await openPostgresPool(url, connectionsMax, limits);
  const subjectTurns = openSubjectTurns({ waitMsMax: limits.waitMs, waitingMax: WAITING_MAX });
  const kysely = new Kysely<Schema>({ dialect: postgresDialect(pool) });
  try {
    await requireUtf8(kysely);
  } catch (error) {
    await pool.close();
    throw error;
  }
  let commits = 0;
  const prepare: Prepare =
    <Row>(name: string, query: CompiledQuery<Row>) =>
    async (values) =>
      (await pool.lookUp({ name, text: query.sql, values: [...values] })).rows as Row[];
  return {
    dialect: "postgres",
    kysely,
    async transaction(work, options) {
      const result = await runPostgresTransaction(pool, work, options);
      commits += 1;
      return result;
    },
    prepare,
    cacheLookups: (prepared) => cachePostgresLookups(prepared, kysely, prepare, () => commits),
    takeSubject: subjectTurns.take,
    // Its disk is not ours.
    makeRoom: NO_ROOM,
    close: pool.close,
  };
}

/** Pail's text is Unicode: names of files and branches, messages, comments. */
async function requireUtf8(kysely: Kysely<Schema>): Promise<void> {
  const { rows } = await sql<{ encoding: string }>`
    select current_setting('server_encoding') as encoding`.execute(kysely);
  const { encoding } = rows[0]!;
  if (encoding === "UTF8") return;
  throw new Failure(
    "unavailable",
    `Cannot open the database: its encoding is ${encoding}, and it must be UTF8 (create database NAME template template0 encoding 'UTF8')`,
  );
}
