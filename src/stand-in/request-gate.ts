import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { Failure } from "../model/failure.ts";
import type { Ports } from "../ports.ts";

/** Requests that take longer are ended. */
const DRAIN_MS_MAX = 5_000;
const RETRY_AFTER_SECONDS = "1";
const RESET_TEXT = "The server was reset while this was under way: try again";

export type RequestGate = {
  /** Lets a request in: at once, or when what runs in quiet has been done. */
  admit(request: IncomingMessage, response: ServerResponse, next: () => void): void;
  /** The transactions of requests: those of requests that were ended are refused. */
  watchTransactions(transactions: Ports["transactions"]): Ports["transactions"];
  /**
   * Does the work while no request is under way. New ones wait; earlier ones are waited for, and ended after 5 seconds. One after another.
   *
   * @param ends whether requests under way must not go on afterwards: what they know is not so any more.
   */
  quiet<T>(work: () => Promise<T>): Promise<T>;
};

type Admitted = { readonly response: ServerResponse };

export function openRequestGate(drainMsMax = DRAIN_MS_MAX): RequestGate {
  /** In which stretch between two quiet times a request has begun. What it starts has the same one. */
  const stretches = new AsyncLocalStorage<number>();
  const underWay = new Set<Admitted>();
  const waiting: (() => void)[] = [];
  let stretch = 0;
  let transactionsUnderWay = 0;
  let isQuiet = false;
  let last: Promise<unknown> = Promise.resolve();

  function start(request: IncomingMessage, response: ServerResponse, next: () => void): void {
    // The client has gone while it waited.
    if (response.destroyed) return;
    const admitted = { response };
    underWay.add(admitted);
    response.once("close", () => underWay.delete(admitted));
    stretches.run(stretch, () => {
      // Node calls listeners for a body in the connection's context, not in that of the request.
      request.emit = AsyncResource.bind(request.emit.bind(request));
      response.emit = AsyncResource.bind(response.emit.bind(response));
      next();
    });
  }

  async function drain(): Promise<void> {
    const end = performance.now() + drainMsMax;
    while (underWay.size > 0 && performance.now() < end) await delay(1);
    for (const { response } of underWay) endEarly(response);
    underWay.clear();
    stretch += 1;
    // Short, and limited by the database.
    while (transactionsUnderWay > 0) await delay(1);
  }

  async function runQuiet<T>(work: () => Promise<T>): Promise<T> {
    isQuiet = true;
    try {
      await drain();
      return await work();
    } finally {
      isQuiet = false;
      for (const begin of waiting.splice(0)) begin();
    }
  }

  return {
    admit(request, response, next) {
      if (isQuiet) waiting.push(() => start(request, response, next));
      else start(request, response, next);
    },
    watchTransactions: (transactions) => ({
      async transaction(work, options) {
        const begun = stretches.getStore();
        if (begun !== undefined && begun !== stretch) throw new Failure("unavailable", RESET_TEXT);
        transactionsUnderWay += 1;
        try {
          return await transactions.transaction(work, options);
        } finally {
          transactionsUnderWay -= 1;
        }
      },
    }),
    quiet(work) {
      const run = last.then(() => stretches.exit(() => runQuiet(work)));
      last = run.catch(() => {});
      return run;
    },
  };
}

/** With a status if nothing has been sent, else by closing the connection. What its handler still sends goes nowhere. */
function endEarly(response: ServerResponse): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const body = JSON.stringify({ type: "error", error: { message: RESET_TEXT } });
  response.writeHead(503, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    "retry-after": RETRY_AFTER_SECONDS,
    connection: "close",
  });
  response.end(body);
  Object.assign(response, {
    writeHead: () => response,
    setHeader: () => response,
    write: () => true,
    end: () => response,
  });
}
