import type { Credentials } from "./pail.ts";

/** A server of either kind, before what tests ask of it. */
export type StartedPail = {
  readonly credentials: Credentials;
  /** How its control is found. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
};
