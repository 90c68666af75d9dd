import type { Uuid } from "../../model/uuid.ts";

/** Identifies a response. Equal keys mean equal responses; the caller is not part of the key. */
export type FetchResponseKey = {
  readonly repositoryUuid: Uuid;
  /** Hex digits. */
  readonly digest: string;
  /** An estimate of the size of the response, in bytes. */
  readonly sizeBytesGuess: number;
};

/** Writes a response into a file. */
export type ResponseWriter = {
  /** Whether the response is complete. Never rejects. */
  readonly ended: Promise<boolean>;
  stop(): void;
};

/** `hit`: it was cached. `coalesced`: it is being written for an earlier request. `miss`: written for this request. */
export type CacheOutcome = "hit" | "coalesced" | "miss";

/** The bytes of a response, from its beginning, read as fast as the reader asks for them. */
export type ResponseContent = {
  /** The size of the whole response; undefined while it is being written. */
  readonly sizeBytes: number | undefined;
  /**
   * Reads the next bytes into the beginning of `buffer`, as many as there are; waits while there are none. One read at
   * a time.
   *
   * @returns how many bytes were read; 0 at the end, or after `close`.
   */
  read(buffer: Buffer): Promise<number>;
  /** Must be called. The buffer of a pending read may be used again once that read has returned. */
  close(): void;
};

export type FetchResponse = {
  readonly outcome: CacheOutcome;
  readonly content: ResponseContent;
  /** Whether `content` is the complete response. Resolves before `content` ends. */
  readonly isComplete: Promise<boolean>;
};

/**
 * Caches responses to fetches for equal requests: a bounded number of bytes, the least recently used are dropped first.
 */
export type FetchResponses = {
  /**
   * Opens the response of a key: the cached one, the one that is being written, or a new one. `startWriter` is called
   * with the open file, and with a signal that is aborted when nobody waits for the response any more.
   *
   * @returns undefined if the response cannot be cached, for lack of space or because it is too large. Then nothing was
   * started.
   * @throws what `startWriter` throws, for all readers that wait for it; the reason of `signal` if that is aborted
   * before.
   */
  open(
    key: FetchResponseKey,
    signal: AbortSignal,
    startWriter: (file: number, isUnwanted: AbortSignal) => Promise<ResponseWriter>,
  ): Promise<FetchResponse | undefined>;
  /** Removes all cached responses of a repository. */
  removeRepository(repositoryUuid: Uuid): Promise<void>;
  /** Removes all cached responses. @returns false if there were none. */
  clear(): Promise<boolean>;
  /** Removes what processes that have ended have left incomplete. */
  sweep(): Promise<void>;
};
