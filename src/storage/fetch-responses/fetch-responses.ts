import type { Uuid } from "../../model/uuid.ts";

/** What is asked for. Equal keys mean equal responses; who asks is no part of it. */
export type FetchResponseKey = {
  readonly repositoryUuid: Uuid;
  /** Hex digits. */
  readonly digest: string;
  /** About how large the response may become, in bytes. */
  readonly sizeBytesGuess: number;
};

/** Somebody who writes a response into a file. */
export type ResponseWriter = {
  /** Whether the response is complete. Never rejects. */
  readonly ended: Promise<boolean>;
  stop(): void;
};

/** `hit`: it was cached. `coalesced`: it is being written for an earlier request. `miss`: written for this request. */
export type CacheOutcome = "hit" | "coalesced" | "miss";

/** The bytes of a response, from its beginning, as fast as its reader asks for them. */
export type ResponseContent = {
  /** Of the whole; undefined while it is being written. */
  readonly sizeBytes: number | undefined;
  /**
   * Reads on into the beginning of `buffer`, as far as there is something; waits while there is nothing. One read at a time.
   *
   * @returns how many bytes were read; 0 at the end, or when it has been closed.
   */
  read(buffer: Buffer): Promise<number>;
  /** Must be called. The buffer of a read that is under way is free when that has returned. */
  close(): void;
};

export type FetchResponse = {
  readonly outcome: CacheOutcome;
  readonly content: ResponseContent;
  /** Whether `content` is the complete response. Resolves before `content` ends. */
  readonly isComplete: Promise<boolean>;
};

/** Responses to fetches, cached for whoever asks for the same: a bounded number of bytes, the longest unused go first. */
export type FetchResponses = {
  /**
   * Opens the response of a key: the cached one, the one that is being written, or a new one. `startWriter` is given the
   * open file, and a signal that is aborted when nobody waits for the response any more.
   *
   * @returns undefined if it cannot be cached, for want of room or because it is too large: then nothing was started.
   * @throws what `startWriter` throws, to everybody who waits for it; the reason of `signal` if that is aborted before.
   */
  open(
    key: FetchResponseKey,
    signal: AbortSignal,
    startWriter: (file: number, isUnwanted: AbortSignal) => Promise<ResponseWriter>,
  ): Promise<FetchResponse | undefined>;
  /** Removes what is cached of a repository. */
  removeRepository(repositoryUuid: Uuid): Promise<void>;
  /** Removes all that is cached. @returns false if there was nothing. */
  clear(): Promise<boolean>;
  /** Removes what processes that are gone have left half-written. */
  sweep(): Promise<void>;
};
