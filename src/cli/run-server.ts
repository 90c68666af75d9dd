import { once } from "node:events";
import type { Command } from "commander";
import { type RunningApp, startApp } from "../app.ts";
import { isLoopback } from "../config/parse-setting.ts";
import { openPorts } from "../open-ports.ts";
import type { Ports } from "../ports.ts";
import { openLog } from "./open-log.ts";
import { configOf } from "./settings-options.ts";

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
      // Whoever asks twice does not want to wait.
      void awaitSignal().then(() => process.exit(1));
      await app.close();
      log.info("stopped");
    }
  } finally {
    await ports.close();
  }
}

async function awaitSignal(): Promise<void> {
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
}
