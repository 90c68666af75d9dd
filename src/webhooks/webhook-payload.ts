import { publicBaseUrlsOf } from "../config/public-base-urls.ts";
import { decodeEvent } from "../model/encoded-event.ts";
import type { OutboxEvent } from "../model/event.ts";
import type { WebhookDelivery } from "../model/webhook.ts";
import { findAccountByUuid } from "../storage/sql/accounts/accounts.ts";
import { findRepository } from "../storage/sql/repositories/repositories.ts";
import { renderCommentPayload, renderStatusPayload } from "./payloads/commit-payload.ts";
import { renderForkPayload } from "./payloads/fork-payload.ts";
import type { PayloadPorts, PayloadSubject } from "./payloads/payload-subject.ts";
import { renderProjectPayload } from "./payloads/project-payload.ts";
import {
  renderPullRequestCommentPayload,
  renderPullRequestPayload,
  renderReviewPayload,
} from "./payloads/pull-request-payload.ts";
import { renderPushPayload } from "./payloads/push-payload.ts";
import { renderRepositoryPayload, renderUpdatePayload } from "./payloads/repository-payload.ts";
import { renderTokenPayload } from "./payloads/token-payload.ts";

/** Documented: a payload larger than this is not delivered. */
export const PAYLOAD_BYTES_MAX = 256 * 1024;

export type RenderedPayload =
  | { readonly kind: "rendered"; readonly body: string }
  /** What it tells of is no longer there. */
  | { readonly kind: "gone" }
  /** A later version has to tell it. */
  | { readonly kind: "unknown"; readonly problem: string }
  | { readonly kind: "too-large" };

/** The body of a delivery: contract, rest.md §7. */
export async function renderPayload(
  ports: PayloadPorts,
  delivery: Pick<WebhookDelivery, "event">,
): Promise<RenderedPayload> {
  const decoded = decodeEvent(delivery.event);
  if (decoded.kind === "unknown") return decoded;
  const { event } = decoded;
  const { kysely } = ports.database;
  const actor = event.actorUuid === undefined ? undefined : await findAccountByUuid(kysely, event.actorUuid);
  const payload = await renderEvent(ports, event, { actor, baseUrls: publicBaseUrlsOf(ports) });
  if (payload === undefined) return { kind: "gone" };
  if (payload === "too-large") return { kind: "too-large" };
  const body = JSON.stringify(payload);
  return Buffer.byteLength(body) > PAYLOAD_BYTES_MAX ? { kind: "too-large" } : { kind: "rendered", body };
}

async function renderEvent(
  ports: PayloadPorts,
  event: OutboxEvent,
  by: Pick<PayloadSubject, "actor" | "baseUrls">,
): Promise<object | "too-large" | undefined> {
  switch (event.kind) {
    case "project:updated":
      return renderProjectPayload(event, by);
    case "token:expiring":
      return renderTokenPayload(event, by);
    case "repo:created":
    case "repo:deleted":
      return renderRepositoryPayload({ ...by, repository: event.repository });
    case "repo:updated":
      return renderUpdatePayload(event, { ...by, repository: event.repository });
  }
  const repository = await findRepository(ports.database.kysely, undefined, { uuid: event.repositoryUuid });
  if (repository === undefined) return undefined;
  const subject = { ...by, repository };
  switch (event.kind) {
    case "repo:push":
      return renderPushPayload(ports, event, subject, PAYLOAD_BYTES_MAX);
    case "repo:imported":
      return renderRepositoryPayload(subject);
    case "repo:fork":
      return renderForkPayload(ports, event, subject);
    case "repo:commit_comment_created":
      return renderCommentPayload(ports, event, subject);
    case "repo:commit_status_created":
    case "repo:commit_status_updated":
      return renderStatusPayload(ports, event, subject);
    case "pullrequest:created":
    case "pullrequest:updated":
    case "pullrequest:fulfilled":
    case "pullrequest:rejected":
      return renderPullRequestPayload(event, subject);
    case "pullrequest:approved":
    case "pullrequest:unapproved":
      return renderReviewPayload("approval", event, subject);
    case "pullrequest:changes_request_created":
    case "pullrequest:changes_request_removed":
      return renderReviewPayload("changes_request", event, subject);
    case "pullrequest:comment_created":
    case "pullrequest:comment_updated":
    case "pullrequest:comment_deleted":
    case "pullrequest:comment_resolved":
    case "pullrequest:comment_reopened":
      return renderPullRequestCommentPayload(event, subject);
  }
}
