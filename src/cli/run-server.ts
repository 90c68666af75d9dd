import { once } from "node:events";
import type { Command } from "commander";
import { openPorts, type RunningApp, startApp } from "../app.ts";
import { isLoopback } from "../config/parse-setting.ts";
import type { Ports } from "../ports.ts";
import { openLog } from "./open-log.ts";
import { configOf } from "./settings-options.ts";

/** How long requests that are under way may still take when the server is told to end. */
const CLOSE_MS_MAX = 10_000;

export type ServerSteps<Prepared> = {
  /** Before it serves. */
  prepare(ports: Ports): Promise<Prepared>;
  /** Once it answers. */
  announce(ports: Ports, app: RunningApp, prepared: Prepared): Promise<void>;
};

/** Serves until SIGINT or SIGTERM. */
export async function runServer<Prepared>(command: Command, steps: ServerSteps<Prepared>): Promise<void> {
  const config = configOf(command);
  const log = openLog(config.logLevel);
  const stopped = awaitSignal();
  const ports = await openPorts(config, log);
  try {
    const prepared = await steps.prepare(ports);
    const app = await startApp(ports);
    log.info({ url: app.url }, "listening");
    if (!isLoopback(config.host)) {
      log.warn(
        { host: config.host },
        "this is plain HTTP and others can reach it: tokens are readable on the way, put a proxy with TLS in front",
      );
    }
    try {
      await steps.announce(ports, app, prepared);
      await stopped;
    } finally {
      await closeInTime(app, ports);
    }
  } finally {
    await ports.close();
  }
}

async function awaitSignal(): Promise<void> {
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
}

async function closeInTime(app: RunningApp, { log }: Pick<Ports, "log">): Promise<void> {
  // Whoever asks twice does not want to wait.
  const again = awaitSignal().then(() => "again" as const);
  const { promise: late, resolve } = Promise.withResolvers<"late">();
  const timer = setTimeout(resolve, CLOSE_MS_MAX, "late");
  const outcome = await Promise.race([app.close(), again, late]);
  clearTimeout(timer);
  if (outcome === undefined) return log.info("stopped");
  log.warn({ close_ms_max: CLOSE_MS_MAX }, "stopped with requests under way");
  process.exit(0);
}
