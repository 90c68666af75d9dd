import { publicBaseUrlsOf } from "../config/public-base-urls.ts";
import { parseFact, type WebhookFact } from "../model/event.ts";
import type { WebhookDelivery } from "../model/webhook.ts";
import { findAccountByUuid } from "../storage/sql/accounts/accounts.ts";
import { findRepository } from "../storage/sql/repositories/repositories.ts";
import { renderCommentPayload, renderStatusPayload } from "./payloads/commit-payload.ts";
import { renderForkPayload } from "./payloads/fork-payload.ts";
import type { PayloadPorts, PayloadSubject } from "./payloads/payload-subject.ts";
import { renderProjectPayload } from "./payloads/project-payload.ts";
import { renderPushPayload } from "./payloads/push-payload.ts";
import { renderRepositoryPayload, renderUpdatePayload } from "./payloads/repository-payload.ts";

/** Documented: a payload larger than this is not delivered. */
export const PAYLOAD_BYTES_MAX = 256 * 1024;

export type RenderedPayload =
  | { readonly kind: "rendered"; readonly body: string }
  /** What it tells of is no longer there. */
  | { readonly kind: "gone" }
  | { readonly kind: "too-large" };

/** The body of a delivery: contract, rest.md §7. */
export async function renderPayload(
  ports: PayloadPorts,
  delivery: Pick<WebhookDelivery, "event">,
): Promise<RenderedPayload> {
  const fact = parseFact(delivery.event);
  const { kysely } = ports.database;
  const actor = fact.actorUuid === undefined ? undefined : await findAccountByUuid(kysely, fact.actorUuid);
  const payload = await renderFact(ports, fact, { actor, baseUrls: publicBaseUrlsOf(ports) });
  if (payload === undefined) return { kind: "gone" };
  if (payload === "too-large") return { kind: "too-large" };
  const body = JSON.stringify(payload);
  return Buffer.byteLength(body) > PAYLOAD_BYTES_MAX ? { kind: "too-large" } : { kind: "rendered", body };
}

async function renderFact(
  ports: PayloadPorts,
  fact: WebhookFact,
  by: Pick<PayloadSubject, "actor" | "baseUrls">,
): Promise<object | "too-large" | undefined> {
  switch (fact.kind) {
    case "project:updated":
      return renderProjectPayload(fact, by);
    case "repo:created":
    case "repo:deleted":
      return renderRepositoryPayload({ ...by, repository: fact.repository });
    case "repo:updated":
      return renderUpdatePayload(fact, { ...by, repository: fact.repository });
  }
  const repository = await findRepository(ports.database.kysely, undefined, { uuid: fact.repositoryUuid });
  if (repository === undefined) return undefined;
  const subject = { ...by, repository };
  switch (fact.kind) {
    case "repo:push":
      return renderPushPayload(ports, fact, subject, PAYLOAD_BYTES_MAX);
    case "repo:imported":
      return renderRepositoryPayload(subject);
    case "repo:fork":
      return renderForkPayload(ports, fact, subject);
    case "repo:commit_comment_created":
      return renderCommentPayload(fact, subject);
    case "repo:commit_status_created":
    case "repo:commit_status_updated":
      return renderStatusPayload(fact, subject);
  }
}
