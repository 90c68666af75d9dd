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
  /** For a row, table or number that somebody else has locked. */
  readonly lockMs: number;
  readonly statementMs: number;
  /** Of a transaction that is open and says nothing: a server that hangs must not hold its locks for long. */
  readonly silentMs: number;
  /** After it nothing comes any more, and the connection is dropped: the server should have given the statement up by then. */
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

/** Requests that wait for a connection. */
export const WAITING_MAX = 1_000;
/** As long as a connection may stay unused. */
const IDLE_MS_MAX = 30_000;
/** After it, an idle connection is asked whether its other end is still there. */
const KEEP_ALIVE_MS = 10_000;
/** Of what may take as long as it takes. */
const LONG_MS_MAX = 24 * 3_600_000;

/** After the server has refused a connection, for this long no more are asked for than there are. */
const FEWER_MS = 5_000;
const RETRY_MS = 100;

/** PostgreSQL's number for the type int8, from pg_type.dat. */
const INT8_TYPE = 20;

/** `query_timeout` is told by `pg`'s documentation, and not by its types. */
type Query = pg.QueryConfig & { readonly query_timeout?: number };

export type PooledConnection = {
  /** Waits for an answer as long as is usual, or with `isLong` as long as it takes. After that the connection is dropped. */
  query(query: Query, isLong?: boolean): Promise<pg.QueryResult>;
  /** `isBroken`: nobody else gets it. To release it twice is to release it once. */
  release(isBroken: boolean): void;
};

export type PostgresPool = {
  /** @throws Failure unavailable if none is free in time, or the server gives none. */
  connect(use: ConnectionUse): Promise<PooledConnection>;
  /** A statement by its name, which is parsed and planned once a connection. */
  lookUp(query: Query): Promise<pg.QueryResult>;
  close(): Promise<void>;
};

/**
 * Connections to one server. They are counted here and not by `pg`: who finds none free waits in line, also if it is the
 * server that gives no more.
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
      // Others have them all: none of ours will be given back.
      if (pool.totalCount === 0) await delay(RETRY_MS);
    }
  }

  return {
    connect,
    async lookUp(query) {
      const connection = await connect("read");
      let isBroken = true;
      try {
        const result = await connection.query({ query_timeout: limits.lookupMs, ...query });
        isBroken = false;
        return result;
      } finally {
        connection.release(isBroken);
      }
    },
    async close() {
      if (!pool.ended) await pool.end();
    },
  };
}

function pooled(client: pg.PoolClient, { answerMs }: PostgresLimits, endTurn: () => void): PooledConnection {
  let isWaiting = false;
  let isReleased = false;
  return {
    async query(query, isLong = false) {
      // A rollback behind a statement that was given up would wait for the same answer.
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
  // Loaded only where it is asked for: it would be a part of every start.
  const { default: pg } = await import("pg");
  const options: pg.PoolConfig = {
    connectionString: url.reveal(),
    max: connectionsMax,
    connectionTimeoutMillis: limits.connectMs,
    idleTimeoutMillis: IDLE_MS_MAX,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    application_name: "pail",
    types: {
      // Instants, sizes and counts stay far below 2^53.
      getTypeParser: (type, format) => (type === INT8_TYPE ? Number : pg.types.getTypeParser(type, format)),
    },
    // Set here and not as the connection begins: a pooler in front takes no parameters that it does not know.
    onConnect: (client) => limitSession(client, limits),
  };
  try {
    // Reads the URL. The error has the URL in it, so it is not passed on.
    new pg.Client(options);
  } catch {
    throw new Failure("unavailable", "Cannot open the database: its URL cannot be read");
  }
  const pool = new pg.Pool(options);
  // A lost connection is told to the statement that needs it. Without listeners it would end the process.
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

/** For a transaction that may take as long as it takes. */
export const WITHOUT_LIMITS =
  "set local lock_timeout = 0; set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0";
