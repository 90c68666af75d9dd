import { spawn } from "node:child_process";
import { once } from "node:events";

export type CommandOptions = {
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string | Buffer;
};

/** Git and the others get no configuration of the person who runs the benchmarks, and ask nobody for a password. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH ?? "",
    HOME: "/nonexistent",
    LC_ALL: "C.UTF-8",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_AUTHOR_NAME: "Bench",
    GIT_AUTHOR_EMAIL: "bench@example.com",
    GIT_COMMITTER_NAME: "Bench",
    GIT_COMMITTER_EMAIL: "bench@example.com",
  };
}

/** @returns what it printed. @throws Error with its messages if it fails. */
export async function run(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const child = spawn(command, args, {
    cwd: options.folder,
    env: { ...cleanEnvironment(), ...options.environment },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const output: Buffer[] = [];
  let said = "";
  child.stdout.on("data", (bytes: Buffer) => output.push(bytes));
  child.stderr.on("data", (bytes: Buffer) => {
    said = (said + bytes.toString()).slice(-4_000);
  });
  // A command that does not read its input may close it first.
  child.stdin.on("error", () => {}).end(options.input ?? "");
  const [status] = (await once(child, "close")) as [number | null];
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ended with ${status}: ${said}`);
  return Buffer.concat(output).toString();
}

/** Wall time of a command that must succeed, in milliseconds. */
export async function timeCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<number> {
  const started = performance.now();
  await run(command, args, options);
  return performance.now() - started;
}

export const git = (args: readonly string[], options?: CommandOptions) => run("git", args, options);
