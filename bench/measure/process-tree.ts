import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Linux reports process times in this unit, whatever the kernel's own: proc(5), sysconf(_SC_CLK_TCK). */
const TICK_MS = 10;

type ProcessStat = {
  readonly id: number;
  readonly parentId: number;
  /** Its own and that of its children that have ended and were waited for. */
  readonly cpuMs: number;
  /** Page faults of children that were waited for. Every process has some, so this rises with every child that ends. */
  readonly childFaults: number;
};

/** Processes come and go while the table is read: one that is gone is left out. */
function readStat(id: number): ProcessStat | undefined {
  try {
    // The second field is a name in brackets, which may hold spaces and brackets itself. Then the third follows.
    const fields = readFileSync(`/proc/${id}/stat`, "latin1")
      .replace(/^.*\) /s, "")
      .split(" ");
    const field = (number: number) => Number(fields[number - 3]);
    return {
      id,
      parentId: field(4),
      cpuMs: (field(14) + field(15) + field(16) + field(17)) * TICK_MS,
      childFaults: field(11),
    };
  } catch {
    return undefined;
  }
}

function readTree(roots: readonly number[]): readonly ProcessStat[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readStat(Number(name)))
    .filter((found) => found !== undefined);
  const below = new Set(roots);
  // A child has nearly always a higher number than its parent, but numbers wrap: go on until nothing is added.
  for (let size = 0; size !== below.size; ) {
    size = below.size;
    for (const { id, parentId } of all) if (below.has(parentId)) below.add(id);
  }
  return all.filter(({ id }) => below.has(id));
}

/** CPU time that these processes and all below them have taken, also those below that have ended. */
export function cpuMsOf(roots: readonly number[]): number {
  return readTree(roots).reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

/** Rises when a child of any of these processes, or of those below them, has ended. */
export function endedChildrenMark(roots: readonly number[]): number {
  return readTree(roots).reduce((sum, { childFaults }) => sum + childFaults, 0);
}

/** Memory in bytes, where a page that several processes share counts for each by its part. */
function pssBytes(id: number): number {
  try {
    const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${id}/smaps_rollup`, "latin1"))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}

export function pssBytesOf(roots: readonly number[]): number {
  return readTree(roots).reduce((sum, { id }) => sum + pssBytes(id), 0);
}

/** Of those below the roots, and the roots, that run this program: the memory of each. */
export function pssBytesByProgram(roots: readonly number[], program: RegExp): readonly number[] {
  return readTree(roots).flatMap(({ id }) => {
    try {
      return program.test(readlinkSync(`/proc/${id}/exe`)) ? [pssBytes(id)] : [];
    } catch {
      return [];
    }
  });
}
