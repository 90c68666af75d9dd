import { type ColumnDataType, type Expression, sql } from "kysely";
import type { Migration } from "./migration.ts";

/** What is kept in an object store: docs/many-nodes.md. The tables are empty where repositories are folders. */
export const storedObjects: Migration = {
  name: "076-stored-objects",
  async up(db, dialect) {
    const text: ColumnDataType | Expression<unknown> =
      dialect === "postgres" ? sql`text collate "C"` : "text";
    const bytes: ColumnDataType = dialect === "postgres" ? "bytea" : "blob";
    await db.schema
      .createTable("stored_object")
      .addColumn("name", text, (c) => c.primaryKey().notNull())
      .addColumn("kind", text, (c) => c.notNull().check(sql`kind in ('pack', 'blob', 'derived')`))
      .addColumn("state", text, (c) =>
        c.notNull().check(sql`state in ('pending', 'named', 'unnamed', 'deleting')`),
      )
      .addColumn("names", "integer", (c) => c.notNull())
      .addColumn("bytes", "bigint")
      .addColumn("sha256", bytes)
      .addColumn("sections", text)
      .addColumn("upload_id", text)
      .addColumn("made_by", text, (c) => c.notNull())
      .addColumn("state_at", "bigint", (c) => c.notNull())
      .addCheckConstraint("stored_object_named", sql`(state = 'named') = (names > 0)`)
      .execute();
    await sql`create index stored_object_state on stored_object (state, state_at) where state <> 'named'`.execute(
      db,
    );
    await db.schema
      .createTable("inline_object")
      .addColumn("name", text, (c) =>
        c.primaryKey().notNull().references("stored_object.name").onDelete("cascade"),
      )
      .addColumn("content", bytes, (c) => c.notNull())
      .execute();
    await db.schema
      .createTable("pack")
      .addColumn("repository_uuid", text, (c) =>
        c.notNull().references("repository.uuid").onDelete("restrict"),
      )
      .addColumn("object_name", text, (c) =>
        c.notNull().references("stored_object.name").onDelete("restrict"),
      )
      .addColumn("kind", text, (c) =>
        c.notNull().check(sql`kind in ('push', 'rolled', 'base', 'cruft', 'graph')`),
      )
      .addColumn("objects", "integer", (c) => c.notNull())
      .addColumn("added_generation", "bigint", (c) => c.notNull())
      .addColumn("drop_number", "bigint", (c) => c.notNull())
      .addPrimaryKeyConstraint("pack_key", ["repository_uuid", "object_name"])
      .execute();
    await db.schema.createIndex("pack_object_name").on("pack").column("object_name").execute();
    await db.schema
      .createTable("blob")
      .addColumn("name", text, (c) => c.primaryKey().notNull())
      .addColumn("repository_uuid", text, (c) => c.references("repository.uuid").onDelete("restrict"))
      .addColumn("object_name", text, (c) =>
        c.notNull().references("stored_object.name").onDelete("restrict"),
      )
      .execute();
    for (const column of ["repository_uuid", "object_name"])
      await db.schema.createIndex(`blob_${column}`).on("blob").column(column).execute();
    await db.schema
      .createTable("hold")
      .addColumn("id", text, (c) => c.primaryKey().notNull())
      .addColumn("purpose", text, (c) => c.notNull())
      .addColumn("expires_at", "bigint", (c) => c.notNull())
      .execute();
    await db.schema
      .alterTable("repository")
      .addColumn("pack_generation", "bigint", (c) => c.notNull().defaultTo(0))
      .execute();
  },
};
