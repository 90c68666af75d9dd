import type { Readable } from "node:stream";
import type { FetchOutcome } from "../../metrics/metrics.ts";
import type { ResponseContent } from "../../storage/fetch-responses/fetch-responses.ts";

/** The bytes of an answer, from its beginning, read as fast as the sender asks for them. */
export type FetchContent = ResponseContent;

/**
 * An answer to a fetch in git's own packets. A failure after the first byte is reported in it, by git's error packet.
 * Only a `stream` needs a git process while it is sent.
 */
export type FetchAnswer = {
  readonly outcome: FetchOutcome;
} & (
  | { readonly kind: "bytes"; readonly bytes: Buffer }
  /** From the cache, perhaps while it is still being written. Must be closed. */
  | { readonly kind: "content"; readonly content: FetchContent }
  /** git's output as it comes. Destroying it ends git. */
  | { readonly kind: "stream"; readonly stream: Readable; progress(): StreamProgress }
);

export type StreamProgress = {
  readonly packBytes: number;
  /** Whether git, which has a slot, is waiting until its output is read. */
  readonly isBlocked: boolean;
};
