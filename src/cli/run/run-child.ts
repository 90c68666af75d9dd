import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { constants } from "node:os";

/** Those of shells for what cannot be run, what is not there, and what a signal has ended. */
const CANNOT_RUN_STATUS = 126;
const NOT_FOUND_STATUS = 127;
const SIGNALLED_STATUS = 128;

export type ChildOutcome =
  | { readonly kind: "ended"; readonly status: number }
  | { readonly kind: "not-started"; readonly status: number; readonly why: string };

/** What a terminal sends to all processes in it. */
const OF_TERMINAL: readonly NodeJS.Signals[] = ["SIGINT", "SIGQUIT"];
const FORWARDED: readonly NodeJS.Signals[] = [...OF_TERMINAL, "SIGTERM", "SIGHUP"];

/** Runs a command in the terminal, or the pipes, of this process, until it ends. Signals to this process are for it. */
export function runChild(
  [command = "", ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<ChildOutcome> {
  const { promise, resolve } = Promise.withResolvers<ChildOutcome>();
  const child = spawn(command, args, { env, stdio: "inherit" });
  const stopForwarding = forwardSignals(child);
  child.on("error", (error: NodeJS.ErrnoException) => {
    if (child.pid !== undefined) return;
    const isMissing = error.code === "ENOENT";
    const why = isMissing ? "not found" : (error.code ?? error.message);
    resolve({ kind: "not-started", status: isMissing ? NOT_FOUND_STATUS : CANNOT_RUN_STATUS, why });
  });
  child.on("exit", (status, signal) => {
    const number = signal === null ? 0 : constants.signals[signal];
    resolve({ kind: "ended", status: status ?? SIGNALLED_STATUS + number });
  });
  return promise.finally(stopForwarding);
}

/** A child that does not care gets more of them, as often as they come: this process ends after it. */
function forwardSignals(child: ChildProcess): () => void {
  const isInTerminal = hasTerminal();
  const listeners = FORWARDED.map((signal) => {
    const forward = () => {
      // The terminal has told the child already, and many a program takes the second for "at once".
      if (!(isInTerminal && OF_TERMINAL.includes(signal))) child.kill(signal);
    };
    process.on(signal, forward);
    return [signal, forward] as const;
  });
  return () => {
    for (const [signal, forward] of listeners) process.off(signal, forward);
  };
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}
