import type { RateDecision, RateLimits } from "../limits/rate-limits.ts";
import type { SignInLimiter } from "../limits/sign-in-limiter.ts";
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
export function linkToMain(ports: Ports, beginDrain: () => void): Ports {
  const rateAnswers = new Map<number, (decision: RateDecision) => void>();
  const signInAnswers = new Map<number, (until: Date | undefined) => void>();
  process.on("message", (message: ToWorker) => {
    if (message.kind === "stopping") return beginDrain();
    const { question } = message;
    switch (message.kind) {
      case "metrics":
        void ports.metrics.read().then((metrics) => tell({ kind: "metrics", question, metrics }));
        break;
      case "rate":
        rateAnswers.get(question)?.(message.decision);
        rateAnswers.delete(question);
        break;
      case "sign-in":
        signInAnswers.get(question)?.(message.untilMs === undefined ? undefined : new Date(message.untilMs));
        signInAnswers.delete(question);
        break;
    }
  });
  return {
    ...ports,
    maintenance: {
      ...ports.maintenance,
      wake: (repositoryUuid) => tell({ kind: "maintenance", repositoryUuid }),
    },
    rateLimits: ports.rateLimits && linkRateLimits(rateAnswers),
    signInLimiter: linkSignInLimiter(signInAnswers),
    outbox: { wake: () => tell({ kind: "outbox" }), listen() {} },
  };
}

/** Counted in the main process: a client's connections go to any of the processes, and its limit is one. */
function linkRateLimits(answers: Map<number, (decision: RateDecision) => void>): RateLimits {
  let questions = 0;
  return {
    take(asked) {
      questions += 1;
      const { promise, resolve } = Promise.withResolvers<RateDecision>();
      answers.set(questions, resolve);
      tell({ kind: "rate", question: questions, asked });
      return promise;
    },
  };
}

/** Counted in the main process too. */
function linkSignInLimiter(answers: Map<number, (until: Date | undefined) => void>): SignInLimiter {
  let questions = 0;
  return {
    begin(attempt) {
      questions += 1;
      const { promise, resolve } = Promise.withResolvers<Date | undefined>();
      answers.set(questions, resolve);
      tell({ kind: "sign-in", question: questions, attempt });
      return promise;
    },
    succeed: (attempt) => tell({ kind: "signed-in", attempt }),
  };
}

/** A main process that is gone hears nothing; its end is this worker's too. */
function tell(message: FromWorker): void {
  if (process.connected) process.send?.(message, () => {});
}
