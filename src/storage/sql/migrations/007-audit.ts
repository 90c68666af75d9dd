import { type ColumnDataType, type Expression, type Kysely, sql } from "kysely";
import type { Dialect, Migration } from "./migration.ts";

export const audit: Migration = {
  name: "007-audit",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    // "autoincrement": a number is not given again.
    await db.schema
      .createTable("audit_event")
      .addColumn("sequence", dialect === "postgres" ? "bigint" : "integer", (c) =>
        dialect === "postgres" ? c.generatedAlwaysAsIdentity().primaryKey() : c.primaryKey().autoIncrement(),
      )
      .addColumn("at", "bigint", (c) => c.notNull())
      .addColumn("action", text, (c) => c.notNull())
      .addColumn("actor_kind", text, (c) =>
        c.notNull().check(sql`actor_kind in ('operator', 'anonymous', 'account')`),
      )
      .addColumn("account_uuid", text)
      .addColumn("token_uuid", text)
      .addColumn("address", text)
      .addColumn("subject_kind", text, (c) => c.notNull())
      .addColumn("subject_uuid", text)
      .addColumn("subject_name", text, (c) => c.notNull())
      .addColumn("affected_account_uuid", text)
      .addColumn("details", text, (c) => c.notNull())
      .execute();
    await db.schema.createIndex("audit_event_at").on("audit_event").column("at").execute();
    // An address is new to a token once, whichever process sees it first.
    await db.schema
      .createIndex("audit_event_new_address")
      .unique()
      .on("audit_event")
      .columns(["token_uuid", "address"])
      .where(sql.ref("action"), "=", sql.lit("token.used-from-new-address"))
      .execute();
    await refuseChanges(db, dialect);
  },
};

async function refuseChanges(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const message = sql.lit("the audit log is only added to");
  if (dialect === "postgres") {
    await sql`create function refuse_audit_change() returns trigger language plpgsql as
      $$ begin raise exception ${message}; end $$`.execute(db);
    await sql`create trigger audit_event_kept before update or delete or truncate on audit_event
      for each statement execute function refuse_audit_change()`.execute(db);
    return;
  }
  await sql`create trigger audit_event_unchanged before update on audit_event
    begin select raise(abort, ${message}); end`.execute(db);
  await sql`create trigger audit_event_kept before delete on audit_event
    begin select raise(abort, ${message}); end`.execute(db);
}
