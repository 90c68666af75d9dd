import type { Repository } from "../model/repository.ts";
import { bracedUuid } from "../model/uuid.ts";
import type { Webhook } from "../model/webhook.ts";
import type { Workspace } from "../model/workspace.ts";
import { representCondensedRepository } from "./condensed-repository.ts";
import { type BaseUrls, repositoryApiUrl } from "./links.ts";
import { representEmbeddedWorkspace } from "./workspace.ts";

/** A `webhook_subscription`: contract, rest.md §2.16. Its secret is never shown. */
export function representWebhook(webhook: Webhook, subject: Repository | Workspace, baseUrls: BaseUrls) {
  const isRepository = "workspace" in subject;
  const hooks = isRepository
    ? `${repositoryApiUrl(baseUrls, subject)}/hooks`
    : `${baseUrls.api}/workspaces/${subject.slug}/hooks`;
  return {
    type: "webhook_subscription",
    uuid: bracedUuid(webhook.uuid),
    url: webhook.url,
    description: webhook.description,
    subject_type: isRepository ? "repository" : "workspace",
    subject: isRepository
      ? representCondensedRepository(subject, baseUrls)
      : representEmbeddedWorkspace(subject, baseUrls),
    active: webhook.isActive,
    events: webhook.events,
    created_at: webhook.createdAt.toISOString(),
    secret_set: webhook.secret !== undefined,
    skip_cert_verification: webhook.skipsCertificateCheck,
    read_only: false,
    history_enabled: false,
    source: null,
    links: { self: { href: `${hooks}/${encodeURIComponent(bracedUuid(webhook.uuid))}` } },
  };
}
