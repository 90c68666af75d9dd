import type { Uuid } from "./uuid.ts";

/** What a request that was let in has used of its token, while somebody watched. */
export type RecordedUse =
  | { readonly kind: "api-token-scope" | "oauth-scope"; readonly value: string }
  /** One that the request was about. Of a workspace as its member or owner, and not only to see it. */
  | { readonly kind: "repository" | "project" | "workspace" | "seen-workspace"; readonly value: Uuid }
  /** A ref that was changed. */
  | { readonly kind: "ref"; readonly value: string };

/** Of one token: a push may change any number of refs. */
export const RECORDED_USES_MAX = 1_000;
