import { type ChildProcess, spawn } from "node:child_process";

/**
 * Ends git processes when this one is killed. A process that is killed can end nobody, and closing its pipes is not enough:
 * what writes into a file, or has much to do before it writes, goes on. So a shell of its own holds the other end of a pipe
 * that nobody else has; when the pipe closes, whatever has been named on it and not taken back is killed, group by group.
 *
 * It costs one small process for each process that serves, and a write of some bytes for each git that is started.
 */
const SCRIPT = `
trap '' INT TERM HUP QUIT
live=' '
while read -r sign group; do
  case $sign in
    +) live="$live$group " ;;
    -) case $live in *" $group "*) live="\${live%% $group *} \${live#* $group }" ;; esac ;;
  esac
done
for group in $live; do kill -9 "-$group" 2>/dev/null; done
`;

/** What a list of processes shows at its end. */
const GUARD_NAME = "pail-git-guard";

const live = new Set<number>();
let guard: ChildProcess | undefined;

/** Has the process group of a child that was started in a group of its own killed at the end of this process, however it ends. */
export function guardProcessGroup(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  live.add(pid);
  if (guard === undefined) startGuard();
  else tell(`+ ${pid}\n`);
  child.once("exit", () => {
    live.delete(pid);
    tell(`- ${pid}\n`);
  });
}

function tell(words: string): void {
  guard?.stdin?.write(words);
}

/** In a group of its own, so that a Ctrl-C in the terminal leaves it there. */
function startGuard(): void {
  const started = spawn("/bin/sh", ["-c", SCRIPT, GUARD_NAME], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
    env: { PATH: process.env.PATH ?? "/usr/bin:/bin" },
  });
  // Without a process left, or where there is no such shell, the next git tries again.
  const forget = () => {
    if (guard === started) guard = undefined;
  };
  started.on("error", forget);
  started.on("exit", forget);
  if (started.stdin === null || started.pid === undefined) return;
  guard = started;
  started.stdin.on("error", () => {});
  started.unref();
  (started.stdin as unknown as { unref(): void }).unref();
  tell([...live].map((each) => `+ ${each}\n`).join(""));
}
