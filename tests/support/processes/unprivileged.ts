import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const PAIL = fileURLToPath(new URL("../../../bin/pail", import.meta.url));

/**
 * A number that no account has, so that what the system counts by account is the server's alone. Permissions and the limit of
 * processes say nothing to root, who runs the tests in many a container; and only root can start a server as somebody else.
 */
export const UNPRIVILEGED_ID = 700_000_000 + process.pid;

/** Why no server can be started as {@link UNPRIVILEGED_ID}; undefined: it can. */
export const unprivilegedProblem: string | undefined = findProblem();

function findProblem(): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0)
    return "a server can be started as another account by root only, and be watched on Linux";
  const { status } = spawnSync(PAIL, ["--version"], {
    uid: UNPRIVILEGED_ID,
    gid: UNPRIVILEGED_ID,
    env: { PATH: process.env.PATH ?? "" },
  });
  return status === 0 ? undefined : "the checkout lies where other accounts cannot read it";
}

/** Threads count as processes do. */
export function countTasksOf(userId: number): number {
  let count = 0;
  for (const name of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${name}/status`, "utf8");
      if (new RegExp(`^Uid:\\s+${userId}\\s`, "m").test(status))
        count += Number(/^Threads:\s+(\d+)/m.exec(status)?.[1] ?? 1);
    } catch {
      // It has ended meanwhile.
    }
  }
  return count;
}
