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

/** The share of the cache that one response may use, so that a large repository does not displace all others. */
const ENTRY_SHARE = 1 / 4;
/** The cache stops growing at this much free space, so that it does not fill the disk. */
const FREE_BYTES_MIN = 256 * 1024 ** 2;
/**
 * How long a complete response waits before it is synced. By then the system has written most of it by itself, and a
 * response that is dropped soon costs the disk nothing. Until it is synced it is used only until the machine restarts.
 */
const SYNC_DELAY_MS = 30_000;
/**
 * How often to try to read what another process writes. If it has ended each time, this process writes the response.
 */
const READ_ATTEMPTS_MAX = 4;
/** The modification time of a file tells when its response was last used. It is updated at most this often. */
const TOUCH_MS = 60_000;
const CLOSED_AT_ONCE_BYTES_MAX = 1024 * 1024;

/**
 * A descriptor, which can be passed to other processes; a FileHandle would be closed when nothing refers to it any
 * more.
 */
const openDescriptor = promisify(openCallback);
const NO_GROWTH = { hasEnded: () => true, more: () => Promise.resolve() };
const touchDescriptor = promisify(futimes);

type StartWriter = Parameters<FetchResponses["open"]>[2];

type GrowingEntry = { readonly response: GrowingResponse; readonly isWrittenHere: boolean };

/**
 * A response that is being written; undefined if there was no space to begin, `gone` if its writer in another process
 * has just ended.
 */
type Growing = Promise<GrowingEntry | "gone" | undefined>;

/**
 * Stores responses as files below `folder`, in a folder for each repository, named by their digests. Several processes
 * may use the folder: each name stands for one content, and a file gets its final name only when it is complete and
 * synced.
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
      // `gone` if a writer ended between looking for the response and looking for a writer.
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
      // An incomplete response must not get further readers.
      if (!isComplete) forget();
      await claim.tellEnd(isComplete);
      if (isComplete && (await publish(staging, path))) return;
      await rm(staging, { force: true });
    }
  }

  /** @returns false if it turned out to be too large. */
  async function publish(staging: string, path: string): Promise<boolean> {
    const { size } = await stat(staging);
    if (size > entryBytesMax) return false;
    await rename(staging, unsyncedPath(path));
    setTimeout(() => void sync(path), syncDelayMs).unref();
    await evict(size);
    return true;
  }

  /** @returns `again` if the response or its writer disappeared meanwhile. */
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
      // Retried if a response gets its name in the meantime.
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

/**
 * Uses synchronous calls: names and bytes of popular responses are in memory, and a thread costs more than the calls.
 */
async function openCached(path: string): Promise<FetchResponse | undefined> {
  // This check costs less than the error of opening a missing file.
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
    // The last close of a file that was removed meanwhile frees its bytes, which takes long for a large file.
    const leave = () => (size <= CLOSED_AT_ONCE_BYTES_MAX ? closeSync(file) : close(file, () => {}));
    const now = new Date();
    const isInMemory = Math.abs(now.getTime() - mtimeMs) <= TOUCH_MS;
    // A full or read-only disk can still be read from.
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

/** Undefined if the disk has no space for it or cannot be written: the response is then not cached. */
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

/**
 * After a loss of power, the final name must not belong to incomplete content. A file that cannot be synced keeps its
 * other name.
 */
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
    // It was dropped meanwhile, or the disk fails: it is cached until the machine restarts, if at all.
  }
}
