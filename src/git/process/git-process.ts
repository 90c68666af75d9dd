import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { constants, setPriority } from "node:os";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { reachFaultPoint } from "../../fault-points.ts";
import { guardProcessGroup } from "./process-guard.ts";
import type { TakeSlot } from "./process-slots.ts";

/** A git command that ended with a status other than 0. `stderr` is for the log and for the caller of a push. */
export class GitError extends Error {
  readonly status: number | undefined;
  readonly stderr: string;

  constructor(command: string, status: number | undefined, stderr: string) {
    super(`git ${command}: ended with status ${status ?? "none (killed)"}: ${stderr.trim()}`);
    this.name = "GitError";
    this.status = status;
    this.stderr = stderr;
  }
}

/** In words for who asks. */
export const SHORT_OF_PROCESSES = "the server is short of files, processes or memory: try again later";

/** Whether git could not go on since the system had no process, thread or memory left for it. */
export function saysShortOfProcesses(said: string): boolean {
  return /Resource temporarily unavailable|Cannot allocate memory|unable to (?:fork|create thread)|Out of memory/i.test(
    said,
  );
}

export type GitOptions = {
  /** The bare repository. */
  readonly gitDir: string;
  /** Where new objects go, when not into the repository: the object folder of a quarantine. */
  readonly objectFolder?: string;
  /** Whether only that folder is read, without the repository's own objects. */
  readonly isObjectFolderAlone?: boolean;
  /** Another bare repository whose objects are read as if they were here too. */
  readonly alternateGitDir?: string;
  /** The most that git may take of memory at once, in bytes. */
  readonly allocationBytesMax?: number;
  /**
   * The most that git may have of memory altogether, in bytes, packs apart. What a stranger's history makes it take has no
   * other bound: it lists all that differs before it writes a line.
   */
  readonly memoryBytesMax?: number;
  /** Waits for a turn to run a process, where requests of anybody start it. */
  readonly takeSlot?: TakeSlot;
  /** Work that nobody waits for: it gets what processor time is left over. */
  readonly isInBackground?: boolean;
  /** Whether it looks at all of a history: it makes a small object for each commit, and most of its time goes into page faults. */
  readonly isLongWalk?: boolean;
  /** The value of a client's `Git-Protocol` header that `parseGitProtocol` has passed. */
  readonly protocol?: string;
};

/** How much of git's messages a failure holds, in bytes. */
const STDERR_BYTES_MAX = 16_384;

/**
 * Settings given on each command line, since no configuration file is read:
 * - the data directory may belong to another account than the server's (containers), and git would refuse it;
 * - housekeeping is the server's own job, off the path of a push.
 */
const SETTINGS = [
  "-c",
  "safe.directory=*",
  "-c",
  "gc.auto=0",
  "-c",
  "maintenance.auto=false",
  "-c",
  "core.hooksPath=/dev/null",
];

/**
 * The whole environment of a git process. Nothing of the server's own environment passes but `PATH`: it may hold
 * database passwords, and variables such as `GIT_DIR` or `GIT_SSH_COMMAND` change what git does.
 */
function gitEnvironment(options: GitOptions): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {
    PATH: process.env.PATH ?? "/usr/bin:/bin",
    LC_ALL: "C",
    HOME: "/nonexistent",
    // Where it is started. By its full name a repository that is deleted, and so moved away, would be begun anew.
    GIT_DIR: ".",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_NO_REPLACE_OBJECTS: "1",
    // Local to a repository, and never part of its history: git(1), `GIT_GRAFT_FILE`.
    GIT_GRAFT_FILE: "/nonexistent/grafts",
    // Nothing here fetches, whatever a repository's settings say. The next is known to git 2.44 and newer.
    GIT_ALLOW_PROTOCOL: "none",
    GIT_NO_LAZY_FETCH: "1",
  };
  if (options.protocol !== undefined) environment.GIT_PROTOCOL = options.protocol;
  if (options.allocationBytesMax !== undefined) {
    environment.GIT_ALLOC_LIMIT = String(options.allocationBytesMax);
  }
  // glibc's manual, "Memory Allocation Tunables": larger pages where the system has them. Other C libraries pass over it.
  if (options.isLongWalk === true) environment.GLIBC_TUNABLES = "glibc.malloc.hugetlb=1";
  const alternates: string[] = [];
  if (options.objectFolder !== undefined) {
    environment.GIT_OBJECT_DIRECTORY = options.objectFolder;
    if (options.isObjectFolderAlone !== true) alternates.push(`${options.gitDir}/objects`);
  }
  if (options.alternateGitDir !== undefined) alternates.push(`${options.alternateGitDir}/objects`);
  if (alternates.length > 0)
    environment.GIT_ALTERNATE_OBJECT_DIRECTORIES = alternates.map(quotePathInList).join(":");
  return environment;
}

/** git(1), GIT_ALTERNATE_OBJECT_DIRECTORIES: an entry in double quotes is C-quoted, so that a path may have a colon. */
function quotePathInList(path: string): string {
  return `"${path.replace(/["\\]/g, "\\$&")}"`;
}

/**
 * Starts git in a process group of its own, so that `killGit` ends its children too.
 *
 * @throws Error EMFILE if this process has no descriptor left.
 */
export function spawnGit(args: readonly string[], options: GitOptions): ChildProcessWithoutNullStreams {
  return spawnInGroup(args, options, "pipe") as ChildProcessWithoutNullStreams;
}

