import { type ChildProcess, spawn } from "node:child_process";
import { chown, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { after, afterEach } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { watchedEnvironment } from "../answers/answers-folder.ts";
import {
  createTestDatabaseSettings,
  SERVER_DIALECT,
  type TestDatabaseSettings,
} from "../database/test-database.ts";
import {
  noteTokens,
  refuseTokens,
  refuseTokensInDatabase,
  refuseTokensInFolder,
  refuseTokensInPostgres,
} from "./token-search.ts";

const PAIL = fileURLToPath(new URL("../../../bin/pail", import.meta.url));
const START_MS_MAX = 120_000;
const STOP_MS_MAX = 60_000;

/** What `pail demo --credentials FILE` writes, with its published names. */
export interface DemoCredentials {
  readonly url: string;
  readonly api_url: string;
  readonly email: string;
  readonly username: string;
  readonly account_uuid: string;
  readonly workspace: string;
  readonly repository: string;
  /** A token with every scope. */
  readonly token: string;
  /** A token with `read:repository` and `read:user` only. */
  readonly token_read: string;
  readonly token_expired: string;
  /** The link that chooses the demo account's password, while it has none. */
  readonly sign_in_url?: string;
}

export interface CommandOutcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface PailServer {
  readonly credentials: DemoCredentials;
  readonly credentialsFile: string;
  readonly dataFolder: string;
  readonly processId: number;
  /** What the server has logged: its stderr. */
  logText(): string;
  /** Runs `pail <args> --data <the server's folder>` and waits for its end. */
  cli(args: readonly string[], options?: { input?: string }): Promise<CommandOutcome>;
  /** Ends it. Fails if a token stands in its log or its database. */
  stop(): Promise<void>;
}

export interface PailOptions {
  readonly identity?: "strict" | "lenient";
  readonly databaseUrl?: string;
  /** Whether webhooks may be told to this machine. */
  readonly webhookPrivateTargets?: boolean;
  /** Carries on with the data of an earlier server. Such a folder is not removed by `stop`. */
  readonly dataFolder?: string;
  /** More flags of `pail demo`. */
  readonly args?: readonly string[];
  /** The number of the account that the server and its commands run as. */
  readonly userId?: number;
}

/** Nothing of the developer's own environment reaches the server, so that a test means the same everywhere. */
function serverEnvironment(home: string, databaseUrl: string | undefined): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH ?? "",
    HOME: home,
    TMPDIR: home,
    LC_ALL: "C.UTF-8",
    // Tests try many, and all from one address.
    PAIL_FAILED_CREDENTIALS_MAX: "1000000",
    ...watchedEnvironment(),
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
  };
}

function runCommand(
  args: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly uid?: number; readonly gid?: number },
  input: string | undefined,
): Promise<CommandOutcome> {
  const { promise, resolve, reject } = Promise.withResolvers<CommandOutcome>();
  const child = spawn(PAIL, args, { ...options, stdio: "pipe" });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  // A command that does not read its input may close it first.
  child.stdin.on("error", () => {}).end(input ?? "");
  child.on("error", reject);
  child.on("close", (code) => {
    noteTokens(stdout);
    try {
      refuseTokens(`what pail ${args.slice(0, 2).join(" ")} says on stderr`, stderr);
      resolve({ status: code ?? -1, stdout, stderr });
    } catch (error) {
      reject(error);
    }
  });
  return promise;
}

function collectText(stream: Readable): () => string {
  const parts: string[] = [];
  stream.setEncoding("utf8").on("data", (text: string) => parts.push(text));
  return () => parts.join("");
}

/** The file is written in one go once the server answers, but a reader may still meet it empty. */
async function readCredentials(file: string): Promise<DemoCredentials | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as DemoCredentials;
  } catch {
    return undefined;
  }
}

