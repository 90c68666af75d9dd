import type { Migration } from "./migration.ts";

/** Whether mail to a group goes to its members. It is kept for clients that set it: no mail goes to groups here. */
export const groupMail: Migration = {
  name: "075-group-mail",
  async up(db) {
    await db.schema
      .alterTable("group_default")
      .addColumn("forwards_mail", "integer", (c) => c.notNull().defaultTo(1))
      .execute();
  },
};
