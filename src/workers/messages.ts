import type { MetricObject } from "prom-client";
import type { SignInAttempt } from "../limits/decide-sign-in.ts";
import type { RateDecision, RateQuestion } from "../limits/rate-limits.ts";
import type { Uuid } from "../model/uuid.ts";

/** What a worker tells the main process, which does the jobs for all. */
export type FromWorker =
  | { readonly kind: "outbox" }
  | { readonly kind: "maintenance"; readonly repositoryUuid: Uuid }
  | { readonly kind: "rate"; readonly question: number; readonly asked: RateQuestion }
  | { readonly kind: "sign-in"; readonly question: number; readonly attempt: SignInAttempt }
  | { readonly kind: "signed-in"; readonly attempt: SignInAttempt }
  | { readonly kind: "metrics"; readonly question: number; readonly metrics: readonly MetricObject[] };

/** What the main process asks a worker, and answers it. */
export type ToWorker =
  | { readonly kind: "metrics"; readonly question: number }
  /** The server is about to stop: from now on it is not ready. */
  | { readonly kind: "stopping" }
  | { readonly kind: "rate"; readonly question: number; readonly decision: RateDecision }
  /** `untilMs` undefined: it may go on. */
  | { readonly kind: "sign-in"; readonly question: number; readonly untilMs: number | undefined };
