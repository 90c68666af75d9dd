import { type Expression, type ExpressionBuilder, type Kysely, type SqlBool, sql } from "kysely";
import { databaseNow, isPostgres } from "../database-now.ts";
import type { StoredObjectRow } from "../schema/stored-objects.ts";
import type { Schema } from "../schema.ts";
import type { ObjectName } from "./stored-objects.ts";

/** What the sweep of the store changes: section 5.9 of docs/many-nodes.md. All times are the database's. */

/** No statement takes more rows than this. */
export const DUE_MAX = 1_000;

type Condition = (eb: ExpressionBuilder<Schema, "stored_object">) => Expression<SqlBool>;

/** Whether it has had its state for so long. */
function hasBeen(db: Kysely<Schema>, state: StoredObjectRow["state"], forMs: number): Condition {
  return ({ and, eb }) => and([eb("state", "=", state), eb("state_at", "<=", agoBy(db, forMs))]);
}

function agoBy(db: Kysely<Schema>, ms: number) {
  return sql<number>`${databaseNow(db)} - ${sql.lit(ms)}`;
}

/**
 * Condemns what was never named in all this time. What is being named in this moment is left alone.
 *
 * @returns how many, at most `DUE_MAX`.
 */
export function condemnPendingObjects(db: Kysely<Schema>, pendingMs: number): Promise<number> {
  return condemn(db, hasBeen(db, "pending", pendingMs));
}

/** Condemns what lost its last name so long ago, unless somebody has a hold. @returns how many, at most `DUE_MAX`. */
export function condemnUnnamedObjects(db: Kysely<Schema>, retentionMs: number): Promise<number> {
  const isOld = hasBeen(db, "unnamed", retentionMs);
  return condemn(db, (eb) =>
    eb.and([
      isOld(eb),
      eb.not(eb.exists(eb.selectFrom("hold").select("id").where("expires_at", ">", databaseNow(db)))),
    ]),
  );
}

async function condemn(db: Kysely<Schema>, isDue: Condition): Promise<number> {
  const due = db.selectFrom("stored_object").select("name").where(isDue);
  // A change, even of no row, would empty what nodes have cached.
  if ((await due.limit(1).executeTakeFirst()) === undefined) return 0;
  const batch = due.orderBy("state_at").limit(DUE_MAX);
  const result = await db
    .with(
      (builder) => builder("batch").materialized(),
      () => (isPostgres(db) ? batch.forUpdate().skipLocked() : batch),
    )
    .updateTable("stored_object")
    .set({ state: "deleting", state_at: databaseNow(db) })
    .where("name", "in", (eb) => eb.selectFrom("batch").select("batch.name"))
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}

export type CondemnedObject = {
  readonly name: ObjectName;
  readonly uploadId: string | undefined;
  readonly isInline: boolean;
  readonly stateAt: number;
};

export type CondemnedQuery = {
  /** How long it has been condemned. */
  readonly forMs: number;
  /** Whether those are left out of which the store has acknowledged a deletion. */
  readonly isUndeletedOnly: boolean;
  /** The last of the page before. */
  readonly after: CondemnedObject | undefined;
};

/** A page of at most `DUE_MAX`, in the order in which they were condemned. */
export async function listCondemnedObjects(
  db: Kysely<Schema>,
  { forMs, isUndeletedOnly, after }: CondemnedQuery,
): Promise<readonly CondemnedObject[]> {
  let query = db
    .selectFrom("stored_object")
    .leftJoin("inline_object", "inline_object.name", "stored_object.name")
    .select([
      "stored_object.name",
      "stored_object.upload_id",
      "stored_object.state_at",
      "inline_object.name as inline_name",
    ])
    .where("stored_object.state", "=", "deleting")
    .where("stored_object.state_at", "<=", agoBy(db, forMs));
  if (isUndeletedOnly) query = query.where("stored_object.deleted_at", "is", null);
  if (after !== undefined)
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple("stored_object.state_at", "stored_object.name"), ">", tuple(after.stateAt, after.name)),
    );
  const rows = await query
    .orderBy("stored_object.state_at")
    .orderBy("stored_object.name")
    .limit(DUE_MAX)
    .execute();
  return rows.map((row) => ({
    name: row.name as ObjectName,
    uploadId: row.upload_id ?? undefined,
    isInline: row.inline_name !== null,
    stateAt: row.state_at,
  }));
}

/** The store has acknowledged that it has deleted them. An upload that is late may still bring them back. */
export async function noteDeletedObjects(db: Kysely<Schema>, names: readonly ObjectName[]): Promise<void> {
  if (names.length === 0) return;
  await db
    .updateTable("stored_object")
    .set({ deleted_at: databaseNow(db) })
    .where("name", "in", names)
    .where("state", "=", "deleting")
    .execute();
}

/** Nothing of them is left, and nothing can come any more. Those that are inline go with their rows. */
export async function forgetObjects(db: Kysely<Schema>, names: readonly ObjectName[]): Promise<void> {
  if (names.length === 0) return;
  await db.deleteFrom("stored_object").where("name", "in", names).where("state", "=", "deleting").execute();
}
