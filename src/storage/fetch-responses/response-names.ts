import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { OWN_PROCESS, type ProcessName } from "../processes/process-name.ts";
import type { FetchResponseKey } from "./fetch-responses.ts";

/**
 * The endings are the same in all versions: a start removes what an older version has left, and during an upgrade
 * processes of both versions may use the folder.
 */
const STAGING = ".unfinished";
const READER = ".follower";
const UNSYNCED = ".unsynced";
const CLAIM = ".leader";
const OWNED = /\.(\d+)(?:-(\d+))?-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.unfinished|\.follower)$/;

/**
 * Identifies this run of the machine. A response that is complete but not yet synced is valid only until a loss of
 * power, so its name has this id: after a restart of the machine no process looks for it. On systems other than Linux
 * each process has an id of its own.
 */
const MACHINE_RUN = readMachineRun();

function readMachineRun(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
  } catch {
    return randomUUID();
  }
}

/** The path of a complete and synced response. All its other names begin with this path. */
export function pathOf(folder: string, { repositoryUuid, digest }: FetchResponseKey): string {
  return join(folder, repositoryUuid, digest);
}

/** The path of a complete response that is not synced yet. */
export function unsyncedPath(path: string): string {
  return `${path}.${MACHINE_RUN}${UNSYNCED}`;
}

/** The path of a new file that this process, or its git process, writes. */
export function newStagingPath(path: string): string {
  return `${path}.${ownerMark()}${STAGING}`;
}

/**
 * The path of a link to the staging file of another process, by which that process can see that it has a reader here.
 */
export function newReaderPath(path: string): string {
  return `${path}.${ownerMark()}${READER}`;
}

/** The path of the link to the staging file of the process that writes the response. */
export function claimPath(path: string): string {
  return `${path}.${MACHINE_RUN}${CLAIM}`;
}

function ownerMark(): string {
  const { id, started } = OWN_PROCESS;
  return `${id}${started === undefined ? "" : `-${started}`}-${randomUUID()}`;
}

/** The process that owns a staging file or a reader's link. */
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

/** Whether it belongs to an earlier run of the machine. */
export function isOfEarlierRun(path: string): boolean {
  return [UNSYNCED, CLAIM].some((end) => path.endsWith(end)) && !path.includes(MACHINE_RUN);
}
