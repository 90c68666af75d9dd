import type { Kysely } from "kysely";
import { instant } from "../columns.ts";
import type { Schema } from "../schema.ts";

/** A seed that the data began with. */
export type AppliedSeed = {
  /** SHA-256 of its content, in hex. */
  readonly digest: string;
  /** Of its file, for people. */
  readonly name: string;
  readonly appliedAt: Date;
};

export async function insertAppliedSeed(
  tx: Kysely<Schema>,
  { digest, name, appliedAt }: AppliedSeed,
): Promise<void> {
  await tx.insertInto("seed").values({ digest, name, applied_at: appliedAt.getTime() }).execute();
}

/** Undefined: the data began with none. */
export async function findAppliedSeed(db: Kysely<Schema>): Promise<AppliedSeed | undefined> {
  const row = await db.selectFrom("seed").selectAll().orderBy("applied_at").executeTakeFirst();
  return row && { digest: row.digest, name: row.name, appliedAt: instant(row.applied_at) };
}
