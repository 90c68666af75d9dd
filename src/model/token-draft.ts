import type { Bound } from "./bound.ts";
import type { GrantedScope } from "./scope.ts";
import type { Uuid } from "./uuid.ts";

/**
 * A token that somebody is about to create, step by step: kept with the session, so that nothing half-made is in an
 * address. It has no secret.
 */
export type TokenDraft = {
  readonly uuid: Uuid;
  readonly sessionUuid: Uuid;
  readonly name: string;
  readonly ageDays: number;
  readonly scopes: readonly GrantedScope[];
  /** What it is to be limited to beside its scopes. */
  readonly bound: Bound | undefined;
  /** When it is forgotten unless it is changed before. */
  readonly expiresAt: Date;
  /** Set once the token is created: it is shown once, so a draft makes no second one. */
  readonly tokenUuid: Uuid | undefined;
};

export const TOKEN_DRAFT_AGE_MS_MAX = 2 * 3_600_000;
/** Of one session; the oldest one is dropped. */
export const TOKEN_DRAFTS_MAX = 10;
