import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { flushCompileCache } from "node:module";
import { availableParallelism } from "node:os";
import type { Command } from "commander";
import type { Logger } from "pino";
import { type RunningApp, startApp, startJobs, sweepLeftovers } from "../../app.ts";
import { operatorBy } from "../../authorization/operator-by.ts";
import type { Config, ObjectStoreSettings } from "../../config/config.ts";
import { isLoopback, WORKERS_MAX } from "../../config/parse-setting.ts";
import { publicBaseUrlsOf } from "../../config/public-base-urls.ts";
import { openPorts } from "../../open-ports.ts";
import { openProbes } from "../../own-routes/health.ts";
import type { By, Ports } from "../../ports.ts";
import {
  CAN_SHARE_PORT,
  requireFreePort,
  startWorkers,
  type WorkerGroup,
} from "../../workers/worker-group.ts";
import { findWorkerPort, linkToMain } from "../../workers/worker-link.ts";
import type { ControlSettings, OpenControl } from "../control/open-controlled.ts";
import { lockDataFolder } from "../start/lock-data-folder.ts";
import { openLog } from "../start/open-log.ts";
import { configOf } from "../start/settings-options.ts";
import { WrongSettingsError } from "../terminal/problem.ts";
import { checkCertificate } from "./check-certificate.ts";
import { openDrain } from "./drain.ts";

export type ServerSteps<Prepared> = {
  /** Processes that serve if nothing else is said. */
  readonly workersDefault: number;
  /** Undefined: it is not controlled. */
  readonly control?: ControlSettings | undefined;
  /** Before it serves. */
  prepare(ports: Ports, by: By): Promise<Prepared>;
  /** Once it answers. */
  announce(
    ports: Ports,
    app: RunningApp,
    prepared: Prepared,
    control: OpenControl | undefined,
  ): Promise<void>;
};

/** One for each core, where they can share a port. */
export const WORKERS_OF_MACHINE = CAN_SHARE_PORT ? Math.min(availableParallelism(), WORKERS_MAX) : 1;

/** Serves until SIGINT or SIGTERM. A process that was started as a worker serves together with the one that started it. */
export async function runServer<Prepared>(command: Command, steps: ServerSteps<Prepared>): Promise<void> {
  const given = await configOf(command);
  const config = { ...given, workers: given.workers ?? steps.workersDefault };
  if (config.workers > 1 && !CAN_SHARE_PORT) {
    throw new WrongSettingsError(["--workers: this system cannot share a port between processes: must be 1"]);
  }
  if (config.workers > 1 && steps.control !== undefined)
    throw new WrongSettingsError(["--workers: a server that is controlled is one process: must be 1"]);
  const { workers, databaseConnectionsMax: connections } = config;
  if (connections !== undefined && connections < workers) {
    const problem = `must be at least ${workers}, one for each worker, or --workers fewer`;
    throw new WrongSettingsError([`--database-connections-max: ${problem}`]);
  }
  const workerPort = findWorkerPort(process.env);
  if (workerPort === undefined) await runMain(config, steps);
  else await runWorker({ ...config, port: workerPort });
}

async function runMain<Prepared>(
  config: Config & { readonly workers: number },
  steps: ServerSteps<Prepared>,
): Promise<void> {
  const log = openLog(config.logLevel);
  checkCertificate(config, log, new Date());
  const stopped = awaitSignal();
  // Whoever asks twice does not want to wait.
  void stopped.then(awaitSignal).then(() => process.exit(1));
  const lock = await lockDataFolder(config.dataFolder);
  try {
    await serve(config, log, steps, stopped);
  } finally {
    lock.release();
  }
}

async function serve<Prepared>(
  config: Config & { readonly workers: number },
  log: Logger,
  steps: ServerSteps<Prepared>,
  stopped: Promise<StopSignal>,
): Promise<void> {
  if (config.objectStore !== undefined) await probe(config.objectStore);
  const { ports, startBeside, close } = await openServed(config, log, steps.control);
  try {
    const prepared = await steps.prepare(ports, operatorBy(ports));
    await sweepLeftovers(ports);
    const sharesPort = config.workers > 1;
    if (sharesPort) await requireFreePort(config.host, config.port);
    const app = await startApp(ports, { sharesPort });
    // Node keeps what it has made of the sources when it ends. The workers find it now, and the next start also if this
    // process is killed.
    flushCompileCache();
    const workers = startWorkers(ports, { count: config.workers - 1, port: app.port });
    let metrics: Awaited<ReturnType<typeof openMetrics>>;
    let beside: Awaited<ReturnType<typeof startBeside>> | undefined;
    try {
      beside = await startBeside();
      metrics = await openMetrics(ports, workers);
      log.info({ url: app.url, workers: config.workers }, "listening");
      warnOfPlainHttp(ports);
      warnOfUnknownUrl(ports);
      await steps.announce(ports, app, prepared, beside.control);
      // Who stops it at the terminal is not behind a proxy.
      if ((await stopped) === "SIGTERM") await drain(ports, workers, beside);
    } finally {
      await Promise.all([app.close(), workers.close()]);
      await beside?.close();
      await metrics?.close();
      log.info("stopped");
    }
  } finally {
    await close();
  }
}

