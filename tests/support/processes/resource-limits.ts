import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";

/** util-linux's prlimit changes what a running process may have. Undefined: it can; else why it cannot. */
export const limitsProblem: string | undefined =
  process.platform === "linux" && spawnSync("prlimit", ["--version"]).status === 0
    ? undefined
    : "limits of a running process can be changed on Linux with prlimit only";

/**
 * Lets a running process have no more than `count` of these. It is asked for by the account of the process: root in a container
 * may not always change the limits of others.
 *
 * @returns what gives them back.
 */
export function limitProcess(
  processId: number,
  resource: "nofile" | "nproc",
  count: number,
  userId?: number,
): () => void {
  const prlimit = (args: readonly string[]) => runPrlimit(["--pid", String(processId), ...args], userId);
  const before = prlimit([`--${resource}`, "--output=SOFT", "--noheadings"]);
  const set = (soft: string) => prlimit([`--${resource}=${soft}:`]);
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

function runPrlimit(args: readonly string[], userId: number | undefined): string {
  const account = userId === undefined ? {} : { uid: userId, gid: userId };
  const { status, stdout, stderr } = spawnSync("prlimit", args, { encoding: "utf8", ...account });
  if (status !== 0) throw new Error(`prlimit ${args.join(" ")}: ${stderr}`);
  return stdout.trim();
}
