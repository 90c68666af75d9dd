import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { MetricObject } from "prom-client";
import type { Ports } from "../ports.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import { WORKER_PORT_VARIABLE } from "./worker-link.ts";

/** The processes beside the main one that serve the same port over the same data. */
export type WorkerGroup = {
  /** What each has counted; one that does not answer in time is left out. */
  readMetrics(): Promise<readonly (readonly MetricObject[])[]>;
  /** Tells them that the server is about to stop. From now on none is started again. */
  announceStop(): void;
  close(): Promise<void>;
};

/** What a process takes to start is taken from the first answers of the one that serves already. */
const START_DELAY_MS = 100;
const RESTART_MS = 1_000;
/** For those that cannot start: what they need may be away for long, and each start takes a second of a processor. */
const RESTART_MS_MAX = 30_000;
const METRICS_MS_MAX = 1_000;
/** A little longer than a worker gives the requests under way. */
const CLOSE_MS_MAX = 12_000;

/** Whether several processes can listen on one port, and share what comes in: SO_REUSEPORT. */
export const CAN_SHARE_PORT = ["linux", "freebsd"].includes(process.platform);

/**
 * @throws the error of listening if another program has the port. Sharing it would not say so: two servers of one
 * account could then listen on one port without knowing of each other.
 */
export async function requireFreePort(host: string, port: number): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  probe.listen({ host, port });
  await once(probe, "listening");
  probe.close();
  await once(probe, "close");
}

/**
 * Starts workers with the command line of this process, a moment later. One that ends is started again, after a second; after twice
 * as long each time while they end by themselves, and soon.
 */
export function startWorkers(
  ports: Pick<Ports, "maintenance" | "outbox" | "rateLimits" | "signInLimiter" | "log">,
  { count, port }: { readonly count: number; readonly port: number },
): WorkerGroup {
  const workers = new Set<ChildProcess>();
  const answers = new Map<number, (metrics: readonly MetricObject[]) => void>();
  let questions = 0;
  let isClosing = false;
  let restartMs = RESTART_MS / 2;

  function start(): void {
    const began = performance.now();
    const worker = fork(process.argv[1]!, process.argv.slice(2), {
      execArgv: process.execArgv,
      env: { ...process.env, [WORKER_PORT_VARIABLE]: String(port) },
      // Standard output is for what the main process has to say.
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    workers.add(worker);
    worker.on("message", (message: FromWorker) => hear(worker, message));
    worker.on("error", (error) => ports.log.error({ err: error }, "a worker failed"));
    worker.once("exit", (status, signal) => {
      workers.delete(worker);
      if (isClosing) return;
      const failedToStart = signal === null && performance.now() - began < RESTART_MS_MAX;
      restartMs = failedToStart ? Math.min(2 * restartMs, RESTART_MS_MAX) : RESTART_MS;
      ports.log.error(
        { "worker.status": status, "worker.signal": signal, "worker.restart_ms": restartMs },
        "a worker ended and is started again",
      );
      startLater(restartMs);
    });
  }

  function startLater(ms: number): void {
    setTimeout(() => {
      if (!isClosing) start();
    }, ms).unref();
  }

  function hear(worker: ChildProcess, message: FromWorker): void {
    switch (message.kind) {
      case "outbox":
        ports.outbox.wake();
        break;
      case "maintenance":
        ports.maintenance.wake(message.repositoryUuid);
        break;
      case "rate":
        void ports.rateLimits?.take(message.asked).then((decision) => {
          const answer: ToWorker = { kind: "rate", question: message.question, decision };
          if (worker.connected) worker.send(answer, () => {});
        });
        break;
      case "sign-in":
        void ports.signInLimiter.begin(message.attempt).then((until) => {
          const answer: ToWorker = {
            kind: "sign-in",
            question: message.question,
            untilMs: until?.getTime(),
          };
          if (worker.connected) worker.send(answer, () => {});
        });
        break;
      case "signed-in":
        ports.signInLimiter.succeed(message.attempt);
        break;
      case "metrics":
        answers.get(message.question)?.(message.metrics);
        break;
    }
  }

  async function ask(worker: ChildProcess): Promise<readonly MetricObject[]> {
    questions += 1;
    const question = questions;
    const { promise, resolve } = Promise.withResolvers<readonly MetricObject[]>();
    answers.set(question, resolve);
    try {
      worker.send({ kind: "metrics", question } satisfies ToWorker, () => {});
      return await Promise.race([promise, delay(METRICS_MS_MAX, [], { ref: false })]);
    } finally {
      answers.delete(question);
    }
  }

  for (let worker = 0; worker < count; worker += 1) startLater(START_DELAY_MS);
  return {
    readMetrics: () => Promise.all([...workers].map(ask)),
    announceStop() {
      isClosing = true;
      for (const worker of workers)
        if (worker.connected) worker.send({ kind: "stopping" } satisfies ToWorker, () => {});
    },
    async close() {
      isClosing = true;
      await Promise.all([...workers].map(endWorker));
    },
  };
}

async function endWorker(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const ended = once(worker, "exit");
  worker.kill("SIGTERM");
  const late = setTimeout(() => worker.kill("SIGKILL"), CLOSE_MS_MAX);
  await ended;
  clearTimeout(late);
}
