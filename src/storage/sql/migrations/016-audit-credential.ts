import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** The id of the credential stays in `token_uuid`, where the version before reads and writes it. */
export const auditCredential: Migration = {
  name: "016-audit-credential",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    await db.schema.alterTable("audit_event").addColumn("credential_kind", text).execute();
  },
};
