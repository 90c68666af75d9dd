import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { FAULT_POINT_VARIABLE, type FaultPoint } from "../../../src/fault-points.ts";
import { isFrozen as isProcessFrozen } from "../processes/process-table.ts";
import { refuseTokens } from "../server/token-search.ts";
import type { Relay } from "./relay.ts";

const PAIL = fileURLToPath(new URL("../../../bin/pail", import.meta.url));
const SHIFTED_CLOCK = new URL("shifted-clock.ts", import.meta.url).href;
const START_MS_MAX = 120_000;
/** Somebody may write into it meanwhile. */
const REMOVAL = { recursive: true, force: true, maxRetries: 20, retryDelay: 20 } as const;

/** What a node does to itself at a fault point: it is killed, or frozen until somebody wakes it. */
export type NodeFault = {
  readonly point: FaultPoint;
  readonly nth: number;
  readonly delayMs: number;
  readonly signal: "SIGKILL" | "SIGSTOP";
};

/** One server of several: its disk is a cache, and each of its ways to the others may be lost. */
export type PailNode = {
  readonly name: string;
  /** A new port with every start. @throws Error while it does not run. */
  url(): string;
  isRunning(): boolean;
  /** Whether it has stopped itself, or been stopped, by SIGSTOP. */
  isFrozen(): boolean;
  readonly dataFolder: string;
  /** To PostgreSQL. */
  readonly database: Relay;
  /** To the store. */
  readonly store: Relay | undefined;
  /** @returns false if the fault has killed it before it served. */
  start(fault?: NodeFault): Promise<boolean>;
  /** As `kill -9`. */
  kill(): Promise<void>;
  /** By SIGTERM. @returns the status with which it ended. */
  stop(): Promise<number | null>;
  freeze(): void;
  wake(): void;
  /** @returns whether it has ended by itself within the time. */
  endsWithin(ms: number): Promise<boolean>;
  /** Removes everything on its disk, whether it runs or not. */
  wipe(): Promise<void>;
  /** Removes what it has in its cache. */
  wipeCache(): Promise<void>;
  /** Since its first start. */
  logText(): string;
};

export type NodeSettings = {
  readonly name: string;
  readonly folder: string;
  readonly database: Relay;
  readonly store: Relay | undefined;
  readonly environment: Readonly<Record<string, string>>;
  /** How far its clock is ahead. */
  readonly clockAheadMs: number;
};

export function openNode({
  name,
  folder,
  database,
  store,
  environment,
  clockAheadMs,
}: NodeSettings): PailNode {
  const dataFolder = join(folder, name);
  const log: string[] = [];
  let child: ChildProcess | undefined;
  let ended = Promise.resolve();
  let origin: string | undefined;
  let armed: NodeFault | undefined;
  /** Parts of the log in which there is no token. */
  let searched = 0;

  const isRunning = () => child !== undefined && child.exitCode === null && child.signalCode === null;
  const signal = (name: NodeJS.Signals) => {
    try {
      if (isRunning()) process.kill(-child!.pid!, name);
    } catch {
      // It has ended meanwhile.
    }
  };
  const kill = () => signal("SIGKILL");

  async function start(fault: NodeFault | undefined): Promise<boolean> {
    if (isRunning()) throw new Error(`the node ${name} runs already`);
    await mkdir(dataFolder, { recursive: true });
    armed = fault;
    origin = undefined;
    const args = ["serve", "--port", "0", "--workers", "1", "--webhook-private-targets"];
    const env = { ...environment, ...clockVariables(clockAheadMs), ...faultVariables(fault) };
    const started = spawn(PAIL, args, {
      env: { ...env, PAIL_DATA: dataFolder },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    child = started;
    process.on("exit", kill);
    let printed = "";
    started.stdout.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
    started.stderr.setEncoding("utf8").on("data", (text: string) => log.push(text));
    ended = new Promise((resolve) => {
      started.on("close", () => {
        process.off("exit", kill);
        resolve();
      });
    });
    const deadline = Date.now() + START_MS_MAX;
    for (;;) {
      const url = /^Pail listens on (\S+)$/m.exec(printed)?.[1];
      if (url !== undefined) {
        origin = url;
        return true;
      }
      if (!isRunning()) {
        await ended;
        if (started.signalCode === "SIGKILL" && fault !== undefined) return false;
        throw new Error(`the node ${name} ended with ${started.exitCode}:\n${log.slice(-20).join("")}`);
      }
      if (Date.now() > deadline) {
        kill();
        throw new Error(`the node ${name} did not serve within ${START_MS_MAX} ms:\n${log.join("")}`);
      }
      await delay(5);
    }
  }

  return {
    name,
    dataFolder,
    database,
    store,
    isRunning,
    isFrozen: () => isRunning() && isProcessFrozen(child!.pid!),
    url() {
      if (origin === undefined) throw new Error(`the node ${name} does not run`);
      return origin;
    },
    start,
    async kill() {
      kill();
      await ended;
      refuseTokens(`the log of ${name}`, log.slice(searched).join(""));
      searched = log.length;
    },
    async stop() {
      // Not its whole group: git processes end with it.
      child?.kill("SIGTERM");
      await ended;
      return child?.exitCode ?? null;
    },
    freeze: () => signal("SIGSTOP"),
    wake: () => signal("SIGCONT"),
    async endsWithin(ms) {
      const late = new AbortController();
      const isLate = delay(ms, false, { signal: late.signal }).catch(() => false);
      const hasEnded = await Promise.race([ended.then(() => true), isLate]);
      late.abort();
      return hasEnded && armed?.signal !== "SIGSTOP";
    },
    wipe: () => rm(dataFolder, REMOVAL),
    wipeCache: () => rm(join(dataFolder, "cache"), REMOVAL),
    logText: () => log.join(""),
  };
}

function faultVariables(fault: NodeFault | undefined): Record<string, string> {
  if (fault === undefined) return {};
  const { point, nth, delayMs, signal } = fault;
  return { [FAULT_POINT_VARIABLE]: `${point}:${nth}:${delayMs}:${signal}` };
}

function clockVariables(aheadMs: number): Record<string, string> {
  if (aheadMs === 0) return {};
  return { NODE_OPTIONS: `--import=${SHIFTED_CLOCK}`, CLOCK_AHEAD_MS: String(aheadMs) };
}
