import { Failure } from "../../model/failure.ts";

/** Codes of Node for a server that cannot be reached or has disconnected, or a file that cannot be opened. */
const SYSTEM_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT",
  "ENOTFOUND",
  "EACCES",
  "EISDIR",
  "ENOTDIR",
  "EPERM",
  "EROFS",
  "EAI_AGAIN",
  "EPIPE",
  "ETIMEDOUT",
]);

/**
 * Beginnings of SQLSTATE codes that concern the server, not the statement (PostgreSQL, appendix A): connection, wrong
 * authorization, no such database, retryable rollback, resources, operator, system, lock not available, a transaction
 * that took too long.
 */
const POSTGRES_STATES = ["08", "28", "3D", "40", "53", "57", "58", "55P03", "25P03", "25P04"];

/** Codes for a database that cannot be written for now: a standby, a read-only setting, a read-only file system. */
const READ_ONLY_CODES = ["25006", "SQLITE_READONLY"];

/** Beginnings of SQLite's result codes that concern the file, not the statement. */
const SQLITE_CODES = [
  "SQLITE_BUSY",
  "SQLITE_LOCKED",
  "SQLITE_CANTOPEN",
  "SQLITE_FULL",
  "SQLITE_IOERR",
  "SQLITE_PERM",
  "SQLITE_PROTOCOL",
];

/**
 * Beginnings of codes for damaged data. PostgreSQL, appendix A, "Class XX": data_corrupted and index_corrupted. SQLite
 * reports a file that is too short as a failed read.
 */
const DAMAGE_CODES = [
  "SQLITE_CORRUPT",
  "SQLITE_NOTADB",
  "SQLITE_IOERR_SHORT_READ",
  "SQLITE_IOERR_CORRUPTFS",
  "XX001",
  "XX002",
];

export function isDamageCode(code: string): boolean {
  return DAMAGE_CODES.some((prefix) => code.startsWith(prefix));
}

/** Repeating does not help, so the message says what does. */
export function damagedDatabase(reason: string): Failure {
  return new Failure(
    "unavailable",
    "The database is damaged: stop the server, keep what is there, and restore the last backup into a new folder (pail restore)",
    { reason: `database: ${reason}` },
  );
}

/** Messages of `pg` without a code, when a connection is lost or cannot be made in time. */
const POSTGRES_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|timeout expired|Query read timeout)/;

/**
 * Turns an error of a driver about a locked, broken or unreachable database into a failure, and returns any other error
 * unchanged. Neither has the connection URL in it, nor the values of a row that was refused.
 */
export function translateDatabaseError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  // PostgreSQL puts values into it: "Key (address_key)=(…) already exists", "Failing row contains (…)".
  if ("detail" in error) error.detail = undefined;
  const code = errorCode(error);
  if (code !== undefined && isDamageCode(code)) return damagedDatabase(`${code}: ${error.message}`);
  if (code !== undefined && READ_ONLY_CODES.some((prefix) => code.startsWith(prefix)))
    return new Failure("unavailable", "The database can only be read for now: try again later", {
      reason: `database: ${code}`,
    });
  return isUnavailable(code, error.message) ? databaseUnavailable(code ?? error.message) : error;
}

export function databaseUnavailable(reason: string): Failure {
  return new Failure("unavailable", "The database is not available: try again later", {
    reason: `database: ${reason}`,
  });
}

const OUTCOME_UNKNOWN = "database: lost at a commit";

/** For a transaction that may have been committed or not, or may still be committed later. */
export function outcomeUnknown(): Failure {
  return new Failure(
    "unavailable",
    "The database is not available, and it is not known whether the change is stored: look, then try again",
    { reason: OUTCOME_UNKNOWN },
  );
}

/**
 * Whether everything that belongs to the transaction must be left in place. After any other error it has been rolled
 * back.
 */
export function isOutcomeUnknown(error: unknown): boolean {
  return error instanceof Failure && error.details.reason === OUTCOME_UNKNOWN;
}

/** Whether nothing was written because the database is read-only. */
export function isReadOnlyFailure(error: unknown): boolean {
  const reason = error instanceof Failure ? error.details.reason : undefined;
  return READ_ONLY_CODES.some((prefix) => reason?.startsWith(`database: ${prefix}`));
}

/** Whether SQLite found no space on the disk, for its file or for the files beside it. */
export function isDiskFull(error: unknown): boolean {
  const reason = error instanceof Failure ? error.details.reason : undefined;
  return reason !== undefined && /^database: SQLITE_(?:FULL|IOERR_SHMSIZE)/.test(reason);
}

/** Whether a translated error means that the database was lost, rather than that the statement was wrong. */
export function isDatabaseUnavailable(error: unknown): boolean {
  return error instanceof Failure && error.kind === "unavailable";
}

/**
 * Whether PostgreSQL refuses more connections for now: 53300 is too_many_connections, of the server, database or role.
 */
export function isTooManyConnections(error: unknown): boolean {
  return errorCode(error) === "53300";
}

/** The message of `pg` for a statement that it has given up. */
export const UNANSWERED = "Query read timeout";

/** Whether the client gave up the statement, so that its connection is still waiting for an answer. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof Error && error.message === UNANSWERED;
}

/**
 * Whether PostgreSQL has rolled back a transaction that may simply be run again: 40001 is serialization_failure, 40P01
 * deadlock_detected.
 */
export function isWorthRepeating(error: unknown): boolean {
  const reason = error instanceof Failure ? error.details.reason : undefined;
  return reason === "database: 40001" || reason === "database: 40P01";
}

function isUnavailable(code: string | undefined, message: string): boolean {
  if (code === undefined) return POSTGRES_MESSAGES.test(message);
  if (code.startsWith("SQLITE_")) return SQLITE_CODES.some((prefix) => code.startsWith(prefix));
  return (
    SYSTEM_CODES.has(code) || (code.length === 5 && POSTGRES_STATES.some((prefix) => code.startsWith(prefix)))
  );
}

/** Whether a unique key refused the row, on either database. */
export function isUniqueViolation(error: unknown): boolean {
  const code = errorCode(error);
  // PostgreSQL, appendix A: 23505 is unique_violation.
  return code === "23505" || code === "SQLITE_CONSTRAINT_UNIQUE" || code === "SQLITE_CONSTRAINT_PRIMARYKEY";
}

/** Whether a foreign key refused the statement, on either database. */
export function isForeignKeyViolation(error: unknown): boolean {
  const code = errorCode(error);
  // PostgreSQL, appendix A: 23503 is foreign_key_violation. SQLite names the action where the key is RESTRICT.
  return code === "23503" || code === "SQLITE_CONSTRAINT_FOREIGNKEY" || code === "SQLITE_CONSTRAINT_TRIGGER";
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
