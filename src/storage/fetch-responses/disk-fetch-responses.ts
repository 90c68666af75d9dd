import { close, closeSync, existsSync, fstatSync, futimes, open as openCallback, openSync } from "node:fs";
import { open, readdir, rename, rm, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { hasCode } from "../files/has-code.ts";
import { makeFolders } from "../files/make-folders.ts";
import { openEviction, sweepLeftovers } from "./eviction.ts";
import type { FetchResponse, FetchResponseKey, FetchResponses } from "./fetch-responses.ts";
import { openFileContent } from "./file-content.ts";
import { type GrowingResponse, growResponse } from "./growing-response.ts";
import { newStagingPath, pathOf, unsyncedPath } from "./response-names.ts";
import {
  findOtherWriter,
  GROWING_MODE,
  type OtherWriter,
  openWriterClaim,
  type WriterClaim,
  WriterGoneError,
} from "./writer-claim.ts";

/** A response may take this part of the room, so that one large repository does not push out all others. */
const ENTRY_SHARE = 1 / 4;
/** What must be left free on the disk: the cache must not be what fills it. */
const FREE_BYTES_MIN = 256 * 1024 ** 2;
/**
 * How long a complete response waits until it is synced: by then the system has written most of it in its own time, and one that
 * is dropped soon costs the disk nothing. Until then it is for this run of the machine only.
 */
const SYNC_DELAY_MS = 30_000;
/** After so many attempts to read what another process writes, each of which found it gone, the response is written here in any case. */
const READ_ATTEMPTS_MAX = 4;
/** When a response was last used is its file's time of change, written at most this often. */
const TOUCH_MS = 60_000;
const CLOSED_AT_ONCE_BYTES_MAX = 1024 * 1024;

/** A descriptor that other processes are given; a FileHandle would be closed when it is no longer referred to. */
const openDescriptor = promisify(openCallback);
const NO_GROWTH = { hasEnded: () => true, more: () => Promise.resolve() };
const touchDescriptor = promisify(futimes);

type StartWriter = Parameters<FetchResponses["open"]>[2];

type GrowingEntry = { readonly response: GrowingResponse; readonly isWrittenHere: boolean };

/** A response that is being written; undefined where there was no room to begin, `gone` if its writer in another process had just ended. */
type Growing = Promise<GrowingEntry | "gone" | undefined>;

/**
 * Responses as files below `folder`, in a folder for each repository, named by their digests. Several processes may use
 * the folder: each name stands for one content, and a file appears under its name only when it is complete and synced.
 */
export function openDiskFetchResponses(
  folder: string,
  bytesMax: number,
  syncDelayMs = SYNC_DELAY_MS,
): FetchResponses {
  const growing = new Map<string, Growing>();
  const entryBytesMax = bytesMax * ENTRY_SHARE;
  const evict = openEviction(folder, bytesMax);

  function begin(
    key: FetchResponseKey,
    path: string,
    startWriter: StartWriter,
    ignoresOthers: boolean,
  ): Growing {
    const entry = grow();
    const forget = () => {
      if (growing.get(path) === entry) growing.delete(path);
    };
    growing.set(path, entry);
    void entry.then((begun) => {
      if (begun === undefined || begun === "gone") forget();
    }, forget);
    return entry;

    async function grow(): Promise<GrowingEntry | "gone" | undefined> {
      const other = ignoresOthers ? undefined : await findOtherWriter(path);
      if (other === "gone") return other;
      if (other !== undefined) return readFrom(other);
      // One that has ended between the look for its response and the look for itself.
      return !ignoresOthers && isCached(path) ? "gone" : writeHere();
    }

    function readFrom({ file, watch }: OtherWriter): GrowingEntry {
      const response = growResponse(file, watch, forget);
      void response.ended.then(() => {
        forget();
        response.release();
      });
      return { response, isWrittenHere: false };
    }

    async function writeHere(): Promise<GrowingEntry | "gone" | undefined> {
      const staging = newStagingPath(path);
      const file = await openFile(staging, key.sizeBytesGuess);
      if (file === undefined) return undefined;
      const claim = openWriterClaim(path, staging, file);
      if (!(await claim.announce()) && !ignoresOthers) {
        close(file, () => {});
        await rm(staging, { force: true });
        return "gone";
      }
      const response = growResponse(file, startWriter, forget, claim);
      void finish(response, claim, staging)
        .catch(() => rm(staging, { force: true }).catch(() => {}))
        .finally(async () => {
          await claim.withdraw();
          forget();
          response.release();
        });
      return { response, isWrittenHere: true };
    }

    async function finish(response: GrowingResponse, claim: WriterClaim, staging: string): Promise<void> {
      const isComplete = await response.ended;
      // Nobody else may read what is broken.
      if (!isComplete) forget();
      await claim.tellEnd(isComplete);
      if (isComplete && (await publish(staging, path))) return;
      await rm(staging, { force: true });
    }
  }

  /** @returns false if it is too large after all. */
  async function publish(staging: string, path: string): Promise<boolean> {
    const { size } = await stat(staging);
    if (size > entryBytesMax) return false;
    await rename(staging, unsyncedPath(path));
    setTimeout(() => void sync(path), syncDelayMs).unref();
    await evict(size);
    return true;
  }

  /** @returns `again` if what was there has gone meanwhile. */
  async function openOnce(
    key: FetchResponseKey,
    signal: AbortSignal,
    startWriter: StartWriter,
    ignoresOthers: boolean,
  ): Promise<FetchResponse | "again" | undefined> {
    signal.throwIfAborted();
    const path = pathOf(folder, key);
    const cached = growing.has(path)
      ? undefined
      : ((await openCached(path)) ?? (await openCached(unsyncedPath(path))) ?? (await openCached(path)));
    if (cached !== undefined) return cached;
    if (key.sizeBytesGuess > entryBytesMax) return undefined;
    const underWay = growing.get(path);
    const entry = await (underWay ?? begin(key, path, startWriter, ignoresOthers));
    if (entry === undefined) return undefined;
    if (entry === "gone" || !entry.response.enter()) return "again";
    const { response, isWrittenHere } = entry;
    try {
      await Promise.race([response.started, rejectionOf(signal)]);
    } catch (error) {
      response.leave();
      if (error instanceof WriterGoneError) return "again";
      throw error;
    }
    return {
      outcome: underWay === undefined && isWrittenHere ? "miss" : "coalesced",
      content: response.openContent(),
      isComplete: response.ended,
    };
  }

  return {
    async open(key, signal, startWriter) {
      for (let time = 1; ; time += 1) {
        const response = await openOnce(key, signal, startWriter, time >= READ_ATTEMPTS_MAX);
        if (response !== "again") return response;
      }
    },
    async clear() {
      const entries = await readdir(folder).catch(() => []);
      const options = { recursive: true, force: true, maxRetries: 10, retryDelay: 20 };
      for (const entry of entries) await rm(join(folder, entry), options);
      return entries.length > 0;
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
    sweep: () => sweepLeftovers(folder),
  };
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** Without threads where it can be: what is fetched often is in memory, names and bytes, and a thread costs more than the calls. */
async function openCached(path: string): Promise<FetchResponse | undefined> {
  // An error of opening costs more than this question.
  if (!existsSync(path)) return undefined;
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
  try {
    const { mtimeMs, size } = fstatSync(file);
    // The last close of a file that was removed meanwhile frees its bytes, which takes its time for a large one.
    const leave = () => (size <= CLOSED_AT_ONCE_BYTES_MAX ? closeSync(file) : close(file, () => {}));
    const now = new Date();
    const isInMemory = Math.abs(now.getTime() - mtimeMs) <= TOUCH_MS;
    // A disk that takes no more still gives what it has.
    if (!isInMemory) await touchDescriptor(file, now, now).catch(() => {});
    const content = openFileContent(file, { ...NO_GROWTH, sizeBytes: size, isInMemory }, leave);
    return { outcome: "hit", content, isComplete: Promise.resolve(true) };
  } catch (error) {
    close(file, () => {});
    throw error;
  }
}

function isCached(path: string): boolean {
  return existsSync(unsyncedPath(path)) || existsSync(path);
}

/** Undefined if the disk has no room for it or cannot be written: then the response is not cached. */
async function openFile(path: string, sizeBytesGuess: number): Promise<number | undefined> {
  try {
    await makeFolders(dirname(path));
    const { bavail, bsize } = await statfs(dirname(path));
    if (bavail * bsize < FREE_BYTES_MIN + 2 * sizeBytesGuess) return undefined;
    return await openDescriptor(path, "wx+", GROWING_MODE);
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
    // It was dropped meanwhile, or the disk is at fault: it is cached for this run of the machine, if at all.
  }
}
