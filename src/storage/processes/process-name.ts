import { readFileSync } from "node:fs";
import { isRunning } from "./is-running.ts";

/** Identifies a process of this machine, so that a later process with the same id is not mistaken for it. */
export type ProcessName = {
  readonly id: number;
  /** When it was started, in the system's ticks; undefined if the system does not say. */
  readonly started: number | undefined;
};

export const OWN_PROCESS: ProcessName = { id: process.pid, started: readStat(process.pid)?.started };

export function isNamedRunning({ id, started }: ProcessName): boolean {
  if (!isRunning(id)) return false;
  const found = readStat(id);
  return found === undefined || (!found.hasEnded && (started === undefined || started === found.started));
}

/** proc(5): undefined if there is no such file, as on systems other than Linux. */
function readStat(id: number): { readonly started: number; readonly hasEnded: boolean } | undefined {
  try {
    // The second field is a name in brackets, which may contain spaces and brackets itself. The third field follows it.
    const fields = readFileSync(`/proc/${id}/stat`, "latin1")
      .replace(/^.*\) /s, "")
      .split(" ");
    return { started: Number(fields[22 - 3]), hasEnded: /[ZX]/.test(fields[0] ?? "") };
  } catch {
    return undefined;
  }
}
