import { sql } from "kysely";
import type { Migration } from "./migration.ts";

export const formerTips: Migration = {
  name: "008-former-tips",
  async up(db, dialect) {
    const text = dialect === "postgres" ? sql`text collate "C"` : "text";
    const table = db.schema
      .createTable("former_tip")
      .addColumn("repository_uuid", text, (c) =>
        c.notNull().references("repository.uuid").onDelete("cascade"),
      )
      .addColumn("name", text, (c) => c.notNull())
      .addColumn("target", text, (c) => c.notNull())
      .addColumn("left_at", "bigint", (c) => c.notNull())
      .addPrimaryKeyConstraint("former_tip_key", ["repository_uuid", "name", "target"]);
    await (dialect === "sqlite" ? table.modifyEnd(sql`without rowid`) : table).execute();
    await db.schema
      .alterTable("repository")
      .addColumn("drop_number", "bigint", (c) => c.notNull().defaultTo(0))
      .execute();
    await db.schema.alterTable("repository").addColumn("commit_graph", text).execute();
  },
};
