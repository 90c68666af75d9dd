import type { Uuid } from "./uuid.ts";

/** Whether a help page helped, and what was missing. */
export type HelpAnswer = {
  readonly uuid: Uuid;
  readonly at: Date;
  /** The page: `api-tokens`. */
  readonly topic: string;
  readonly language: string;
  readonly isHelpful: boolean;
  readonly missing: string;
  readonly accountUuid: Uuid | undefined;
};

export const MISSING_LENGTH_MAX = 1_000;
