import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";

/** util-linux's prlimit changes what a running process may have. Undefined: it can; else why it cannot. */
export const limitsProblem: string | undefined =
  process.platform === "linux" && spawnSync("prlimit", ["--version"]).status === 0
    ? undefined
    : "limits of a running process can be changed on Linux with prlimit only";

/** Lets a running process have no more than `count` of these. @returns what gives them back. */
export function limitProcess(processId: number, resource: "nofile" | "nproc", count: number): () => void {
  const before = prlimit(["--pid", String(processId), `--${resource}`, "--output=SOFT", "--noheadings"]);
  const set = (soft: string) => prlimit(["--pid", String(processId), `--${resource}=${soft}:`]);
  set(String(count));
  return () => void set(before);
}

/** The limit with which a process gets `spare` descriptors more: a new one has the lowest number that is free. */
export function descriptorLimit(processId: number, spare: number): number {
  const taken = new Set(readdirSync(`/proc/${processId}/fd`).map(Number));
  let limit = 0;
  for (let free = 0; free < spare || taken.has(limit); limit += 1) if (!taken.has(limit)) free += 1;
  return limit;
}

function prlimit(args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync("prlimit", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`prlimit ${args.join(" ")}: ${stderr}`);
  return stdout.trim();
}
