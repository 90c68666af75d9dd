import { type Kysely, type RawBuilder, type Selectable, type SqlBool, sql } from "kysely";
import type { AuditEvent } from "../../../model/audit.ts";
import { foldCase } from "../../../model/fold-case.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { AuditEventRow } from "../schema/audit.ts";
import type { Schema } from "../schema.ts";
import { reachingAccounts } from "../tokens/reaching-tokens.ts";
import { toAuditEvent } from "./audit-events.ts";

export type WorkspaceAuditQuery = {
  readonly workspaceUuid: Uuid;
  readonly since?: Date | undefined;
  /** Only what is older. */
  readonly until?: Date | undefined;
  /** A part of the name of who acted, or the beginning of the id of the credential. */
  readonly who?: string | undefined;
  /** An action, or a family of them that ends in `.`. */
  readonly action?: string | undefined;
  /** A part of the name of what was acted on. */
  readonly on?: string | undefined;
  /** Only entries with a lower number. */
  readonly before?: number | undefined;
  readonly limit: number;
};

/** What happens to tokens wherever they are used: of those that reach a workspace, its owners are told. */
const TOKEN_ACTIONS = ["token.created", "token.rotated", "token.revoked"].map((action) => sql.lit(action));

/**
 * What was done in a workspace, and to the tokens of the accounts that reach it. Newest first. Each of the two is read along
 * an index, so that a page of a long log costs no more than that of a short one.
 */
export async function listWorkspaceAuditEvents(
  db: Kysely<Schema>,
  query: WorkspaceAuditQuery,
): Promise<readonly AuditEvent[]> {
  const { workspaceUuid, limit } = query;
  const inWorkspace = sql<SqlBool>`audit_event.workspace_uuid = ${workspaceUuid}`;
  const ofTokens = sql<SqlBool>`audit_event.workspace_uuid is null
    and audit_event.action in (${sql.join(TOKEN_ACTIONS)})
    and audit_event.affected_account_uuid in ${reachingAccounts(workspaceUuid)}`;
  const parts = [inWorkspace, ofTokens].map(
    (part) =>
      sql`select * from (select audit_event.* from audit_event
        where ${sql.join([part, ...conditionsOf(query)], sql` and `)}
        order by audit_event.sequence desc limit ${limit}) as part`,
  );
  const { rows } = await sql<
    Selectable<AuditEventRow>
  >`select * from (${sql.join(parts, sql` union all `)}) as found
    order by found.sequence desc limit ${limit}`.execute(db);
  return rows.map(toAuditEvent);
}

function conditionsOf({ since, until, who, action, on, before }: WorkspaceAuditQuery): RawBuilder<SqlBool>[] {
  const conditions: RawBuilder<SqlBool>[] = [];
  if (since !== undefined) conditions.push(sql`audit_event.at >= ${since.getTime()}`);
  if (until !== undefined) conditions.push(sql`audit_event.at < ${until.getTime()}`);
  if (before !== undefined) conditions.push(sql`audit_event.sequence < ${before}`);
  if (action !== undefined)
    conditions.push(
      action.endsWith(".")
        ? sql`audit_event.action like ${`${escaped(action)}%`} escape '\\'`
        : sql`audit_event.action = ${action}`,
    );
  if (on !== undefined) conditions.push(contains("audit_event.subject_name", on));
  if (who !== undefined)
    conditions.push(sql`(audit_event.token_uuid like ${`${escaped(who.toLowerCase())}%`} escape '\\'
      or audit_event.account_uuid in (select account.uuid from account
        where ${contains("account.username", who)} or ${contains("account.display_name", who)}))`);
  return conditions;
}

function contains(column: string, text: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`fold_case(${sql.ref(column)}) like cast(${`%${escaped(foldCase(text))}%`} as text) escape '\\'`;
}

function escaped(text: string): string {
  return text.replace(/[\\%_]/g, "\\$&");
}
