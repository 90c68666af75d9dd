import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { Failure } from "../../../model/failure.ts";
import type { Secret } from "../../../model/secret.ts";
import {
  isTooManyConnections,
  isUnanswered,
  translateDatabaseError,
  UNANSWERED,
} from "../database-failure.ts";
import { type ConnectionUse, openConnectionTurns } from "./connection-turns.ts";

export type PostgresLimits = {
  /** How long a request waits for a connection of its own. */
  readonly waitMs: number;
  readonly connectMs: number;
  /** How long a statement waits for a lock of another transaction on a row, table or number. */
  readonly lockMs: number;
  readonly statementMs: number;
  /** How long an open transaction may be idle: a server that hangs must not hold its locks for long. */
  readonly silentMs: number;
  /**
   * After this time without an answer the connection is dropped: the server should have given the statement up by then.
   */
  readonly answerMs: number;
  /** The same for the look-ups by a key that every request makes. */
  readonly lookupMs: number;
};

export const POSTGRES_LIMITS: PostgresLimits = {
  waitMs: 10_000,
  connectMs: 5_000,
  lockMs: 5_000,
  statementMs: 30_000,
  silentMs: 10_000,
  answerMs: 35_000,
  lookupMs: 15_000,
};

/** The most requests that wait for a connection. */
export const WAITING_MAX = 1_000;
/** How long a connection may stay unused. */
const IDLE_MS_MAX = 30_000;
/** How long a connection may be idle before TCP checks that its other end still exists. */
const KEEP_ALIVE_MS = 10_000;
/** The limit for operations that may take long. */
const LONG_MS_MAX = 24 * 3_600_000;

/** After the server has refused a connection, the pool does not grow for this long. */
const FEWER_MS = 5_000;
const RETRY_MS = 100;

/** PostgreSQL's number for the type int8, from pg_type.dat. */
const INT8_TYPE = 20;

/** `query_timeout` is in `pg`'s documentation, but not in its types. */
type Query = pg.QueryConfig & { readonly query_timeout?: number };

export type PooledConnection = {
  /**
   * Waits for an answer as long as is usual, or with `isLong` without a limit. After that the connection is dropped.
   */
  query(query: Query, isLong?: boolean): Promise<pg.QueryResult>;
  /** `isBroken`: the connection is not used again. Releasing it twice has no further effect. */
  release(isBroken: boolean): void;
};

export type PostgresPool = {
  /** @throws Failure unavailable if none is free in time, or the server refuses more. */
  connect(use: ConnectionUse): Promise<PooledConnection>;
  /** Runs a named statement, which each connection parses and plans once. */
  lookUp(query: Query): Promise<pg.QueryResult>;
  close(): Promise<void>;
};

/**
 * Connections to one server. They are counted here and not by `pg`: callers wait in a queue if none is free, also if
 * the server refuses more.
 */
export async function openPostgresPool(
  url: Secret,
  connectionsMax: number,
  limits: PostgresLimits,
): Promise<PostgresPool> {
  const pool = await createPool(url, connectionsMax, limits);
  const turns = openConnectionTurns({ connectionsMax, waitMsMax: limits.waitMs, waitingMax: WAITING_MAX });

  async function connect(use: ConnectionUse): Promise<PooledConnection> {
    const end = performance.now() + limits.waitMs;
    for (;;) {
      const endTurn = await turns.take(use);
      try {
        return pooled(await pool.connect(), limits, endTurn);
      } catch (error) {
        endTurn();
        if (!isTooManyConnections(error) || performance.now() >= end) throw translateDatabaseError(error);
      }
      turns.limit(pool.totalCount, FEWER_MS);
      // Other clients have all of the server's connections, so none of ours will be released.
      if (pool.totalCount === 0) await delay(RETRY_MS);
    }
  }

  async function lookUpOnce(query: Query) {
    const connection = await connect("read");
    let isBroken = true;
    try {
      const result = await connection.query({ query_timeout: limits.lookupMs, ...query });
      isBroken = false;
      return result;
    } finally {
      connection.release(isBroken);
    }
  }

  return {
    connect,
    async lookUp(query) {
      try {
        return await lookUpOnce(query);
      } catch (error) {
        if (!isPlanOutdated(error)) throw error;
        // Without its name it is planned anew, and the connection with the old plan is gone.
        const { name: _, ...unnamed } = query;
        return lookUpOnce(unnamed);
      }
    },
    async close() {
      if (!pool.ended) await pool.end();
    },
  };
}

/** A newer server has added a column since the statement was prepared. */
function isPlanOutdated(error: unknown): boolean {
  return error instanceof Error && error.message.includes("cached plan must not change result type");
}

function pooled(client: pg.PoolClient, { answerMs }: PostgresLimits, endTurn: () => void): PooledConnection {
  let isWaiting = false;
  let isReleased = false;
  return {
    async query(query, isLong = false) {
      // After a statement that was given up, a rollback would wait for the same answer.
      if (isWaiting) throw translateDatabaseError(new Error(UNANSWERED));
      try {
        const limited: Query = { query_timeout: isLong ? LONG_MS_MAX : answerMs, ...query };
        return await client.query(limited);
      } catch (error) {
        if (isUnanswered(error)) isWaiting = true;
        throw translateDatabaseError(error);
      }
    },
    release(isBroken) {
      if (isReleased) return;
      isReleased = true;
      client.release(isBroken || isWaiting);
      endTurn();
    },
  };
}

async function createPool(url: Secret, connectionsMax: number, limits: PostgresLimits): Promise<pg.Pool> {
  // Loaded only when needed, so that it does not slow down every start.
  const { default: pg } = await import("pg");
  const options: pg.PoolConfig = {
    connectionString: url.reveal(),
    max: connectionsMax,
    connectionTimeoutMillis: limits.connectMs,
    idleTimeoutMillis: IDLE_MS_MAX,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    application_name: "pail",
    // A statement is sent although the one before it is not answered yet: see `postgres-transaction.ts`.
    pipeline: true,
    types: {
      // Instants, sizes and counts stay far below 2^53.
      getTypeParser: (type, format) => (type === INT8_TYPE ? Number : pg.types.getTypeParser(type, format)),
    },
    // Set here and not in the start-up packet: a pooler in front refuses parameters that it does not know.
    onConnect: (client) => limitSession(client, limits),
  };
  try {
    // Parses the URL. The error contains the URL, so it is not passed on.
    new pg.Client(options);
  } catch {
    throw new Failure("unavailable", "Cannot open the database: its URL cannot be read");
  }
  const pool = new pg.Pool(options);
  // A lost connection is reported to the statement that needs it. Without listeners the error would end the process.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool;
}

async function limitSession(client: pg.ClientBase, limits: PostgresLimits): Promise<void> {
  client.on("error", () => {});
  const settings: Query = {
    text: `select set_config('lock_timeout', $1, false), set_config('statement_timeout', $2, false),
      set_config('idle_in_transaction_session_timeout', $3, false)`,
    values: [limits.lockMs, limits.statementMs, limits.silentMs].map(String),
    query_timeout: limits.connectMs,
  };
  await client.query(settings);
}

/** For a transaction that may take long. */
export const WITHOUT_LIMITS =
  "set local lock_timeout = 0; set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0";
