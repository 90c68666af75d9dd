import { close, fchmod, fstatSync, open as openCallback } from "node:fs";
import { link, readlink, rm, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { hasCode } from "../has-code.ts";
import { isNamedRunning, type ProcessName } from "../process-name.ts";
import type { ResponseWriter } from "./fetch-responses.ts";
import { leaderPath, newFollowerPath, parseOwner } from "./response-names.ts";

/*
 * How one process reads what another one writes. There are no messages between them, and either may be killed at any time:
 *
 * - the leader makes a symbolic link, named by what is asked for, to its unfinished file, which has the leader's name in its own;
 * - a follower makes a second name for the file, and so the leader sees in the number of names that it is read elsewhere;
 * - how it ended is the file's mode, which a follower that has it open sees whatever became of its names;
 * - a leader that is not running any more has ended it without a word.
 *
 * Two leaders for one thing do no harm: it is made twice.
 */

/** Modes of the file: for its owner, who alone may enter the folder. */
export const GROWING_MODE = 0o600;
const WHOLE_MODE = 0o400;
const BROKEN_MODE = 0o200;
const MODE_BITS = 0o777;
/** A follower looks this often for the end, and each so many times whether the leader runs. */
const LOOK_MS = 5;
const LOOKS_FOR_LEADER = 20;
/** A leader that runs and writes nothing for so long is taken for gone: git itself gives a sign of life every 5 s. */
const SILENT_MS_MAX = 180_000;

const openDescriptor = promisify(openCallback);
const changeMode = promisify(fchmod);

/** What others can see of a file that is being written. Nothing of it throws: without it the same is made twice. */
export type Lead = {
  /** @returns false if somebody else leads. Where nothing can be shown, nobody does. */
  show(): Promise<boolean>;
  /** After this nobody begins to follow whom `isFollowed` does not see. */
  hide(): Promise<void>;
  isFollowed(): boolean;
  tellEnd(isWhole: boolean): Promise<void>;
};

/** @param file the open file (a descriptor) at `unfinished`. */
export function openLead(path: string, unfinished: string, file: number): Lead {
  const shown = leaderPath(path);
  const target = basename(unfinished);
  /** @returns whether the name is taken. */
  const tryToLink = () =>
    symlink(target, shown).then(
      () => false,
      (error: unknown) => hasCode(error, "EEXIST"),
    );
  return {
    async show() {
      if (!(await tryToLink())) return true;
      const owner = parseOwner((await readShown(shown)) ?? "");
      if (owner !== undefined && isNamedRunning(owner)) return false;
      // A leader that was killed has left it.
      await rm(shown, { force: true }).catch(() => {});
      return !(await tryToLink());
    },
    async hide() {
      if ((await readShown(shown)) === target) await rm(shown, { force: true }).catch(() => {});
    },
    isFollowed: () => fstatSync(file).nlink > 1,
    tellEnd: (isWhole) => changeMode(file, isWhole ? WHOLE_MODE : BROKEN_MODE).catch(() => {}),
  };
}

/** The leader has ended before the first byte: look again, and make it. */
export class LeaderGoneError extends Error {}

export type Followed = {
  /** Open; a descriptor. */
  readonly file: number;
  /** In place of a writer. @throws LeaderGoneError, or the reason of `isUnwanted` if nobody waits for the first byte. */
  watch(file: number, isUnwanted: AbortSignal): Promise<ResponseWriter>;
};

/** Undefined if there is no leader to follow. `gone`: there was one until now, so there may be a response. */
export async function findLeader(path: string): Promise<Followed | "gone" | undefined> {
  const shown = leaderPath(path);
  const target = await readShown(shown);
  const owner = parseOwner(target ?? "");
  if (target === undefined || owner === undefined || !isNamedRunning(owner)) return undefined;
  const own = newFollowerPath(path);
  try {
    await link(join(dirname(path), basename(target)), own);
  } catch (error) {
    // Where a file can have no second name nobody follows.
    return hasCode(error, "ENOENT") ? "gone" : undefined;
  }
  const leave = () => void rm(own, { force: true }).catch(() => {});
  // The leader hides before it looks for followers. Still shown after the link was made: it will see it.
  const file =
    (await readShown(shown)) === target ? await openUnbroken(own).catch(() => undefined) : undefined;
  if (file === undefined) {
    leave();
    return "gone";
  }
  return { file, watch: (_file, isUnwanted) => watchLeader(file, owner, isUnwanted, leave) };
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

function readShown(shown: string): Promise<string | undefined> {
  return readlink(shown).catch(() => undefined);
}

async function watchLeader(
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
    // Asked before the file: what a leader has told before its end is seen.
    const isGone = looks++ % LOOKS_FOR_LEADER === 0 && !isNamedRunning(owner);
    // The mode first: what is written after the end was told is nothing.
    const mode = modeOf(file);
    const { size } = fstatSync(file);
    if (size > sizeSeen) {
      sizeSeen = size;
      grownAt = performance.now();
      begun.resolve();
    }
    if (mode === WHOLE_MODE) return true;
    if (mode === BROKEN_MODE) return false;
    return isGone || performance.now() - grownAt > SILENT_MS_MAX ? false : undefined;
  }

  const timer = setInterval(lookOn, LOOK_MS);

  function lookOn(): void {
    const isWhole = look();
    if (isWhole !== undefined) end(isWhole);
  }

  function end(isWhole: boolean): void {
    clearInterval(timer);
    leave();
    if (isWhole || sizeSeen > 0) begun.resolve();
    else begun.reject(new LeaderGoneError("the leader of a response has ended before its first byte"));
    ended.resolve(isWhole);
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
