import { randomUUID } from "node:crypto";
import { close, fstat, futimes, open as openCallback, readFileSync } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { hasCode } from "../has-code.ts";
import { isRunning } from "../is-running.ts";
import type { FetchResponse, FetchResponseKey, FetchResponses } from "./fetch-responses.ts";
import { openFileContent } from "./file-content.ts";
import { type GrowingResponse, growResponse } from "./growing-response.ts";

const FOLDER_MODE = 0o700;
/** A response may take this part of the room, so that one large repository does not push out all others. */
const ENTRY_SHARE = 1 / 4;
/** Many small responses cost more in names than in bytes. */
const ENTRIES_MAX = 20_000;
/** What must be left free on the disk: keeping responses must not be what fills it. */
const FREE_BYTES_MIN = 256 * 1024 ** 2;
/** The room that an eviction makes, so that not every response needs one. */
const EVICTION_SHARE = 0.9;
/**
 * How long a whole response waits until it is synced: by then the system has written most of it in its own time, and one that
 * is dropped soon costs the disk nothing. Until then it is for this run of the machine only.
 */
const SYNC_DELAY_MS = 30_000;
/** When a response was last used is its file's time of change, written at most this often. */
const TOUCH_MS = 60_000;
const UNFINISHED = ".unfinished";
const UNSYNCED = ".unsynced";

/**
 * Names this run of the machine. What is whole but not synced yet is whole for everybody until a loss of power, and so has
 * the run in its name: after the next start of the machine nobody looks for it. Elsewhere than on Linux each process has a
 * run of its own.
 */
const MACHINE_RUN = readMachineRun();

function readMachineRun(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
  } catch {
    return randomUUID();
  }
}

function unsyncedPath(path: string): string {
  return `${path}.${MACHINE_RUN}${UNSYNCED}`;
}

/** A descriptor that other processes are given; a FileHandle would be closed when it is no longer referred to. */
const openDescriptor = promisify(openCallback);
const NO_GROWTH = { hasEnded: () => true, more: () => Promise.resolve() };
const statDescriptor = promisify(fstat);
const touchDescriptor = promisify(futimes);

type StartWriter = Parameters<FetchResponses["open"]>[2];

/** A response that is being written; undefined where there was no room to begin. */
type Growing = Promise<GrowingResponse | undefined>;

/**
 * Responses as files below `folder`, in a folder for each repository, named by their digests. Several processes may use
 * the folder: each name stands for one content, and a file appears under its name only when it is whole and synced.
 */
export function openDiskFetchResponses(
  folder: string,
  bytesMax: number,
  syncDelayMs = SYNC_DELAY_MS,
): FetchResponses {
  const growing = new Map<string, Growing>();
  const entryBytesMax = bytesMax * ENTRY_SHARE;
  const evict = openEviction(folder, bytesMax);

  function begin(key: FetchResponseKey, path: string, startWriter: StartWriter): Growing {
    const entry = grow();
    const forget = () => {
      if (growing.get(path) === entry) growing.delete(path);
    };
    growing.set(path, entry);
    void entry.then((response) => response === undefined && forget(), forget);
    return entry;

    async function grow(): Promise<GrowingResponse | undefined> {
      const unfinished = `${path}.${process.pid}-${randomUUID()}${UNFINISHED}`;
      const file = await openFile(unfinished, key.sizeBytesGuess);
      if (file === undefined) return undefined;
      const response = growResponse(file, startWriter, () => forget());
      void finish(response, unfinished)
        .catch(() => rm(unfinished, { force: true }).catch(() => {}))
        .finally(() => {
          forget();
          response.release();
        });
      return response;
    }

    async function finish(response: GrowingResponse, unfinished: string): Promise<void> {
      // Nobody may follow what is broken.
      if (!(await response.ended)) forget();
      else if (await keep(unfinished, path)) return;
      await rm(unfinished, { force: true });
    }
  }

  /** @returns false if it is too large after all. */
  async function keep(unfinished: string, path: string): Promise<boolean> {
    const { size } = await stat(unfinished);
    if (size > entryBytesMax) return false;
    await rename(unfinished, unsyncedPath(path));
    setTimeout(() => void sync(path), syncDelayMs).unref();
    await evict(size);
    return true;
  }

  return {
    async open(key, signal, startWriter) {
      signal.throwIfAborted();
      const path = pathOf(folder, key);
      const kept = growing.has(path)
        ? undefined
        : ((await openKept(path)) ?? (await openKept(unsyncedPath(path))) ?? (await openKept(path)));
      if (kept !== undefined) return kept;
      if (key.sizeBytesGuess > entryBytesMax) return undefined;
      const followed = growing.get(path);
      const response = await (followed ?? begin(key, path, startWriter));
      return response && enter(response, signal, followed === undefined ? "miss" : "follow");
    },
    async removeRepository(repositoryUuid) {
      // Again if a response gets its name in between.
      await rm(join(folder, repositoryUuid), {
        recursive: true,
        force: true,
        maxRetries: 10,
        retryDelay: 20,
      });
    },
    sweep: () => sweep(folder),
  };
}

