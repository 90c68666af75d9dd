import type { Kysely, Selectable } from "kysely";
import { Secret } from "../../../model/secret.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { parseWebhookEvent, type Webhook } from "../../../model/webhook.ts";
import { flag, instant } from "../columns.ts";
import type { WebhookRow } from "../schema/webhooks.ts";
import type { Schema } from "../schema.ts";

/** The subject of a webhook: a repository, or a workspace with all its repositories. */
export type WebhookSubject =
  | { readonly kind: "repository"; readonly uuid: Uuid }
  | { readonly kind: "workspace"; readonly uuid: Uuid };

function toWebhook(row: Selectable<WebhookRow>): Webhook {
  return {
    uuid: row.uuid as Uuid,
    workspaceUuid: row.workspace_uuid as Uuid,
    repositoryUuid: (row.repository_uuid ?? undefined) as Uuid | undefined,
    url: row.url,
    description: row.description,
    events: row.events.split(" ").flatMap((text) => parseWebhookEvent(text) ?? []),
    isActive: row.is_active === 1,
    secret: row.secret === null ? undefined : new Secret(row.secret),
    skipsCertificateCheck: row.skips_certificate_check === 1,
    createdAt: instant(row.created_at),
    ...(row.app_installation_uuid === null ? {} : { installationUuid: row.app_installation_uuid as Uuid }),
  };
}

function toRow(webhook: Webhook): WebhookRow {
  return {
    uuid: webhook.uuid,
    workspace_uuid: webhook.workspaceUuid,
    repository_uuid: webhook.repositoryUuid ?? null,
    url: webhook.url,
    description: webhook.description,
    events: webhook.events.join(" "),
    is_active: flag(webhook.isActive),
    secret: webhook.secret?.reveal() ?? null,
    skips_certificate_check: flag(webhook.skipsCertificateCheck),
    created_at: webhook.createdAt.getTime(),
    app_installation_uuid: webhook.installationUuid ?? null,
  };
}

/** Without those of apps, which only their descriptors change. */
function webhooksOf(db: Kysely<Schema>, subject: WebhookSubject) {
  const all = db.selectFrom("webhook").where("app_installation_uuid", "is", null);
  return subject.kind === "repository"
    ? all.where("repository_uuid", "=", subject.uuid)
    : all.where("workspace_uuid", "=", subject.uuid).where("repository_uuid", "is", null);
}

export async function insertWebhook(db: Kysely<Schema>, webhook: Webhook): Promise<void> {
  await db.insertInto("webhook").values(toRow(webhook)).execute();
}

/** Every key that is present is written: `{ secret: undefined }` removes the secret. */
export type WebhookChanges = Partial<
  Pick<Webhook, "url" | "description" | "events" | "isActive" | "secret" | "skipsCertificateCheck">
>;

/** Changes the given fields only. @returns false if the webhook does not exist. */
export async function updateWebhook(
  tx: Kysely<Schema>,
  uuid: Uuid,
  changes: WebhookChanges,
): Promise<boolean> {
  const { url, description, events, isActive, skipsCertificateCheck } = changes;
  const result = await tx
    .updateTable("webhook")
    .set({
      // An update needs at least one column.
      uuid,
      ...(url === undefined ? {} : { url }),
      ...(description === undefined ? {} : { description }),
      ...(events === undefined ? {} : { events: events.join(" ") }),
      ...(isActive === undefined ? {} : { is_active: flag(isActive) }),
      ...(skipsCertificateCheck === undefined
        ? {}
        : { skips_certificate_check: flag(skipsCertificateCheck) }),
      ...("secret" in changes ? { secret: changes.secret?.reveal() ?? null } : {}),
    })
    .where("uuid", "=", uuid)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Deletes it with its pending deliveries. @returns false if it did not exist. */
export async function deleteWebhook(tx: Kysely<Schema>, uuid: Uuid): Promise<boolean> {
  const result = await tx.deleteFrom("webhook").where("uuid", "=", uuid).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

export async function findWebhook(
  db: Kysely<Schema>,
  subject: WebhookSubject,
  uuid: Uuid,
): Promise<Webhook | undefined> {
  const row = await webhooksOf(db, subject).selectAll().where("uuid", "=", uuid).executeTakeFirst();
  return row && toWebhook(row);
}

export async function findWebhookByUuid(db: Kysely<Schema>, uuid: Uuid): Promise<Webhook | undefined> {
  const row = await db.selectFrom("webhook").selectAll().where("uuid", "=", uuid).executeTakeFirst();
  return row && toWebhook(row);
}

/** Oldest first. */
export async function listWebhooks(
  db: Kysely<Schema>,
  subject: WebhookSubject,
  { page, pagelen }: { readonly page: number; readonly pagelen: number },
): Promise<{ readonly values: readonly Webhook[]; readonly size: number }> {
  const rows = await webhooksOf(db, subject)
    .selectAll()
    .orderBy("created_at")
    .orderBy("uuid")
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  const { count } = await webhooksOf(db, subject)
    .select((select) => select.fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  return { values: rows.map(toWebhook), size: Number(count) };
}

/** Those of an installed app, one for each event. */
export async function listAppWebhooks(
  db: Kysely<Schema>,
  installationUuid: Uuid,
): Promise<readonly Webhook[]> {
  const rows = await db
    .selectFrom("webhook")
    .selectAll()
    .where("app_installation_uuid", "=", installationUuid)
    .orderBy("events")
    .orderBy("url")
    .execute();
  return rows.map(toWebhook);
}

/** Deletes those of an app, with their pending deliveries. */
export async function deleteAppWebhooks(tx: Kysely<Schema>, installationUuid: Uuid): Promise<void> {
  await tx.deleteFrom("webhook").where("app_installation_uuid", "=", installationUuid).execute();
}

/** All webhooks of the server without those of apps, or all of a workspace and its repositories. Oldest first. */
export async function listAllWebhooks(db: Kysely<Schema>, workspaceUuid?: Uuid): Promise<readonly Webhook[]> {
  let all = db.selectFrom("webhook").selectAll().where("app_installation_uuid", "is", null);
  if (workspaceUuid !== undefined) all = all.where("workspace_uuid", "=", workspaceUuid);
  const rows = await all.orderBy("created_at").orderBy("uuid").execute();
  return rows.map(toWebhook);
}

/** The active webhooks for events in a repository, its own and those of its workspace; or for events in a workspace. */
export async function listListeningWebhooks(
  db: Kysely<Schema>,
  subject: { readonly uuid: Uuid | undefined; readonly workspaceUuid: Uuid },
): Promise<readonly Webhook[]> {
  const { uuid, workspaceUuid } = subject;
  const rows = await db
    .selectFrom("webhook")
    .selectAll()
    .where("workspace_uuid", "=", workspaceUuid)
    .where((where) =>
      where.or([
        where("repository_uuid", "is", null),
        ...(uuid === undefined ? [] : [where("repository_uuid", "=", uuid)]),
      ]),
    )
    .where("is_active", "=", 1)
    .execute();
  return rows.map(toWebhook);
}
