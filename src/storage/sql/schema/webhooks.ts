import type { Generated } from "kysely";

/** Webhooks and their deliveries, pending and made. */
export type WebhookTables = {
  webhook: WebhookRow;
  webhook_delivery: WebhookDeliveryRow;
  webhook_attempt: WebhookAttemptRow;
};

export type WebhookRow = {
  uuid: string;
  workspace_uuid: string;
  /** Null for a webhook of the whole workspace. */
  repository_uuid: string | null;
  url: string;
  description: string;
  /** Event keys, space-separated. */
  events: string;
  is_active: number;
  /** The key of the signature. It has to be known to sign, so it is no digest. */
  secret: string | null;
  skips_certificate_check: number;
  created_at: number;
  /** Not null for one of an app, which nobody changes by hand. */
  app_installation_uuid: string | null;
};

/** The outbox: a row is written in the transaction of the change that it tells of. */
export type WebhookDeliveryRow = {
  uuid: string;
  /** Rises with every delivery: the order in which a webhook gets them. */
  sequence: Generated<number>;
  webhook_uuid: string;
  event_key: string;
  /** What happened: see `encodeEvent`. */
  event: string;
  /** The body, made at the first attempt and the same for all. */
  payload: string | null;
  state: "pending" | "delivered" | "failed";
  attempts: number;
  due_at: number;
  created_at: number;
  finished_at: number | null;
  /** The status of the last answer; null if there was none. */
  response_status: number | null;
  /** Why the last attempt failed, in words. */
  problem: string | null;
};

/** One attempt at a delivery: what was sent beside the body, and what came back. */
export type WebhookAttemptRow = {
  delivery_uuid: string;
  /** From 1, as in `X-Attempt-Number`. */
  number: number;
  sent_at: number;
  duration_ms: number;
  /** Without a password. */
  url: string;
  /** JSON: pairs of name and value. A signature is named, and not repeated. */
  request_headers: string;
  response_status: number | null;
  response_headers: string;
  /** The beginning of the answer's body, as text. Null: there was no answer, or it has none. */
  response_body: string | null;
  is_body_cut: number;
  problem: string | null;
};
