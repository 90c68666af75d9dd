import { type Kysely, sql } from "kysely";
import type { Counted, CountStore } from "../../../limits/shared-counts.ts";
import type { Schema } from "../schema.ts";

/** Where nodes add up what they have counted. Either is one statement, which may be run beside those of other nodes. */
export function openLimitCounts(db: Kysely<Schema>): CountStore {
  return {
    async add(counts, forMs) {
      if (counts.length === 0) return;
      const rows = counts.map(({ name, since, count }) => ({
        name,
        since,
        count,
        expires_at: since + forMs,
      }));
      await db
        .insertInto("limit_count")
        // In one order, so that no two nodes wait for each other.
        .values(rows.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.since - b.since)))
        .onConflict((conflict) =>
          conflict
            .columns(["name", "since"])
            .doUpdateSet({ count: sql<number>`limit_count.count + excluded.count` }),
        )
        .execute();
    },
    async read(asked) {
      if (asked.length === 0) return [];
      const byTime = Map.groupBy(asked, ({ from }) => from);
      const rows = await db
        .selectFrom("limit_count")
        .select(["name", "since", "count"])
        .where(({ or, and, eb }) =>
          or(
            [...byTime].map(([from, group]) =>
              and([
                eb(
                  "name",
                  "in",
                  group.map(({ name }) => name),
                ),
                eb("since", ">=", from),
              ]),
            ),
          ),
        )
        .execute();
      return rows.map(
        ({ name, since, count }): Counted => ({ name, since: Number(since), count: Number(count) }),
      );
    },
  };
}

/** Deletes what counts no more, of requests, failures and sign-ins. */
export async function deleteLimitCountsBefore(db: Kysely<Schema>, now: Date): Promise<void> {
  await db.deleteFrom("limit_count").where("expires_at", "<=", now.getTime()).execute();
  await db.deleteFrom("sign_in_count").where("expires_at", "<=", now.getTime()).execute();
}