async function enter(
  response: GrowingResponse,
  signal: AbortSignal,
  outcome: "miss" | "follow",
): Promise<FetchResponse> {
  response.enter();
  try {
    await Promise.race([response.started, rejectionOf(signal)]);
  } catch (error) {
    response.leave();
    throw error;
  }
  return { outcome, content: response.openContent(), isWhole: response.ended };
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function pathOf(folder: string, { repositoryUuid, digest }: FetchResponseKey): string {
  return join(folder, repositoryUuid, digest);
}

async function openKept(path: string): Promise<FetchResponse | undefined> {
  let file: number;
  try {
    file = await openDescriptor(path, "r");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
  const leave = () => close(file, () => {});
  try {
    const { mtimeMs, size } = await statDescriptor(file);
    const now = new Date();
    // A disk that takes no more still gives what it has.
    if (now.getTime() - mtimeMs > TOUCH_MS) await touchDescriptor(file, now, now).catch(() => {});
    const content = openFileContent(file, { ...NO_GROWTH, sizeBytes: size }, leave);
    return { outcome: "hit", content, isWhole: Promise.resolve(true) };
  } catch (error) {
    leave();
    throw error;
  }
}

/** Undefined if the disk has no room for it or cannot be written: then the response is not kept. */
async function openFile(path: string, sizeBytesGuess: number): Promise<number | undefined> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE });
    const { bavail, bsize } = await statfs(dirname(path));
    if (bavail * bsize < FREE_BYTES_MIN + 2 * sizeBytesGuess) return undefined;
    return await openDescriptor(path, "wx+", 0o600);
  } catch (error) {
    if (["ENOSPC", "EDQUOT", "EROFS", "EACCES"].some((code) => hasCode(error, code))) return undefined;
    throw error;
  }
}

/** A loss of power must not leave the lasting name with half its content. What cannot be synced keeps its other name. */
async function sync(path: string): Promise<void> {
  try {
    const file = await open(unsyncedPath(path), "r");
    try {
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(unsyncedPath(path), path);
  } catch {
    // It was dropped meanwhile, or the disk is at fault: it is kept for this run of the machine, if at all.
  }
}

type Kept = { readonly path: string; readonly bytes: number; readonly usedMs: number };

/**
 * Deletes the longest unused responses when there are too many bytes or names. Between walks only what this process adds
 * is counted; a tenth of the room more leads to a walk, which sees what others have added.
 */
function openEviction(folder: string, bytesMax: number): (addedBytes: number) => Promise<void> {
  let bytesLeft = 0;
  let entriesLeft = 0;
  let walking: Promise<void> | undefined;

  async function walk(): Promise<void> {
    const kept = await listKept(folder);
    kept.sort((a, b) => a.usedMs - b.usedMs);
    let bytes = kept.reduce((sum, entry) => sum + entry.bytes, 0);
    let entries = kept.length;
    for (const entry of kept) {
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

async function listKept(folder: string): Promise<Kept[]> {
  const kept: Kept[] = [];
  for (const path of await listFiles(folder)) {
    // Evicted by another process in the meantime.
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined) kept.push({ path, bytes: found.size, usedMs: found.mtimeMs });
  }
  return kept;
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function sweep(folder: string): Promise<void> {
  for (const path of await listFiles(folder)) {
    if (path.endsWith(UNSYNCED) && !path.includes(MACHINE_RUN)) await rm(path, { force: true });
    const owner = /\.(\d+)-[0-9a-f-]+\.unfinished$/.exec(path)?.[1];
    if (owner === undefined || (Number(owner) !== process.pid && isRunning(Number(owner)))) continue;
    await rm(path, { force: true });
  }
}
