import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { FAULT_POINT_VARIABLE, type FaultPoint } from "../../../src/fault-points.ts";
import { watchedEnvironment } from "../../support/answers/answers-folder.ts";
import { isAlive } from "../../support/processes/process-table.ts";
import {
  noteTokens,
  refuseTokens,
  refuseTokensInFolder,
  refuseTokensInPostgres,
} from "../../support/server/token-search.ts";

const PAIL = fileURLToPath(new URL("../../../bin/pail", import.meta.url));
const START_MS_MAX = 120_000;

/** Where a process kills itself: the point, which time it is reached, and how long after. */
export type Fault = { readonly point: FaultPoint; readonly nth: number; readonly delayMs: number };

export type DataLocation = {
  readonly dataFolder: string;
  /** Of PostgreSQL, in place of SQLite. */
  readonly databaseUrl: string | undefined;
  /** Processes that serve; one if nothing is said. */
  readonly workers?: number;
};

export type KillableServer = {
  readonly url: string;
  readonly processId: number;
  /** Whether it has ended, by a fault point or by `kill`. */
  readonly isGone: () => boolean;
  /** Waits for its end. @returns whether it has come within the time. */
  endsWithin(ms: number): Promise<boolean>;
  /** Fails if a token stands in what it has logged, or in what it leaves. */
  kill(): Promise<void>;
  logText(): string;
};

export type PailOutcome = {
  /** Undefined: killed. */
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
};

function environmentOf(location: DataLocation, fault: Fault | undefined): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH ?? "",
    HOME: location.dataFolder,
    LC_ALL: "C.UTF-8",
    PAIL_DATA: location.dataFolder,
    ...watchedEnvironment(),
    ...(location.databaseUrl === undefined ? {} : { DATABASE_URL: location.databaseUrl }),
    ...(fault === undefined
      ? {}
      : { [FAULT_POINT_VARIABLE]: `${fault.point}:${fault.nth}:${fault.delayMs}` }),
  };
}

function readAll(child: ChildProcess) {
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]!.setEncoding("utf8").on("data", (part: string) => {
      text[name] += part;
    });
  }
  return text;
}

/** Runs a command of `pail` to its end, or to the fault. */
export async function runPail(
  location: DataLocation,
  args: readonly string[],
  fault?: Fault,
): Promise<PailOutcome> {
  const child = spawn(PAIL, args, { env: environmentOf(location, fault), stdio: ["ignore", "pipe", "pipe"] });
  const text = readAll(child);
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  child.on("error", reject);
  child.on("close", (status) => resolve(status ?? undefined));
  const status = await promise;
  noteTokens(text.stdout);
  refuseTokens(`what pail ${args.slice(0, 2).join(" ")} says on stderr`, text.stderr);
  return { status, ...text };
}

/** What the main process logs when another one has ended. */
export const WORKER_ENDED = "a worker ended and is started again";

/**
 * Starts `pail serve` on a free port, in as many processes as the location says. With a fault, all of them end as soon as one of
 * them has reached it.
 *
 * @returns undefined if the fault has killed it before it served.
 */
export async function startKillable(
  location: DataLocation,
  fault?: Fault,
): Promise<KillableServer | undefined> {
  const { workers = 1 } = location;
  const args = ["serve", "--port", "0", "--workers", String(workers), "--webhook-private-targets"];
  // In a group of its own, so that all processes can be ended at once. Those of git have theirs.
  const options = { env: environmentOf(location, fault), detached: true } as const;
  const child = spawn(PAIL, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  const killWithTests = () => killGroup(child);
  process.on("exit", killWithTests);
  const text = readAll(child);
  child.once("exit", killWithTests);
  if (fault !== undefined)
    child.stderr.on("data", () => {
      if (text.stderr.includes(WORKER_ENDED)) killGroup(child);
    });
  const ended = new Promise<void>((resolve) => {
    child.on("close", () => {
      process.off("exit", killWithTests);
      resolve();
    });
  });
  let isSearched = false;
  /** What it has logged and what it leaves, as it leaves it. */
  const search = async () => {
    if (isSearched) return;
    isSearched = true;
    refuseTokens("the log", text.stderr);
    refuseTokensInFolder(location.dataFolder);
    if (location.databaseUrl !== undefined) await refuseTokensInPostgres(location.databaseUrl);
  };
  const isGone = () => child.exitCode !== null || child.signalCode !== null;
  const deadline = Date.now() + START_MS_MAX;
  let url: string | undefined;
  while (url === undefined) {
    if (isGone()) {
      await ended;
      await search();
      if (child.signalCode === "SIGKILL" && fault !== undefined) return undefined;
      throw new Error(`pail serve ended with ${child.exitCode ?? child.signalCode}:\n${text.stderr}`);
    }
    if (Date.now() > deadline) {
      killGroup(child);
      throw new Error(`pail serve did not serve within ${START_MS_MAX} ms:\n${text.stderr}`);
    }
    await delay(5);
    url = /^Pail listens on (\S+)$/m.exec(text.stdout)?.[1];
  }
  return {
    url,
    processId: child.pid!,
    isGone,
    async endsWithin(ms) {
      const late = new AbortController();
      const isLate = delay(ms, false, { signal: late.signal }).catch(() => false);
      const hasEnded = await Promise.race([ended.then(() => true), isLate]);
      late.abort();
      return hasEnded;
    },
    async kill() {
      killGroup(child);
      await ended;
      await search();
    },
    logText: () => text.stderr,
  };
}

function killGroup(child: ChildProcess): void {
  try {
    process.kill(-child.pid!, "SIGKILL");
  } catch {
    // All of it has ended.
  }
}

/** What git works for a server in this folder, whether the server lives or not. Where there is no /proc: nothing. */
export function gitProcessesIn(dataFolder: string): readonly number[] {
  const found: number[] = [];
  for (const name of listProcesses()) {
    try {
      const variables = readFileSync(`/proc/${name}/environ`, "latin1").split("\0");
      if (variables.some((text) => text.startsWith(`GIT_DIR=${dataFolder}/`))) found.push(Number(name));
    } catch {
      // It has ended meanwhile, or belongs to somebody else.
    }
  }
  return found;
}

function listProcesses(): readonly string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** Ends what a killed server has left running, as the end of a whole container or machine does. */
export function killProcesses(ids: readonly number[]): void {
  for (const id of ids) {
    try {
      process.kill(id, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** Waits until what a killed server has left running has ended by itself. */
export async function processesEnd(ids: readonly number[]): Promise<void> {
  const deadline = Date.now() + START_MS_MAX;
  while (ids.some(isAlive)) {
    if (Date.now() > deadline) throw new Error("git still runs, though its server has been killed");
    await delay(5);
  }
}
