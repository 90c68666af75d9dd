import type { EncodedEvent } from "./encoded-event.ts";
import type { Secret } from "./secret.ts";
import type { Uuid } from "./uuid.ts";

/** The events that a webhook can subscribe to: contract, rest.md §2.16. `token:expiring` is ours. */
export const WEBHOOK_EVENTS = [
  "issue:comment_created",
  "issue:created",
  "issue:updated",
  "pipeline:span_created",
  "project:updated",
  "pullrequest:approved",
  "pullrequest:changes_request_created",
  "pullrequest:changes_request_removed",
  "pullrequest:comment_created",
  "pullrequest:comment_deleted",
  "pullrequest:comment_reopened",
  "pullrequest:comment_resolved",
  "pullrequest:comment_updated",
  "pullrequest:created",
  "pullrequest:fulfilled",
  "pullrequest:push",
  "pullrequest:rejected",
  "pullrequest:unapproved",
  "pullrequest:updated",
  "repo:commit_comment_created",
  "repo:commit_status_created",
  "repo:commit_status_updated",
  "repo:created",
  "repo:deleted",
  "repo:fork",
  "repo:imported",
  "repo:push",
  "repo:transfer",
  "repo:updated",
  "token:expiring",
] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

export function parseWebhookEvent(text: string): WebhookEvent | undefined {
  return WEBHOOK_EVENTS.find((event) => event === text);
}

export type Webhook = {
  readonly uuid: Uuid;
  readonly workspaceUuid: Uuid;
  /** Undefined for a webhook of the whole workspace. */
  readonly repositoryUuid: Uuid | undefined;
  readonly url: string;
  readonly description: string;
  readonly events: readonly WebhookEvent[];
  readonly isActive: boolean;
  readonly secret: Secret | undefined;
  readonly skipsCertificateCheck: boolean;
  readonly createdAt: Date;
  /** Of an app that is installed: its deliveries are wrapped and signed by a token. */
  readonly installationUuid?: Uuid | undefined;
};

/** A delivery that is pending, or was made. */
export type WebhookDelivery = {
  /** The wire's `X-Request-UUID`. */
  readonly uuid: Uuid;
  readonly sequence: number;
  readonly webhookUuid: Uuid;
  readonly eventKey: WebhookEvent;
  readonly event: EncodedEvent;
  readonly payload: string | undefined;
  readonly state: "pending" | "delivered" | "failed";
  readonly attempts: number;
  readonly dueAt: Date;
  readonly createdAt: Date;
  readonly finishedAt: Date | undefined;
  readonly responseStatus: number | undefined;
  readonly problem: string | undefined;
};

export type HeaderLine = readonly [name: string, value: string];

/** One attempt at a delivery. The body that was sent is the delivery's. */
export type WebhookAttempt = {
  readonly number: number;
  readonly sentAt: Date;
  readonly durationMs: number;
  /** Without a password. */
  readonly url: string;
  readonly requestHeaders: readonly HeaderLine[];
  readonly responseStatus: number | undefined;
  readonly responseHeaders: readonly HeaderLine[];
  /** The beginning of it. Undefined: there was no answer. */
  readonly responseBody: string | undefined;
  readonly isBodyCut: boolean;
  readonly problem: string | undefined;
};
