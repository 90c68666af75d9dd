import { type ExpressionBuilder, type Kysely, sql } from "kysely";
import { Failure } from "../../model/failure.ts";
import type { Uuid } from "../../model/uuid.ts";
import { databaseNow, isPostgres } from "./database-now.ts";
import type { Schema } from "./schema.ts";

/** The right to do something that only one server may do at a time. */
export type Lease = {
  readonly name: string;
  /** Unique for each time that a lease is taken. */
  readonly holder: string;
  /** Rises each time the lease is taken: writes under an older fence are refused. */
  readonly fence: number;
};

/** How long a lease is valid without being renewed. */
export const LEASE_MS = 60_000;

export function maintenanceLease(repository: Uuid): string {
  return `maintenance/${repository}`;
}

function isHeld({ name, holder, fence }: Lease) {
  return ({ and }: ExpressionBuilder<Schema, "lease">) => and({ name, holder, fence });
}

/** Looks whether a lease can be taken, without changing anything. Somebody may be faster. */
export async function isLeaseFree(db: Kysely<Schema>, name: string): Promise<boolean> {
  const now = databaseNow(db);
  const held = await db
    .selectFrom("lease")
    .select("fence")
    .where("name", "=", name)
    .where("expires_at", ">", now)
    .where("expires_at", "<=", sql<number>`${now} + ${sql.lit(LEASE_MS)}`)
    .executeTakeFirst();
  return held === undefined;
}

/** @returns undefined if another server has it. */
export async function takeLease(
  db: Kysely<Schema>,
  name: string,
  holder: string,
): Promise<Lease | undefined> {
  const now = databaseNow(db);
  const expires_at = sql<number>`${now} + ${sql.lit(LEASE_MS)}`;
  const row = await db
    .insertInto("lease")
    .values({ name, holder, fence: 1, expires_at })
    .onConflict((conflict) =>
      conflict
        .column("name")
        .doUpdateSet({ holder, fence: sql<number>`lease.fence + 1`, expires_at })
        // A lease that ends later than is possible was taken by a clock that was ahead.
        .where(({ or, eb }) =>
          or([eb("lease.expires_at", "<=", now), eb("lease.expires_at", ">", expires_at)]),
        ),
    )
    .returning("fence")
    .executeTakeFirst();
  return row && { name, holder, fence: row.fence };
}

/** @returns false if another server has taken it. An expired lease is renewed if nobody has taken it. */
export async function renewLease(db: Kysely<Schema>, lease: Lease): Promise<boolean> {
  const result = await db
    .updateTable("lease")
    .set({ expires_at: sql<number>`${databaseNow(db)} + ${sql.lit(LEASE_MS)}` })
    .where(isHeld(lease))
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** The row stays, since it has the fence. */
export async function releaseLease(db: Kysely<Schema>, lease: Lease): Promise<void> {
  await db.updateTable("lease").set({ expires_at: 0 }).where(isHeld(lease)).execute();
}

/**
 * Call it first in the transaction that records what was done under the lease: until the transaction ends, no other
 * server can take the lease.
 *
 * @throws Failure unavailable if another server has taken it.
 */
export async function requireLease(db: Kysely<Schema>, lease: Lease): Promise<void> {
  const query = db.selectFrom("lease").select("fence").where(isHeld(lease));
  const row = await (isPostgres(db) ? query.forShare() : query).executeTakeFirst();
  if (row === undefined) throw new Failure("unavailable", "another server has taken over");
}

/**
 * To be called when the subject of a lease is deleted, in the same transaction. A row that somebody has locked who waits for this
 * transaction is left: nobody takes a lease on what is gone.
 */
export async function deleteLease(db: Kysely<Schema>, name: string): Promise<void> {
  const own = db.selectFrom("lease").select("name").where("name", "=", name);
  await db
    .deleteFrom("lease")
    .where("name", "in", isPostgres(db) ? own.forUpdate().skipLocked() : own)
    .execute();
}
