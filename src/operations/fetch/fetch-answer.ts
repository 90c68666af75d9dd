import type { Readable } from "node:stream";
import type { FetchOutcome, ResponseContent } from "../../storage/fetch-responses/fetch-responses.ts";

/** The bytes of an answer, from its beginning, as fast as whoever sends them asks for them. */
export type FetchContent = ResponseContent;

/**
 * An answer to a fetch, in git's own packets, with what ended it too soon. Whoever sends it may be slow, and may break off: it
 * costs no process but where git's output is passed on.
 */
export type FetchAnswer = {
  /** `bypass`: from a process of its own, since it cannot be cached. */
  readonly outcome: FetchOutcome | "bypass";
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
