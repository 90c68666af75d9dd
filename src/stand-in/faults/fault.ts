import type { RoutePattern } from "./route-pattern.ts";

export const CREDENTIAL_KINDS = [
  "none",
  "api-token",
  "access-token",
  "oauth",
  "app-password",
  "password",
  "jwt",
] as const;
export type SentCredentialKind = (typeof CREDENTIAL_KINDS)[number];

/** Which requests a fault is for. All that is given has to fit. */
export type FaultSelector = {
  readonly pattern: RoutePattern | undefined;
  readonly method: string | undefined;
  /** Requests that take this scope, of either vocabulary. */
  readonly scope: string | undefined;
  /** Requests that send a credential of this kind. */
  readonly credential: SentCredentialKind | undefined;
};

/** What happens to them. */
export type FaultEffect = {
  readonly delayMs: number;
  /** Answered in the place of the server. Undefined: the server answers. */
  readonly answer: FaultAnswer | undefined;
  /** The connection is closed: before anything is sent, once the headers have been, or after so many bytes of the body. */
  readonly cutOff: "connection" | "headers" | number | undefined;
  /** The answer ends in the middle of its body, and looks complete. */
  readonly isTruncated: boolean;
};

export type FaultAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: what Bitbucket or its like would say with this status. */
  readonly body: string | undefined;
};

/** When it happens, of the requests that fit. */
export type FaultSchedule = {
  /** How often at most. */
  readonly timesMax: number | undefined;
  /** Each so-manieth request. */
  readonly every: number;
  /** Of each request, from 0 to 1; the same requests for the same seed. */
  readonly probability: number;
  readonly seed: number;
};

export type NewFault = FaultSelector & FaultEffect & FaultSchedule;

export type Fault = NewFault & {
  /** 1, 2, 3 … */
  readonly id: number;
  /** Requests that fitted, and those to which it happened. */
  readonly seen: number;
  readonly happened: number;
};
