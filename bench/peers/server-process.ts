import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { cleanEnvironment } from "../measure/command.ts";

const STOP_MS_MAX = 15_000;

export type ServerProcess = {
  readonly child: ChildProcess;
  readonly id: number;
  stop(): Promise<void>;
};

const running = new Set<ChildProcess>();
// Whatever ends the benchmarks, no server is left. By itself Node ends on these signals without the event.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));
process.on("exit", () => {
  for (const child of running) signalGroup(child, "SIGKILL");
});

/** Starts a server whose messages go to a file. Its stdout is a pipe, for those that say there where they listen. */
export function startServer(
  command: string,
  args: readonly string[],
  logFile: string,
  environment: Readonly<Record<string, string>> = {},
): ServerProcess {
  const log = openSync(logFile, "a");
  const child = spawn(command, args, {
    env: { ...cleanEnvironment(), ...environment },
    stdio: ["ignore", "pipe", log],
    detached: true,
  });
  closeSync(log);
  running.add(child);
  if (child.pid === undefined) throw new Error(`${command} did not start`);
  return { child, id: child.pid, stop: () => end(child) };
}

/** Its process group: fcgiwrap leaves its children behind. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid!, signal);
  } catch (error) {
    // All of it has ended.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS_MAX);
    await ended;
    clearTimeout(timer);
  }
  signalGroup(child, "SIGKILL");
  running.delete(child);
}

/** Waits for a line of stdout. @throws Error if the server ends without it. */
export async function awaitLine(server: ServerProcess, pattern: RegExp): Promise<RegExpExecArray> {
  const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
  let output = "";
  server.child.stdout!.on("data", (bytes: Buffer) => {
    if (output.length > 100_000) return;
    output += bytes.toString();
    const found = pattern.exec(output);
    if (found !== null) resolve(found);
  });
  server.child.once("exit", (status) => reject(new Error(`a server ended with ${status}: ${output}`)));
  return promise;
}
