import { type ColumnDataType, type Expression, type Kysely, sql } from "kysely";
import type { Dialect, Migration } from "./migration.ts";

/** In which workspace something was done, for its owners. What a deleted one was named is all that is left of it. */
export const auditWorkspace: Migration = {
  name: "029-audit-workspace",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    await db.schema.alterTable("audit_event").addColumn("workspace_uuid", text).execute();
    await withoutTrigger(db, dialect, () => fillWorkspaces(db));
    for (const column of ["workspace_uuid", "affected_account_uuid"]) {
      await db.schema
        .createIndex(`audit_event_${column.replace("_uuid", "")}`)
        .on("audit_event")
        .columns([column, "sequence"])
        .execute();
    }
  },
};

async function fillWorkspaces(db: Kysely<unknown>): Promise<void> {
  await sql`update audit_event set workspace_uuid = case subject_kind
      when 'workspace' then subject_uuid
      when 'group' then (select workspace_group.workspace_uuid from workspace_group
        where workspace_group.uuid = audit_event.subject_uuid)
      when 'project' then (select project.workspace_uuid from project
        where project.uuid = audit_event.subject_uuid)
      else coalesce(
        (select repository.workspace_uuid from repository where repository.uuid = audit_event.subject_uuid),
        (select workspace.uuid from workspace
          where substr(audit_event.subject_name, 1, length(workspace.slug) + 1) = workspace.slug || '/'))
      end
    where subject_kind in ('workspace', 'group', 'project', 'repository')`.execute(db);
}

/** The log is only added to: a trigger refuses all else, and what this fills in was empty. */
async function withoutTrigger(
  db: Kysely<unknown>,
  dialect: Dialect,
  work: () => Promise<void>,
): Promise<void> {
  if (dialect === "postgres") {
    await sql`alter table audit_event disable trigger audit_event_kept`.execute(db);
    await work();
    await sql`alter table audit_event enable trigger audit_event_kept`.execute(db);
    return;
  }
  await sql`drop trigger audit_event_unchanged`.execute(db);
  await work();
  await sql`create trigger audit_event_unchanged before update on audit_event
    begin select raise(abort, ${sql.lit("the audit log is only added to")}); end`.execute(db);
}
