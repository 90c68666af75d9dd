import { type Kysely, sql } from "kysely";
import type { Uuid } from "../../../model/uuid.ts";
import type { Schema } from "../schema.ts";

/**
 * How many valid tokens were derived from one, directly and at any distance. One whose parent has ended counts until its own
 * end, which is a day away at most.
 */
export async function countLivingDescendants(
  db: Kysely<Schema>,
  uuid: Uuid,
  now: Date,
): Promise<{ readonly children: number; readonly all: number }> {
  const row = await db
    .selectFrom("api_token_ancestor")
    .innerJoin("api_token", "api_token.uuid", "api_token_ancestor.token_uuid")
    .where("api_token_ancestor.ancestor_uuid", "=", uuid)
    .where("api_token.revoked_at", "is", null)
    .where("api_token.expires_at", ">", now.getTime())
    .select([
      sql<number>`count(*)`.as("all"),
      sql<number>`coalesce(sum(case when api_token.parent_uuid = ${uuid} then 1 else 0 end), 0)`.as(
        "children",
      ),
    ])
    .executeTakeFirstOrThrow();
  return { children: Number(row.children), all: Number(row.all) };
}

/**
 * Deletes the derived tokens whose time was over before an instant. None outlives its parent, so that those which descend from
 * one go with it or went before.
 */
export async function deleteDerivedTokensBefore(db: Kysely<Schema>, instant: Date): Promise<void> {
  await db
    .deleteFrom("api_token")
    .where("parent_uuid", "is not", null)
    .where("expires_at", "<", instant.getTime())
    .execute();
}
