import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { OWN_PROCESS, type ProcessName } from "../processes/process-name.ts";
import type { FetchResponseKey } from "./fetch-responses.ts";

/*
 * The endings are those that all versions have used: a start removes what an older version has left, and during an upgrade
 * processes of both versions may use the folder.
 */
const STAGING = ".unfinished";
const READER = ".follower";
const UNSYNCED = ".unsynced";
const CLAIM = ".leader";
const OWNED = /\.(\d+)(?:-(\d+))?-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.unfinished|\.follower)$/;

/**
 * Names this run of the machine. What is complete but not synced yet is complete for everybody until a loss of power, and so has
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

/** Of a response that is complete and synced. The names of all else of it begin with this. */
export function pathOf(folder: string, { repositoryUuid, digest }: FetchResponseKey): string {
  return join(folder, repositoryUuid, digest);
}

/** Of a response that is complete. */
export function unsyncedPath(path: string): string {
  return `${path}.${MACHINE_RUN}${UNSYNCED}`;
}

/** Of a new file that this process writes, or lets git write. */
export function newStagingPath(path: string): string {
  return `${path}.${ownerMark()}${STAGING}`;
}

/** Of a link to the staging file of another process, by which that process can see that it is read here. */
export function newReaderPath(path: string): string {
  return `${path}.${ownerMark()}${READER}`;
}

/** Of the link to the staging file of the process that writes the response. */
export function claimPath(path: string): string {
  return `${path}.${MACHINE_RUN}${CLAIM}`;
}

function ownerMark(): string {
  const { id, started } = OWN_PROCESS;
  return `${id}${started === undefined ? "" : `-${started}`}-${randomUUID()}`;
}

/** The process that a staging file, or the link of a reader, belongs to. */
export function parseOwner(name: string): ProcessName | undefined {
  const [, id, started] = OWNED.exec(name) ?? [];
  if (id === undefined) return undefined;
  return { id: Number(id), started: started === undefined ? undefined : Number(started) };
}

export function isClaimPath(path: string): boolean {
  return path.endsWith(CLAIM);
}

export function isReaderPath(path: string): boolean {
  return path.endsWith(READER);
}

/** Whether it is of a run of the machine that is over. */
export function isOfEarlierRun(path: string): boolean {
  return [UNSYNCED, CLAIM].some((end) => path.endsWith(end)) && !path.includes(MACHINE_RUN);
}
