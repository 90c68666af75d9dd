import { close, fchmod, fstatSync, open as openCallback } from "node:fs";
import { link, readlink, rm, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { hasCode } from "../files/has-code.ts";
import { isNamedRunning, type ProcessName } from "../processes/process-name.ts";
import type { ResponseWriter } from "./fetch-responses.ts";
import { claimPath, newReaderPath, parseOwner } from "./response-names.ts";

/*
 * How one process reads a cache entry while another one writes it. There are no messages between them, and either may be killed
 * at any time:
 *
 * - the writer claims the entry: it makes a symbolic link, named by the entry's key, to its staging file, whose name has the
 *   writer's process in it;
 * - a reader makes a hard link to the file, so that the writer sees in the number of links that another process reads it;
 * - the file's mode says how the writing ended. A reader that has the file open sees that whatever becomes of the names;
 * - a writer whose process has ended without setting the mode has failed.
 *
 * Two writers may race for one entry. It is then written twice, which is harmless.
 */

/** Modes of the file. Only the owner may enter its folder. */
export const GROWING_MODE = 0o600;
const COMPLETE_MODE = 0o400;
const BROKEN_MODE = 0o200;
const MODE_BITS = 0o777;
/** How often a reader looks for the end. It looks for the writer's process once in several times. */
const LOOK_MS = 5;
const LOOKS_FOR_WRITER = 20;
/** A writer that writes nothing for this long is considered failed: git itself sends a sign of life every 5 s. */
const SILENT_MS_MAX = 180_000;

const openDescriptor = promisify(openCallback);
const changeMode = promisify(fchmod);

/**
 * What other processes can see of an entry that is being written. No function throws: without a claim the entry is
 * written twice.
 */
export type WriterClaim = {
  /** @returns false if another process has claimed the entry. True if links cannot be made. */
  announce(): Promise<boolean>;
  /** After this, no reader can begin without being seen by `isReadElsewhere`. */
  withdraw(): Promise<void>;
  isReadElsewhere(): boolean;
  tellEnd(isComplete: boolean): Promise<void>;
};

/** @param file the open file (a descriptor) at `staging`. */
export function openWriterClaim(path: string, staging: string, file: number): WriterClaim {
  const claim = claimPath(path);
  const target = basename(staging);
  /** @returns whether the name is taken. */
  const tryToLink = () =>
    symlink(target, claim).then(
      () => false,
      (error: unknown) => hasCode(error, "EEXIST"),
    );
  return {
    async announce() {
      if (!(await tryToLink())) return true;
      const owner = parseOwner((await readClaim(claim)) ?? "");
      if (owner !== undefined && isNamedRunning(owner)) return false;
      // A writer that was killed has left it.
      await rm(claim, { force: true }).catch(() => {});
      return !(await tryToLink());
    },
    async withdraw() {
      if ((await readClaim(claim)) === target) await rm(claim, { force: true }).catch(() => {});
    },
    isReadElsewhere: () => fstatSync(file).nlink > 1,
    tellEnd: (isComplete) => changeMode(file, isComplete ? COMPLETE_MODE : BROKEN_MODE).catch(() => {}),
  };
}

/** The writer has ended before the first byte: the entry has to be looked up again, or written. */
export class WriterGoneError extends Error {}

/** A writer in another process. */
export type OtherWriter = {
  /** An open descriptor. */
  readonly file: number;
  /**
   * Takes the place of a writer. @throws WriterGoneError, or the reason of `isUnwanted` if nobody waits for the first
   * byte.
   */
  watch(file: number, isUnwanted: AbortSignal): Promise<ResponseWriter>;
};

/** Undefined if no other process writes the entry. `gone`: one has just ended, so the entry may exist now. */
export async function findOtherWriter(path: string): Promise<OtherWriter | "gone" | undefined> {
  const claim = claimPath(path);
  const target = await readClaim(claim);
  const owner = parseOwner(target ?? "");
  if (target === undefined || owner === undefined || !isNamedRunning(owner)) return undefined;
  const own = newReaderPath(path);
  try {
    await link(join(dirname(path), basename(target)), own);
  } catch (error) {
    // Without hard links no process can read what another one is writing.
    return hasCode(error, "ENOENT") ? "gone" : undefined;
  }
  const leave = () => void rm(own, { force: true }).catch(() => {});
  // The writer withdraws its claim before it looks for readers. If the claim still exists after the link was made, the
  // writer will see the link.
  const file =
    (await readClaim(claim)) === target ? await openUnbroken(own).catch(() => undefined) : undefined;
  if (file === undefined) {
    leave();
    return "gone";
  }
  return { file, watch: (_file, isUnwanted) => watchWriter(file, owner, isUnwanted, leave) };
}

async function openUnbroken(path: string): Promise<number | undefined> {
  const file = await openDescriptor(path, "r");
  if (modeOf(file) !== BROKEN_MODE) return file;
  close(file, () => {});
  return undefined;
}

function modeOf(file: number): number {
  return fstatSync(file).mode & MODE_BITS;
}

function readClaim(claim: string): Promise<string | undefined> {
  return readlink(claim).catch(() => undefined);
}

async function watchWriter(
  file: number,
  owner: ProcessName,
  isUnwanted: AbortSignal,
  leave: () => void,
): Promise<ResponseWriter> {
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<boolean>();
  let looks = 0;
  let sizeSeen = 0;
  let grownAt = performance.now();

  /** @returns how it has ended; undefined if it has not. */
  function look(): boolean | undefined {
    // Checked before the file, so that an end which the writer has recorded before it exited is seen.
    const isGone = looks++ % LOOKS_FOR_WRITER === 0 && !isNamedRunning(owner);
    // The mode is read first: nothing is written after the end was recorded.
    const mode = modeOf(file);
    const { size } = fstatSync(file);
    if (size > sizeSeen) {
      sizeSeen = size;
      grownAt = performance.now();
      begun.resolve();
    }
    if (mode === COMPLETE_MODE) return true;
    if (mode === BROKEN_MODE) return false;
    return isGone || performance.now() - grownAt > SILENT_MS_MAX ? false : undefined;
  }

  const timer = setInterval(lookOn, LOOK_MS);

  function lookOn(): void {
    const isComplete = look();
    if (isComplete !== undefined) end(isComplete);
  }

  function end(isComplete: boolean): void {
    clearInterval(timer);
    leave();
    if (isComplete || sizeSeen > 0) begun.resolve();
    else begun.reject(new WriterGoneError("the writer of a response has ended before its first byte"));
    ended.resolve(isComplete);
  }

  const giveUp = () => {
    begun.reject(isUnwanted.reason);
    end(false);
  };
  isUnwanted.addEventListener("abort", giveUp, { once: true });
  if (isUnwanted.aborted) giveUp();
  else lookOn();
  await begun.promise;
  return { ended: ended.promise, stop: () => end(false) };
}