async function awaitCredentials(
  file: string,
  child: ChildProcess,
  log: () => string,
): Promise<DemoCredentials> {
  const deadline = Date.now() + START_MS_MAX;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`pail demo ended with ${child.exitCode ?? child.signalCode}:\n${log()}`);
    }
    const credentials = await readCredentials(file);
    if (credentials !== undefined) return credentials;
    await delay(20);
  }
  throw new Error(`pail demo wrote no credentials within ${START_MS_MAX} ms:\n${log()}`);
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once("close", () => resolve());
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS_MAX);
  await promise;
  clearTimeout(timer);
}

/** The databases in PostgreSQL that belong to data folders of servers that were given none. */
const databases = new Map<string, TestDatabaseSettings>();

async function databaseUrlOf(dataFolder: string): Promise<string | undefined> {
  if (SERVER_DIALECT === "sqlite") return undefined;
  const testDatabase = databases.get(dataFolder) ?? (await createTestDatabaseSettings("postgres"));
  databases.set(dataFolder, testDatabase);
  return testDatabase.settings.kind === "postgres" ? testDatabase.settings.url.reveal() : undefined;
}

async function removeDatabaseOf(dataFolder: string): Promise<void> {
  await databases.get(dataFolder)?.remove();
  databases.delete(dataFolder);
}

/** Starts `pail demo` on a free port and a new data folder, and waits until it answers. */
export async function startPail(options: PailOptions = {}): Promise<PailServer> {
  const folder = await mkdtemp(join(tmpdir(), "pail-test-"));
  const dataFolder = options.dataFolder ?? join(folder, "data");
  const credentialsFile = join(folder, "credentials.json");
  const { userId } = options;
  const account = userId === undefined ? {} : { uid: userId, gid: userId };
  if (userId !== undefined) await chown(folder, userId, userId);
  const databaseUrl = options.databaseUrl ?? (await databaseUrlOf(dataFolder));
  const asServer = { env: serverEnvironment(folder, databaseUrl), ...account };
  const args = ["demo", "--data", dataFolder, "--port", "0", "--credentials", credentialsFile];
  if (options.identity !== undefined) args.push("--identity", options.identity);
  if (options.webhookPrivateTargets === true) args.push("--webhook-private-targets");
  args.push(...(options.args ?? []));
  const child = spawn(PAIL, args, { ...asServer, stdio: ["ignore", "pipe", "pipe"] });
  const killWithTests = () => child.kill("SIGKILL");
  process.on("exit", killWithTests);
  // A test file that fails outside of any test ends without the event "exit" and without its `after` hooks.
  process.on("uncaughtExceptionMonitor", killWithTests);
  // What goes to stdout is for the person at the terminal, and holds a token: it is read, so that the pipe never fills.
  child.stdout.resume();
  const logText = collectText(child.stderr);
  const stop = async () => {
    await endProcess(child);
    process.off("exit", killWithTests);
    process.off("uncaughtExceptionMonitor", killWithTests);
    try {
      refuseTokens("the log", logText());
      refuseTokensInDatabase(join(dataFolder, "pail.sqlite"));
      if (child.signalCode === "SIGKILL") refuseTokensInFolder(dataFolder);
      if (databaseUrl !== undefined) await refuseTokensInPostgres(databaseUrl);
    } finally {
      if (options.dataFolder === undefined) await removeDatabaseOf(dataFolder);
      // Another server may still run on the folder, and write into it while it is removed.
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    }
  };
  try {
    const credentials = await awaitCredentials(credentialsFile, child, logText);
    noteTokens(JSON.stringify(credentials));
    return {
      credentials,
      credentialsFile,
      dataFolder,
      processId: child.pid ?? -1,
      logText,
      cli: (command, { input } = {}) => runCommand([...command, "--data", dataFolder], asServer, input),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** One server for all tests of a file: it ends after the last one, and its log is printed beside a failing one. */
export async function startPailForFile(options: PailOptions = {}): Promise<PailServer> {
  const pail = await startPail(options);
  let printed = 0;
  after(() => pail.stop());
  afterEach((context) => {
    const log = pail.logText();
    if ("passed" in context && !context.passed) console.error(log.slice(printed));
    printed = log.length;
  });
  return pail;
}
