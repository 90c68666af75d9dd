import { randomBytes } from "node:crypto";
import { mkdtempSync, openSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { flushCompileCache } from "node:module";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import type { Logger } from "pino";
import { type RunningApp, startApp, sweepLeftovers } from "../../app.ts";
import { operatorBy } from "../../authorization/operator-by.ts";
import type { Config } from "../../config/config.ts";
import { SQLITE_FILE } from "../../config/settings.ts";
import { BITBUCKET_API_HOST, BITBUCKET_HOST } from "../../http/server/public-urls.ts";
import { Secret } from "../../model/secret.ts";
import type { Ports } from "../../ports.ts";
import { createRunCertificates } from "../../stand-in/proxy/run-certificates.ts";
import { openRunProxy, type RunProxy } from "../../stand-in/proxy/run-proxy.ts";
import { findUpstreamProxy } from "../../stand-in/proxy/upstream-proxy.ts";
import { listUnknownOperations } from "../../storage/sql/audit/unknown-operations.ts";
import { type OpenControl, openControlled } from "../control/open-controlled.ts";
import { writeDemoCredentials } from "../demo/demo-credentials.ts";
import { createSignInUrl, type DemoPreparation, readDemoPreparation } from "../demo/prepare-demo.ts";
import { lockDataFolder } from "../start/lock-data-folder.ts";
import { openLog } from "../start/open-log.ts";
import { createChildEnvironment } from "./child-environment.ts";
import { describeRun } from "./describe-run.ts";
import { findLeftProcesses } from "./left-processes.ts";
import { type ChildOutcome, runChild } from "./run-child.ts";

export type RunOptions = {
  /** Undefined: a temporary one. */
  readonly dataFolder: string | undefined;
  readonly port: number;
  readonly credentialsFile: string | undefined;
  /** Undefined: the data of the demo. */
  readonly seedFile: string | undefined;
  /** Undefined: nothing is logged. */
  readonly logFile: string | undefined;
  readonly isOffline: boolean;
  readonly keepsCredentialHelpers: boolean;
};

const PASSWORD_BYTES = 24;
const SIGNALLED_STATUS = 128;
const ENDINGS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Serves for one command, and tells on stderr what it has asked for. @returns the status to exit with. */
export async function runInStandIn(
  config: Config,
  command: readonly string[],
  options: RunOptions,
): Promise<number> {
  const prepareData = await readDemoPreparation(options.seedFile);
  const folder = mkdtempSync(join(tmpdir(), "pail-run-"));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  const ending = watchEndings(remove);
  // Closed by the end of the process, since the last lines are written then.
  const logFile = options.logFile === undefined ? undefined : openSync(options.logFile, "a", 0o600);
  try {
    const log = logFile === undefined ? openLog("silent") : openLog(config.logLevel, logFile);
    const dataFolder = options.dataFolder ?? join(folder, "data");
    const settings = {
      ...config,
      dataFolder,
      database: { kind: "sqlite" as const, path: join(dataFolder, SQLITE_FILE) },
      objectStore: undefined,
      port: options.port,
      workers: 1,
      // What the command could ask for by itself: its own servers here wait for webhooks.
      mayReachPrivateAddresses: true,
      mayImportFromPrivateAddresses: true,
    };
    const lock = await lockDataFolder(dataFolder);
    try {
      return await serve(settings, log, { ...options, prepareData, folder, command, ending });
    } finally {
      lock.release();
    }
  } finally {
    remove();
    ending.stop();
  }
}

type Run = RunOptions & {
  readonly prepareData: DemoPreparation;
  readonly folder: string;
  readonly command: readonly string[];
  readonly ending: Ending;
};

async function serve(config: Config, log: Logger, run: Run): Promise<number> {
  const { standIn, startControl, close } = await openControlled(config, log);
  const { ports } = standIn;
  try {
    const names = [...new Set([BITBUCKET_HOST, BITBUCKET_API_HOST, ...config.proxiedHosts])];
    // As the demo does: the next run of a folder finds tokens that work.
    const keptFile = join(config.dataFolder, "demo-credentials.json");
    const [certificates, prepared] = await Promise.all([
      createRunCertificates(names, ports.clock()),
      run.prepareData(ports, operatorBy(ports), [keptFile]),
    ]);
    await sweepLeftovers(ports);
    const app = await startApp(ports, { sharesPort: false });
    flushCompileCache();
    const password = new Secret(randomBytes(PASSWORD_BYTES).toString("base64url"));
    const upstream = findUpstreamProxy(process.env);
    let proxy: RunProxy | undefined;
    let control: OpenControl | undefined;
    try {
      proxy = await openRunProxy({
        server: app.server,
        names,
        certificates,
        password,
        isOffline: run.isOffline,
        upstream,
      });
      // Before what a reset leads back to.
      const signInUrl = await createSignInUrl(ports, prepared.account);
      const { credentials } = prepared.describe(app.url, signInUrl, NO_PATHS);
      await standIn.start();
      control = await startControl({ socketPath: undefined, port: undefined });
      const credentialsFile = join(run.folder, "credentials.json");
      for (const file of [keptFile, credentialsFile, run.credentialsFile ?? keptFile])
        await writeDemoCredentials(file, credentials);
      const environment = createChildEnvironment(process.env, {
        folder: run.folder,
        names,
        proxyPort: proxy.port,
        proxyPassword: password,
        authority: certificates.authority,
        now: ports.clock(),
        credentialsFile,
        control: control.variables,
        keepsCredentialHelpers: run.keepsCredentialHelpers,
      });
      log.info({ url: app.url, proxy_port: proxy.port }, "running a command");
      return await runAndTell(ports, app, proxy, environment, run);
    } finally {
      await proxy?.close();
      await app.close();
      await control?.close();
      await standIn.close();
    }
  } finally {
    await close();
  }
}

/** Of what is printed for people, which a run does not. */
const NO_PATHS = { dataFolder: "", commandsFile: "" };

async function runAndTell(
  ports: Ports,
  app: RunningApp,
  proxy: RunProxy,
  environment: NodeJS.ProcessEnv,
  { command, ending, isOffline, folder }: Run,
): Promise<number> {
  const count = countRequests(app.server);
  const unknownBefore = await listUnknownOperations(ports.database.kysely);
  if (ending.signal !== undefined) return SIGNALLED_STATUS + constants.signals[ending.signal];
  const outcome: ChildOutcome = await ending.leaveToChild(() => runChild(command, environment));
  const left = await findLeftProcesses(folder);
  process.stderr.write(
    await describeRun(ports, {
      command: command[0] ?? "",
      outcome,
      count,
      unknownBefore,
      left,
      refusedHosts: isOffline ? [...proxy.otherHosts] : [],
    }),
  );
  return outcome.status;
}

export type RequestCount = { requests: number; refused: number };

function countRequests(server: Server): RequestCount {
  const count = { requests: 0, refused: 0 };
  server.prependListener("request", (_request, response) => {
    count.requests += 1;
    response.once("close", () => {
      if (response.statusCode >= 400) count.refused += 1;
    });
  });
  return count;
}

type Ending = {
  /** That has asked this process to end. */
  readonly signal: NodeJS.Signals | undefined;
  /** While the work lasts, signals are its own. */
  leaveToChild<T>(work: () => Promise<T>): Promise<T>;
  stop(): void;
};

/** A signal ends this process in order. Whoever asks twice does not want to wait, but leaves nothing behind either. */
function watchEndings(remove: () => void): Ending {
  let signal: NodeJS.Signals | undefined;
  const listeners = ENDINGS.map((each) => {
    const end = () => {
      if (signal !== undefined) {
        remove();
        process.exit(SIGNALLED_STATUS + constants.signals[each]);
      }
      signal = each;
    };
    return [each, end] as const;
  });
  const start = () => {
    for (const [each, end] of listeners) process.on(each, end);
  };
  const stop = () => {
    for (const [each, end] of listeners) process.off(each, end);
  };
  start();
  return {
    get signal() {
      return signal;
    },
    async leaveToChild(work) {
      const working = work();
      stop();
      try {
        return await working;
      } finally {
        start();
      }
    },
    stop,
  };
}
