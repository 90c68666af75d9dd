import type { HttpRequest } from "./http-request.ts";

export type Load = {
  readonly request: HttpRequest;
  readonly connections: number;
  /** How long it lasts, at most. */
  readonly seconds: number;
  /** In place of the path of the request's URL: each is asked for once, then the load ends. */
  readonly paths?: readonly string[];
};

export type Rate = {
  readonly perSecond: number;
  /** Milliseconds until an answer. */
  readonly p50Ms: number;
  readonly p99Ms: number;
};

/** Sends requests over kept connections, each after the answer to the one before. */
export type RateGenerator = {
  readonly name: string;
  /** @throws Error if an answer is not 200, or a connection breaks. */
  measure(load: Load): Promise<Rate>;
};