/** A git process whose output goes to a file. */
export type GitIntoFile = ChildProcess & { readonly stdin: Writable; readonly stderr: Readable };

/** Like `spawnGit`, but git writes its output into the open file `output` (a descriptor) itself. */
export function spawnGitInto(output: number, args: readonly string[], options: GitOptions): GitIntoFile {
  return spawnInGroup(args, options, output) as GitIntoFile;
}

function spawnInGroup(args: readonly string[], options: GitOptions, output: "pipe" | number): ChildProcess {
  const [program, ...programArgs] = commandLine([...SETTINGS, ...args], options.memoryBytesMax);
  const child = spawn(program, programArgs, {
    env: gitEnvironment(options),
    cwd: options.gitDir,
    stdio: ["pipe", output, "pipe"],
    detached: true,
  });
  requireStreams(child);
  guardProcessGroup(child);
  reachFaultPoint(`git ${args[0]}`);
  if (options.isInBackground === true && child.pid !== undefined) stepBack(child.pid);
  // A child that ends before it has read all its input is told by its status, not by EPIPE.
  child.stdin?.on("error", () => {});
  return child;
}

/**
 * RLIMIT_DATA, which a process can only be given by itself: a shell sets it and becomes git. Nothing of the arguments is
 * read by it. Where the system has no such limit, there is none.
 */
const LIMIT_MEMORY = 'ulimit -d "$0" 2>/dev/null; exec git "$@"';

function commandLine(args: readonly string[], memoryBytesMax: number | undefined): [string, ...string[]] {
  if (memoryBytesMax === undefined) return ["git", ...args];
  return ["/bin/sh", "-c", LIMIT_MEMORY, String(Math.ceil(memoryBytesMax / 1024)), ...args];
}

/**
 * Without a descriptor left, Node gives a child no streams, and tells of it by an event that ends the server if nobody is
 * there to hear it. Other reasons for which a process cannot be started are told by that event alone, to `exitOf`.
 */
function requireStreams(child: ChildProcess): void {
  if (child.stderr !== undefined) return;
  child.on("error", () => {});
  throw Object.assign(new Error("git could not be started: too many open files"), { code: "EMFILE" });
}

/** @throws why the process could not be started, which is known a moment later than that it was not. */
export async function requireStarted(child: ChildProcess): Promise<void> {
  if (child.pid !== undefined) return;
  const { promise, reject } = Promise.withResolvers<never>();
  child.once("error", reject);
  await promise;
}

/** What the process starts itself from then on steps back with it. */
function stepBack(processId: number): void {
  try {
    setPriority(processId, constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended already, or the system does not let us: then it runs as all others do.
  }
}

/** Ends a git process and its children. Does nothing if it has ended. */
export function killGit(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // The group has ended between the check and the signal.
  }
}

/** Resolves with the exit status (undefined when killed) once the process and its streams have ended. */
export function exitOf(child: ChildProcess): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => resolve(status ?? undefined));
  });
}

export type RunOptions = GitOptions & {
  readonly input?: string | Buffer | Readable;
  /** Exit statuses that are answers and no errors; 0 if absent. */
  readonly statuses?: readonly number[];
  /** Output beyond this many bytes ends the command with an error. */
  readonly outputBytesMax?: number;
  readonly signal?: AbortSignal;
};

const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Runs git to its end and returns what it printed.
 *
 * @throws GitError if it ends with a status not in `statuses`, prints too much, or `signal` is aborted.
 */
export async function runGit(args: readonly string[], options: RunOptions): Promise<Buffer> {
  const child = spawnGit(args, options);
  const command = args[0] ?? "";
  const outputBytesMax = options.outputBytesMax ?? OUTPUT_BYTES_MAX;
  const output: Buffer[] = [];
  let outputBytes = 0;
  let stderr = "";
  const collect = new Writable({
    write(chunk: Buffer, _encoding, done) {
      outputBytes += chunk.length;
      if (outputBytes > outputBytesMax) killGit(child);
      else output.push(chunk);
      done();
    },
  });
  child.stderr.on("data", (chunk: Buffer) => {
    if (stderr.length < STDERR_BYTES_MAX) stderr += chunk.toString();
  });
  const abort = () => killGit(child);
  options.signal?.addEventListener("abort", abort, { once: true });
  if (options.signal?.aborted) abort();
  const input = options.input ?? "";
  const source =
    input instanceof Readable
      ? input
      : Readable.from([typeof input === "string" ? Buffer.from(input) : input]);
  const exit = exitOf(child);
  try {
    const [status] = await Promise.all([
      exit,
      pipeline(child.stdout, collect),
      // The child may end without reading all of its input; its status decides.
      pipeline(source, child.stdin).catch(() => killGitUnlessEnded(child, source)),
    ]);
    if (outputBytes > outputBytesMax)
      throw new GitError(command, undefined, `output exceeds ${outputBytesMax} bytes`);
    if (status === undefined || !(options.statuses ?? [0]).includes(status))
      throw new GitError(command, status, stderr);
    return Buffer.concat(output);
  } finally {
    options.signal?.removeEventListener("abort", abort);
  }
}

/** When the input itself breaks off, the child must not take what has arrived for the whole. */
function killGitUnlessEnded(child: ChildProcessWithoutNullStreams, source: Readable): void {
  if (source.errored) killGit(child);
}
