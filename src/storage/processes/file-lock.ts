import { readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import SqliteDatabase from "better-sqlite3";
import { hasCode } from "../files/has-code.ts";
import { isRunning } from "./is-running.ts";

export type FileLock = { release(): void };

export type FileLockOutcome =
  | { readonly kind: "taken"; readonly lock: FileLock }
  /** Undefined: it is not known, as for a process of another container. */
  | { readonly kind: "held"; readonly processId: number | undefined };

/** How long a holder that has just taken the lock is given to note itself. */
const NOTE_MS_MAX = 1_000;
const NOTE_LOOK_MS = 50;

/** Of locks that this process holds, by their real paths. */
const HELD = new Set<string>();

/**
 * Takes a lock that the system gives up when the process ends, however it ends, so that no lock is ever stale: it lies on an
 * SQLite database at `path` that nothing is stored in. Who holds it is noted in a file beside it, for a message only. The
 * folder must be there, and the file stays: to delete it would let two processes lock different ones.
 *
 * @param note the file that says who holds it, while somebody does.
 * @throws the error of the file system, or an `SqliteError`, where files cannot be locked.
 */
export async function takeFileLock(path: string, note = `${path}-holder`): Promise<FileLockOutcome> {
  const key = join(realpathSync(dirname(path)), basename(path));
  // POSIX locks are the process's own: it must not even open the file a second time.
  if (HELD.has(key)) return { kind: "held", processId: process.pid };
  const database = openLockDatabase(path);
  if (database === undefined) return { kind: "held", processId: await findHolder(note) };
  HELD.add(key);
  noteHolder(note);
  return {
    kind: "taken",
    lock: {
      release() {
        if (!HELD.delete(key)) return;
        try {
          rmSync(note, { force: true });
        } catch {
          // A disk that can only be read by now. A note that stays keeps nobody out.
        }
        database.close();
      },
    },
  };
}

/** @returns undefined if another process has locked it. */
function openLockDatabase(path: string): SqliteDatabase.Database | undefined {
  const database = new SqliteDatabase(path, { timeout: 0 });
  try {
    // Nothing is ever committed, so nothing need be synced, and no journal lies beside it.
    database.pragma("journal_mode = MEMORY");
    database.exec("begin exclusive");
    return database;
  } catch (error) {
    database.close();
    if (hasCode(error, "SQLITE_BUSY")) return undefined;
    throw error;
  }
}

/** On a full disk nobody is told who holds the lock: it may be taken to make room. */
function noteHolder(path: string): void {
  try {
    writeFileSync(path, `${process.pid}\n`, { mode: 0o600 });
  } catch (error) {
    if (!hasCode(error, "ENOSPC") && !hasCode(error, "EDQUOT")) throw error;
  }
}

async function findHolder(path: string): Promise<number | undefined> {
  for (let waitedMs = 0; ; waitedMs += NOTE_LOOK_MS) {
    const processId = readHolder(path);
    if (processId !== undefined || waitedMs >= NOTE_MS_MAX) return processId;
    await wait(NOTE_LOOK_MS);
  }
}

/** A note of a process that was killed, or of another container, names none that runs, or this one. */
function readHolder(path: string): number | undefined {
  try {
    const processId = Number.parseInt(readFileSync(path, "utf8"), 10);
    return processId !== process.pid && isRunning(processId) ? processId : undefined;
  } catch {
    return undefined;
  }
}
