import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

export interface GitOutcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface GitOptions {
  /** Where git runs; a new empty folder of the test's own if absent. */
  readonly folder?: string;
  /** `protocol.version` of the client. */
  readonly protocol?: 0 | 1 | 2;
  readonly config?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
}

export interface RealGit {
  /** Everything this client writes lies below this folder. */
  readonly root: string;
  /** Runs git to its end, whatever its exit status. */
  run(args: readonly string[], options?: GitOptions): Promise<GitOutcome>;
  /** What git printed, without the last line end. @throws Error with git's own words if the status is not 0. */
  out(args: readonly string[], options?: GitOptions): Promise<string>;
  /** What git printed, as bytes. @throws Error as `out` does. */
  bytes(args: readonly string[], options?: GitOptions): Promise<Buffer>;
  /** Starts git in a process group of its own, to be killed by `process.kill(-pid)`. */
  start(args: readonly string[], options?: GitOptions): ChildProcess;
  /** A path that nothing has used yet; nothing is created. */
  newPath(name: string): string;
}

/** Pairs for `GIT_CONFIG_COUNT`, which outranks every configuration file. */
function configEnvironment(config: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(config);
  const environment: Record<string, string> = { GIT_CONFIG_COUNT: String(entries.length) };
  for (const [index, [key, value]] of entries.entries()) {
    environment[`GIT_CONFIG_KEY_${index}`] = key;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return environment;
}

function gitEnvironment(home: string, options: GitOptions): NodeJS.ProcessEnv {
  const config = {
    "init.defaultBranch": "main",
    "advice.detachedHead": "false",
    // Housekeeping in the background would outlive the test.
    "gc.auto": "0",
    "maintenance.auto": "false",
    ...(options.protocol === undefined ? {} : { "protocol.version": String(options.protocol) }),
    ...options.config,
  };
  return {
    PATH: process.env.PATH ?? "",
    HOME: home,
    LC_ALL: "C.UTF-8",
    TZ: "UTC",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_AUTHOR_NAME: "Ann Author",
    GIT_AUTHOR_EMAIL: "ann@example.test",
    GIT_COMMITTER_NAME: "Cora Committer",
    GIT_COMMITTER_EMAIL: "cora@example.test",
    ...configEnvironment(config),
    ...options.environment,
  };
}

interface RawOutcome {
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

function runRaw(
  args: readonly string[],
  folder: string,
  environment: NodeJS.ProcessEnv,
  input?: string | Uint8Array,
) {
  const { promise, resolve, reject } = Promise.withResolvers<RawOutcome>();
  const child = spawn("git", args, { cwd: folder, env: environment, stdio: "pipe" });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (part: Buffer) => stdout.push(part));
  child.stderr.on("data", (part: Buffer) => stderr.push(part));
  // A git that refuses early closes its input before all of it is read.
  child.stdin.on("error", () => {}).end(input ?? "");
  child.on("error", reject);
  child.on("close", (code) => {
    resolve({
      status: code ?? -1,
      stdout: Buffer.concat(stdout),
      stderr: Buffer.concat(stderr).toString("utf8"),
    });
  });
  return promise;
}

/** The real `git` of this machine with a home of its own, no prompts and no credential helper. Removed after the tests. */
export function openRealGit(): RealGit {
  const root = mkdtempSync(join(tmpdir(), "pail-git-"));
  const home = join(root, "home");
  let used = 0;
  after(() => rm(root, { recursive: true, force: true }));
  const newPath = (name: string) => {
    used += 1;
    return join(root, `${used}-${name}`);
  };
  const runIn = async (args: readonly string[], options: GitOptions) => {
    const folder = options.folder ?? newPath("folder");
    await mkdir(home, { recursive: true });
    await mkdir(folder, { recursive: true });
    return runRaw(args, folder, gitEnvironment(home, options), options.input);
  };
  const bytes = async (args: readonly string[], options: GitOptions = {}) => {
    const outcome = await runIn(args, options);
    if (outcome.status !== 0) {
      throw new Error(`git ${args[0]} ended with ${outcome.status}: ${outcome.stdout}${outcome.stderr}`);
    }
    return outcome.stdout;
  };
  return {
    root,
    newPath,
    bytes,
    run: async (args, options = {}) => {
      const outcome = await runIn(args, options);
      return { ...outcome, stdout: outcome.stdout.toString("utf8") };
    },
    out: async (args, options = {}) => (await bytes(args, options)).toString("utf8").replace(/\n$/, ""),
    start: (args, options = {}) =>
      spawn("git", args, {
        cwd: options.folder ?? root,
        env: gitEnvironment(home, options),
        stdio: "ignore",
        detached: true,
      }),
  };
}
