import { readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import SqliteDatabase from "better-sqlite3";
import { hasCode } from "../files/has-code.ts";
import { isRunning } from "./is-running.ts";

export type FileLock = { release(): void };

export type FileLockOutcome =
  | { readonly kind: "taken"; readonly lock: FileLock }
  /** Undefined if unknown, as for a process of another container. */
  | { readonly kind: "held"; readonly processId: number | undefined };

/** How long to wait for a process that has just taken the lock to note its id. */
const NOTE_MS_MAX = 1_000;
const NOTE_LOOK_MS = 50;

/** The locks of this process, by their real paths. */
const HELD = new Set<string>();

/**
 * Takes a lock that the system releases when the process ends, however it ends, so that no lock is ever stale. It is a
 * lock on an SQLite database at `path` in which nothing is stored. The process id of the owner is noted in a file
 * beside it, for messages only. The folder must exist, and the file stays: if it were deleted, two processes could lock
 * different files.
 *
 * @param note the file with the owner's process id, while the lock is taken.
 * @throws the error of the file system, or an `SqliteError`, if files cannot be locked.
 */
export async function takeFileLock(path: string, note = noteBeside(path)): Promise<FileLockOutcome> {
  const key = join(realpathSync(dirname(path)), basename(path));
  // POSIX locks belong to the process, which must not even open the file a second time.
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
          // The disk has become read-only. A note that stays blocks nobody.
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
    // Nothing is ever committed, so nothing needs to be synced, and there is no journal file.
    database.pragma("journal_mode = MEMORY");
    database.exec("begin exclusive");
    return database;
  } catch (error) {
    database.close();
    if (hasCode(error, "SQLITE_BUSY")) return undefined;
    throw error;
  }
}

/** On a full disk the owner is not noted: the lock may be taken in order to free space. */
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

/**
 * Without taking the lock. As unsure as the note of its owner: for messages only.
 *
 * @returns the id of the process that has it; undefined if none has, or its id is not known.
 */
export function findLockHolder(path: string): number | undefined {
  return readHolder(noteBeside(path));
}

/** Ignores the id of a process that was killed or of another container: it is of no running process, or of this one. */
function readHolder(path: string): number | undefined {
  try {
    const processId = Number.parseInt(readFileSync(path, "utf8"), 10);
    return processId !== process.pid && isRunning(processId) ? processId : undefined;
  } catch {
    return undefined;
  }
}

function noteBeside(path: string): string {
  return `${path}-holder`;
}
