import type { Ports } from "../ports.ts";
import type { FromWorker, ToWorker } from "./messages.ts";

/** Tells a worker the port that it shares. Set by the main process for its own children only. */
export const WORKER_PORT_VARIABLE = "PAIL_WORKER_PORT";

/** The port to share, in a process that a main process has started as its worker. */
export function findWorkerPort(environment: NodeJS.ProcessEnv): number | undefined {
  const port = Number(environment[WORKER_PORT_VARIABLE]);
  return process.send !== undefined && Number.isInteger(port) && port > 0 ? port : undefined;
}

/** The ports of a worker: what is to be done after an answer is told to the main process, which does it. */
export function linkToMain(ports: Ports): Ports {
  process.on("message", (message: ToWorker) => {
    if (message.kind !== "metrics") return;
    void ports.metrics
      .read()
      .then((metrics) => tell({ kind: "metrics", question: message.question, metrics }));
  });
  return {
    ...ports,
    maintenance: {
      ...ports.maintenance,
      wake: (repositoryUuid) => tell({ kind: "maintenance", repositoryUuid }),
    },
    outbox: { wake: () => tell({ kind: "outbox" }), listen() {} },
  };
}

/** A main process that is gone hears nothing; its end is this worker's too. */
export function tell(message: FromWorker): void {
  if (process.connected) process.send?.(message, () => {});
}
