import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

const WAIT_MS_MAX = 120_000;

interface Process {
  readonly id: number;
  readonly parentId: number;
  readonly command: string;
}

/** Processes come and go while the table is read: one that is gone is left out. */
function readProcess(id: number): Process | undefined {
  try {
    // The second field is a name in brackets, which may hold spaces and brackets itself.
    const [state, parentId] = readFileSync(`/proc/${id}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    if (state === "Z") return undefined;
    const command = readFileSync(`/proc/${id}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    return { id, parentId: Number(parentId), command };
  } catch {
    return undefined;
  }
}

function descendants(processId: number): readonly Process[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readProcess(Number(name)))
    .filter((found) => found !== undefined);
  const below = new Set([processId]);
  // A child has nearly always a higher number than its parent, but numbers wrap: go on until nothing is added.
  for (let size = 0; size !== below.size; ) {
    size = below.size;
    for (const { id, parentId } of all) if (below.has(parentId)) below.add(id);
  }
  below.delete(processId);
  return all.filter(({ id }) => below.has(id));
}

/** Of proc(5): a hundredth of a second on every system that has it. */
const TICK_MS = 10;

/** How long the processor has worked for a process, in milliseconds. */
export function processorMs(id: number): number {
  const fields = readFileSync(`/proc/${id}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  // The 14th and 15th of all fields: in the program and in the system for it. Two were taken away.
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** The git commands of a server that belong to a request. Its pool of `cat-file` readers, and what ends git after a kill, outlive requests. */
export function requestProcesses(serverProcessId: number): readonly string[] {
  return descendants(serverProcessId)
    .map(({ command }) => command)
    .filter((command) => !/\bcat-file\b|pail-git-guard$/.test(command));
}

/** The processes that serve beside the one that was started. */
export function workerProcesses(serverProcessId: number): readonly number[] {
  return descendants(serverProcessId)
    .filter(
      ({ parentId, command }) =>
        parentId === serverProcessId && /\/start-(?:unbuilt\.ts|built\.js)/.test(command),
    )
    .map(({ id }) => id);
}

/** Waits until as many processes listen beside the one that was started. */
export function workersServe(serverProcessId: number, count: number): Promise<void> {
  return waitUntil("all workers serve", () => {
    const workers = workerProcesses(serverProcessId);
    return workers.length === count && workers.every(isListening);
  });
}

/** The fourth field of a line is the state of the socket, 0A is LISTEN; the tenth is its inode. */
function isListening(processId: number): boolean {
  const inodes = new Set(
    ["tcp", "tcp6"].flatMap((name) =>
      readFileSync(`/proc/net/${name}`, "utf8")
        .split("\n")
        .map((line) => line.trim().split(/\s+/))
        .filter((fields) => fields[3] === "0A")
        .map((fields) => fields[9]),
    ),
  );
  try {
    return readdirSync(`/proc/${processId}/fd`)
      .map((file) => readlinkSync(`/proc/${processId}/fd/${file}`))
      .some((target) => inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1]));
  } catch {
    // It has ended, or a file of it has been closed meanwhile: the next look tells.
    return false;
  }
}

/** Whether it has been stopped by SIGSTOP, and waits for SIGCONT. */
export function isFrozen(processId: number): boolean {
  try {
    return readFileSync(`/proc/${processId}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .startsWith("T");
  } catch {
    return false;
  }
}

export function isAlive(processId: number): boolean {
  return readProcess(processId) !== undefined;
}

/** Waits until `isDone` says so. @throws Error naming `what` after ten seconds. */
export async function waitUntil(what: string, isDone: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WAIT_MS_MAX;
  while (!(await isDone())) {
    if (Date.now() > deadline) throw new Error(`waited ${WAIT_MS_MAX} ms until ${what}`);
    await delay(20);
  }
}

/** The largest memory that the process has had, in bytes. Undefined where there is no /proc. */
export async function residentBytesPeak(processId: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${processId}/status`, "utf8").catch(() => "");
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}
