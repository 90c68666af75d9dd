import type { HeaderField } from "./mask-recorded.ts";

/** What went over the wire for one request, without the secrets in it. */
export type RecordedRequest = {
  /** 1, 2, 3 … */
  readonly id: number;
  /** By the clock of the server. */
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly method: string;
  /** Whole, with the host that was asked for. */
  readonly url: string;
  readonly httpVersion: string;
  readonly requestHeaders: readonly HeaderField[];
  readonly requestBody: RecordedBody;
  /** 0: nothing was answered. */
  readonly status: number;
  readonly statusText: string;
  readonly responseHeaders: readonly HeaderField[];
  readonly responseBody: RecordedBody;
  /** The pattern of its route. Undefined: none was reached. */
  readonly route: string | undefined;
  readonly accountId: string | undefined;
  readonly credentialKind: string | undefined;
  readonly credentialId: string | undefined;
};

export type RecordedBody = {
  readonly bytes: number;
  readonly type: string;
  /** Undefined if it is no text. */
  readonly text: string | undefined;
  /** Whether there was more of it than is kept. */
  readonly isCut: boolean;
};
