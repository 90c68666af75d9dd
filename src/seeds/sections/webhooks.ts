import type { Repository } from "../../model/repository.ts";
import { Secret } from "../../model/secret.ts";
import { WEBHOOK_EVENTS } from "../../model/webhook.ts";
import type { Workspace } from "../../model/workspace.ts";
import { createWebhook } from "../../operations/webhooks/webhooks.ts";
import type { WebhookSubject } from "../../storage/sql/webhooks/webhooks.ts";
import { CLOSED, ENTRIES_MAX, type Entry, type TypeBuilder, text } from "../schema-parts.ts";
import { section } from "../section.ts";
import type { SeedContext } from "../seed-context.ts";
import type { SeedPath } from "../seed-path.ts";

const webhooks = (type: TypeBuilder) =>
  type.Array(
    type.Object(
      {
        url: text(type, "Where events are sent", 2_048),
        description: type.Optional(text(type, "What it is for", 255)),
        events: type.Array(type.Enum([...WEBHOOK_EVENTS]), { minItems: 1, maxItems: 100 }),
        is_active: type.Optional(type.Boolean({ default: true })),
        secret: type.Optional(text(type, "Signs what is sent. It is test data: exports leave it out", 1_000)),
        skips_certificate_check: type.Optional(type.Boolean({ default: false })),
      },
      CLOSED,
    ),
    { maxItems: ENTRIES_MAX, description: "They hear of what happens after the seed" },
  );

async function apply(
  context: SeedContext,
  subject: WebhookSubject,
  workspace: Workspace,
  entries: Entry<typeof webhooks>,
  path: SeedPath,
): Promise<void> {
  for (const [index, entry] of entries.entries())
    await context.make(
      { path: [...path, index], name: `webhook ${subject.uuid} ${entry.url} ${index}`, at: context.time },
      (ports, by) =>
        createWebhook(ports, by, subject, workspace.uuid, {
          url: entry.url,
          events: entry.events,
          description: entry.description ?? "",
          isActive: entry.is_active ?? true,
          skipsCertificateCheck: entry.skips_certificate_check ?? false,
          ...(entry.secret === undefined ? {} : { secret: new Secret(entry.secret) }),
        }),
    );
}

export const workspaceWebhooksSection = section({
  key: "webhooks",
  schema: webhooks,
  apply: (context, workspace: Workspace, entries, path) =>
    apply(context, { kind: "workspace", uuid: workspace.uuid }, workspace, entries, path),
});

export const repositoryWebhooksSection = section({
  key: "webhooks",
  schema: webhooks,
  apply: (context, { uuid, workspace }: Repository, entries, path) =>
    apply(context, { kind: "repository", uuid }, workspace, entries, path),
});
