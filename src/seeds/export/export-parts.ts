import { type BranchingModel, DEFAULT_BRANCHING_MODEL, PREFIXED_TYPES } from "../../model/branching-model.ts";
import {
  listAccountPermissions,
  listGroupPermissions,
  type PermissionTarget,
} from "../../storage/sql/permissions/explicit-permissions.ts";
import { listWebhooks, type WebhookSubject } from "../../storage/sql/webhooks/webhooks.ts";
import { ALL, type ExportContext, withoutEmpty } from "./export-context.ts";

export async function exportPermissions(
  { ports, nameOf }: ExportContext,
  target: PermissionTarget,
): Promise<readonly object[]> {
  const { kysely } = ports.database;
  const accounts = await listAccountPermissions(kysely, target, ALL);
  const groups = await listGroupPermissions(kysely, target, ALL);
  return [
    ...groups.values.map(({ group, permission }) => ({ group: group.slug, permission })),
    ...accounts.values.flatMap(({ account, permission }) => {
      const name = nameOf(account);
      return name === undefined ? [] : [{ account: name, permission }];
    }),
  ];
}

export async function exportWebhooks(
  context: ExportContext,
  subject: WebhookSubject,
): Promise<readonly object[]> {
  const { values } = await listWebhooks(context.ports.database.kysely, subject, ALL);
  return values
    .filter(({ installationUuid }) => installationUuid === undefined || installationUuid === null)
    .map((webhook) => {
      if (webhook.secret !== undefined) context.warn(`left out the secret of the webhook to ${webhook.url}`);
      return withoutEmpty({
        url: webhook.url,
        description: webhook.description,
        events: [...webhook.events],
        is_active: webhook.isActive ? undefined : false,
        skips_certificate_check: webhook.skipsCertificateCheck || undefined,
      });
    })
    .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

export function exportModel(model: BranchingModel): object {
  const { development, production } = model;
  return {
    ...(development.kind === "named" ? { development: development.name } : {}),
    ...(production.isEnabled && production.kind === "named" ? { production: production.name } : {}),
    ...Object.fromEntries(
      PREFIXED_TYPES.flatMap((kind): [string, string | null][] => {
        const { isEnabled, prefix } = model.types[kind];
        if (!isEnabled) return [[kind, null]];
        return prefix === DEFAULT_BRANCHING_MODEL.types[kind].prefix ? [] : [[kind, prefix]];
      }),
    ),
    ...(model.deletesMergedBranches ? { deletes_merged_branches: true } : {}),
  };
}
