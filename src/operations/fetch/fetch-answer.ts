import type { Readable } from "node:stream";
import type { FetchOutcome } from "../../metrics/metrics.ts";
import type { ResponseContent } from "../../storage/fetch-responses/fetch-responses.ts";

/** The bytes of an answer, from its beginning, as fast as whoever sends them asks for them. */
export type FetchContent = ResponseContent;

/**
 * An answer to a fetch in git's own packets. What ends it too soon is told in it, by git's error packet. Only a `stream` holds a
 * git process while it is sent.
 */
export type FetchAnswer = {
  readonly outcome: FetchOutcome;
} & (
  | { readonly kind: "bytes"; readonly bytes: Buffer }
  /** Out of the cache, perhaps while it is being written. Must be closed. */
  | { readonly kind: "content"; readonly content: FetchContent }
  /** git's output as it comes. Destroying it ends git. */
  | { readonly kind: "stream"; readonly stream: Readable; progress(): StreamProgress }
);

export type StreamProgress = {
  readonly packBytes: number;
  /** Whether git, which holds a slot, waits until its output is taken. */
  readonly isBlocked: boolean;
};
