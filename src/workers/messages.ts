import type { MetricObject } from "prom-client";
import type { Uuid } from "../model/uuid.ts";

/** What a worker tells the main process, which does the jobs for all. */
export type FromWorker =
  | { readonly kind: "listening" }
  | { readonly kind: "outbox" }
  | { readonly kind: "maintenance"; readonly repositoryUuid: Uuid }
  | { readonly kind: "metrics"; readonly question: number; readonly metrics: readonly MetricObject[] };

/** What the main process asks a worker. */
export type ToWorker = { readonly kind: "metrics"; readonly question: number };
