import { type Kysely, sql } from "kysely";
import type { Uuid } from "../../../model/uuid.ts";
import { instant } from "../columns.ts";
import type { Schema } from "../schema.ts";

export type UnknownOperation = {
  readonly method: string;
  readonly path: string;
  readonly isPublished: boolean;
  readonly requests: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
  readonly lastAccountUuid: Uuid | undefined;
};

/** Beyond this number, unpublished paths are counted together, once for each method. */
export const UNKNOWN_OPERATIONS_MAX = 500;
export const OTHER_PATHS = "(others)";

/** Adds what any process has counted since its last flush. */
export async function addUnknownRequests(
  tx: Kysely<Schema>,
  counted: readonly UnknownOperation[],
): Promise<void> {
  const rows = await tx.selectFrom("unknown_operation").select(["method", "path"]).execute();
  const known = new Set(rows.map(({ method, path }) => `${method} ${path}`));
  for (const each of counted) {
    const name = `${each.method} ${each.path}`;
    const hasRoom = known.has(name) || each.isPublished || known.size < UNKNOWN_OPERATIONS_MAX;
    const path = hasRoom ? each.path : OTHER_PATHS;
    known.add(`${each.method} ${path}`);
    await tx
      .insertInto("unknown_operation")
      .values({
        method: each.method,
        path,
        is_published: each.isPublished ? 1 : 0,
        requests: each.requests,
        first_at: each.firstAt.getTime(),
        last_at: each.lastAt.getTime(),
        last_account_uuid: each.lastAccountUuid ?? null,
      })
      .onConflict((conflict) =>
        conflict.columns(["method", "path"]).doUpdateSet({
          requests: sql<number>`unknown_operation.requests + excluded.requests`,
          last_at: sql<number>`excluded.last_at`,
          last_account_uuid: sql<string | null>`excluded.last_account_uuid`,
        }),
      )
      .execute();
  }
}

/** The most requested first. */
export async function listUnknownOperations(db: Kysely<Schema>): Promise<readonly UnknownOperation[]> {
  const rows = await db
    .selectFrom("unknown_operation")
    .selectAll()
    .orderBy("requests", "desc")
    .orderBy("path")
    .orderBy("method")
    .execute();
  return rows.map((row) => ({
    method: row.method,
    path: row.path,
    isPublished: row.is_published === 1,
    requests: row.requests,
    firstAt: instant(row.first_at),
    lastAt: instant(row.last_at),
    lastAccountUuid: (row.last_account_uuid ?? undefined) as Uuid | undefined,
  }));
}
