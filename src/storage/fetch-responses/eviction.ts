import { readdir, readlink, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "../files/has-code.ts";
import { isNamedRunning } from "../processes/process-name.ts";
import { isClaimPath, isOfEarlierRun, isReaderPath, parseOwner } from "./response-names.ts";

/** Many small responses cost more in names than in bytes. */
const ENTRIES_MAX = 20_000;
/** The room that an eviction makes, so that not every response needs one. */
const EVICTION_SHARE = 0.9;

/** As far as two readings of one clock may be apart. */
const AHEAD_MS_MAX = 60_000;

type Entry = { readonly path: string; readonly bytes: number; readonly usedMs: number };

/**
 * Deletes the longest unused responses when there are too many bytes or names. Between walks only what this process adds
 * is counted; a tenth of the room more leads to a walk, which sees what others have added.
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
    // Second names for what is counted.
    if (isClaimPath(path) || isReaderPath(path)) continue;
    // Evicted by another process in the meantime.
    const file = await stat(path).catch(() => undefined);
    if (file !== undefined) found.push({ path, bytes: file.size, usedMs: usedMsOf(file.mtimeMs) });
  }
  return found;
}

/** What was used in the future, by a clock that was ahead, has not been used since: that would have set it right. */
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

/** Removes what processes that are gone, and earlier runs of the machine, have left. */
export async function sweepLeftovers(folder: string): Promise<void> {
  for (const path of await listFiles(folder)) if (await isLeftover(path)) await rm(path, { force: true });
}

async function isLeftover(path: string): Promise<boolean> {
  if (isOfEarlierRun(path)) return true;
  const name = isClaimPath(path) ? await readlink(path).catch(() => "") : path;
  const owner = parseOwner(name);
  return owner !== undefined && !isNamedRunning(owner);
}
