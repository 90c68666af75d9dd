import { spawn } from "node:child_process";
import { UsageError } from "../terminal/problem.ts";

/** The statuses of shells for what could not be run, and for what a signal ended. */
const SIGNALLED_STATUS = 128;

const STDERR = 2;

/**
 * Runs a command in the terminal of this one, with its arguments as they are. Standard output is for the result of this one,
 * so what the command writes goes to standard error. Its interrupts are its own: this process
 * outlives them.
 *
 * @returns its exit status.
 * @throws UsageError if there is no such command.
 */
export function runCommand([command = "", ...args]: readonly string[]): Promise<number> {
  const ignore = () => {};
  process.on("SIGINT", ignore);
  return new Promise<number>((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["inherit", STDERR, "inherit"] });
    child.on("error", (error) => reject(new UsageError(`COMMAND ${command}: ${error.message}`)));
    child.on("exit", (status) => resolve(status ?? SIGNALLED_STATUS));
  }).finally(() => process.off("SIGINT", ignore));
}
