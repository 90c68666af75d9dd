import type { Kysely } from "kysely";
import type { AuditAction, AuditDetails, AuditSubject } from "../../model/audit.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { By, Ports } from "../../ports.ts";
import { insertAuditEvent } from "../../storage/sql/audit/audit-events.ts";
import type { Schema } from "../../storage/sql/schema.ts";

/** What an operation that is in the audit log needs. */
export type AuditedPorts = Pick<Ports, "database" | "clock">;

/** Writes into the audit log in the transaction of the change: neither is there without the other. */
export async function recordAudit(
  tx: Kysely<Schema>,
  { clock }: Pick<AuditedPorts, "clock">,
  { actor }: Pick<By, "actor">,
  action: AuditAction,
  subject: AuditSubject,
  { account, ...details }: AuditDetails & { readonly account?: Uuid } = {},
): Promise<void> {
  await insertAuditEvent(tx, { at: clock(), action, actor, subject, affectedAccountUuid: account, details });
}
