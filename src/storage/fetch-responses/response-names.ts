import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { OWN_PROCESS, type ProcessName } from "../process-name.ts";
import type { FetchResponseKey } from "./fetch-responses.ts";

const UNFINISHED = ".unfinished";
const FOLLOWER = ".follower";
const UNSYNCED = ".unsynced";
const LEADER = ".leader";
const OWNED = /\.(\d+)(?:-(\d+))?-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.unfinished|\.follower)$/;

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

/** Of a response that is whole and synced. The names of all else of it begin with this. */
export function pathOf(folder: string, { repositoryUuid, digest }: FetchResponseKey): string {
  return join(folder, repositoryUuid, digest);
}

/** Of a response that is whole. */
export function unsyncedPath(path: string): string {
  return `${path}.${MACHINE_RUN}${UNSYNCED}`;
}

/** Of a new file that this process writes, or lets git write. */
export function newStagingPath(path: string): string {
  return `${path}.${ownerMark()}${UNFINISHED}`;
}

/** Of a link to the file of somebody else, by which that somebody can see that it is read here. */
export function newFollowerPath(path: string): string {
  return `${path}.${ownerMark()}${FOLLOWER}`;
}

/** Of the link that says which unfinished file is to be followed. */
export function leaderPath(path: string): string {
  return `${path}.${MACHINE_RUN}${LEADER}`;
}

function ownerMark(): string {
  const { id, started } = OWN_PROCESS;
  return `${id}${started === undefined ? "" : `-${started}`}-${randomUUID()}`;
}

/** Whose an unfinished file, or the link of a follower, is. */
export function parseOwner(name: string): ProcessName | undefined {
  const [, id, started] = OWNED.exec(name) ?? [];
  if (id === undefined) return undefined;
  return { id: Number(id), started: started === undefined ? undefined : Number(started) };
}

export function isLeaderPath(path: string): boolean {
  return path.endsWith(LEADER);
}

export function isFollowerPath(path: string): boolean {
  return path.endsWith(FOLLOWER);
}

/** Whether it is of a run of the machine that is over. */
export function isOfEarlierRun(path: string): boolean {
  return [UNSYNCED, LEADER].some((end) => path.endsWith(end)) && !path.includes(MACHINE_RUN);
}