/** What one node of several does for all goes to another at once, and requests as soon as proxies have seen that it is not ready. */
async function drain(ports: Ports, workers: WorkerGroup, jobs: { close(): Promise<void> }): Promise<void> {
  const { config, log } = ports;
  if (config.drainSeconds === 0) return;
  const draining = openDrain(ports);
  draining.begin();
  workers.announceStop();
  log.info({ "drain.seconds": config.drainSeconds }, "stopping");
  await Promise.all([jobs.close(), ports.maintenance.close()]);
  await draining.end();
}

/** Nobody is served from a store that may lose what it has acknowledged. */
async function probe(settings: ObjectStoreSettings): Promise<void> {
  const { probeObjectStore } = await import("../../storage/object-store/probe-object-store.ts");
  await probeObjectStore(settings, {
    clock: () => new Date(),
    newName: () => randomBytes(10).toString("hex"),
  });
}

type Served = {
  readonly ports: Ports;
  /** Starts the jobs, and the control. */
  startBeside(): Promise<{ readonly control: OpenControl | undefined; close(): Promise<void> }>;
  close(): Promise<void>;
};

async function openServed(
  config: Config,
  log: Logger,
  control: ControlSettings | undefined,
): Promise<Served> {
  if (control === undefined) {
    const ports = await openPorts(config, log);
    return {
      ports,
      startBeside: async () => ({ control: undefined, close: startJobs(ports).close }),
      close: ports.close,
    };
  }
  // Loaded only here: a server that is not controlled has none of it.
  const { openControlled } = await import("../control/open-controlled.ts");
  const { standIn, startControl, close } = await openControlled(config, log, {
    catchesWebhooks: control.catchesWebhooks === true,
  });
  return {
    ports: standIn.ports,
    async startBeside() {
      await standIn.start();
      const opened = await startControl(control);
      return {
        control: opened,
        async close() {
          await opened.close();
          await standIn.close();
        },
      };
    },
    close,
  };
}

/** Ends with the process that has started it, also when that is killed. */
async function runWorker(config: Config): Promise<void> {
  const stopped = Promise.race([awaitSignal(), once(process, "disconnect").then(() => "orphaned" as const)]);
  try {
    await serveAsWorker(config, stopped);
  } finally {
    // As long as it is connected it does not end, not even if it could not start.
    if (process.connected) process.disconnect();
  }
}

async function serveAsWorker(config: Config, stopped: Promise<StopSignal | "orphaned">): Promise<void> {
  const ports = await openPorts(config, openLog(config.logLevel), { isOfRunningServer: true });
  try {
    const draining = openDrain(ports);
    const app = await startApp(linkToMain(ports, draining.begin), { sharesPort: true });
    const reason = await stopped;
    void awaitSignal().then(() => process.exit(1));
    // A service manager may end all processes at once.
    if (reason === "SIGTERM") await draining.end();
    await app.close();
  } finally {
    await ports.close();
  }
}

async function openMetrics(ports: Ports, workers: WorkerGroup) {
  const { metrics: address } = ports.config;
  if (address === undefined) return undefined;
  const [{ startMetricsServer }, { writeMetrics }] = await Promise.all([
    import("../../http/server/metrics-server.ts"),
    import("../../metrics/prometheus-metrics.ts"),
  ]);
  const server = await startMetricsServer(
    address,
    async () => writeMetrics([await ports.metrics.read(), ...(await workers.readMetrics())]),
    openProbes(ports),
  );
  ports.log.info({ url: server.url }, "metrics");
  return server;
}

function warnOfPlainHttp({ config: { host, tls }, log }: Ports): void {
  if (isLoopback(host) || tls !== undefined) return;
  log.warn(
    { host },
    "this is plain HTTP and others can reach it: tokens are readable on the way, use --tls-cert, or put a proxy with TLS in front",
  );
}

function warnOfUnknownUrl(ports: Ports): void {
  const { publicUrl, host } = ports.config;
  if (publicUrl !== undefined || isLoopback(host)) return;
  ports.log.warn(
    { url: publicBaseUrlsOf(ports).html },
    "links in webhooks begin with this URL: set --public-url to the one that people use",
  );
}

type StopSignal = "SIGINT" | "SIGTERM";

function awaitSignal(): Promise<StopSignal> {
  const { promise, resolve } = Promise.withResolvers<StopSignal>();
  process.once("SIGINT", resolve).once("SIGTERM", resolve);
  return promise;
}
