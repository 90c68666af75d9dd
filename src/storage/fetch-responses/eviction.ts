import { readdir, readlink, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "../files/has-code.ts";
import { isNamedRunning } from "../processes/process-name.ts";
import { isClaimPath, isOfEarlierRun, isReaderPath, parseOwner } from "./response-names.ts";

/** The most files: many small responses cost more by their number than by their size. */
const ENTRIES_MAX = 20_000;
/** An eviction goes on until this share is used, so that not every new response causes one. */
const EVICTION_SHARE = 0.9;

/** The greatest difference between two readings of one clock. */
const AHEAD_MS_MAX = 60_000;

type Entry = { readonly path: string; readonly bytes: number; readonly usedMs: number };

/**
 * Deletes the least recently used responses when there are too many bytes or files. Between two walks through the
 * folder only the additions of this process are counted; after a tenth of the limit a walk follows, which sees the
 * additions of others.
 */
export function openEviction(folder: string, bytesMax: number): (addedBytes: number) => Promise<void> {
  let bytesLeft = 0;
  let entriesLeft = 0;
  let walking: Promise<void> | undefined;

  async function walk(): Promise<void> {
    await sweepLeftovers(folder);
    const found = await listEntries(folder);
    found.sort((a, b) => a.usedMs - b.usedMs);
    let bytes = found.reduce((sum, entry) => sum + entry.bytes, 0);
    let entries = found.length;
    for (const entry of found) {
      if (bytes <= bytesMax * EVICTION_SHARE && entries <= ENTRIES_MAX * EVICTION_SHARE) break;
      await rm(entry.path, { force: true });
      bytes -= entry.bytes;
      entries -= 1;
    }
    bytesLeft = bytesMax * (1 - EVICTION_SHARE);
    entriesLeft = ENTRIES_MAX * (1 - EVICTION_SHARE);
  }

  return async (addedBytes) => {
    bytesLeft -= addedBytes;
    entriesLeft -= 1;
    if (bytesLeft >= 0 && entriesLeft >= 0) return;
    walking ??= walk().finally(() => {
      walking = undefined;
    });
    await walking;
  };
}

async function listEntries(folder: string): Promise<Entry[]> {
  const found: Entry[] = [];
  for (const path of await listFiles(folder)) {
    // Links to files that are already counted.
    if (isClaimPath(path) || isReaderPath(path)) continue;
    // The file may have been evicted by another process in the meantime.
    const file = await stat(path).catch(() => undefined);
    if (file !== undefined) found.push({ path, bytes: file.size, usedMs: usedMsOf(file.mtimeMs) });
  }
  return found;
}

/**
 * A time in the future was written by a clock that was ahead. The response has not been used since, as that would have
 * corrected the time.
 */
function usedMsOf(mtimeMs: number): number {
  return mtimeMs > Date.now() + AHEAD_MS_MAX ? 0 : mtimeMs;
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Removes what processes that have ended, and earlier runs of the machine, have left. */
export async function sweepLeftovers(folder: string): Promise<void> {
  for (const path of await listFiles(folder)) if (await isLeftover(path)) await rm(path, { force: true });
}

async function isLeftover(path: string): Promise<boolean> {
  if (isOfEarlierRun(path)) return true;
  const name = isClaimPath(path) ? await readlink(path).catch(() => "") : path;
  const owner = parseOwner(name);
  return owner !== undefined && !isNamedRunning(owner);
}
