import { type Kysely, PostgresAdapter } from "kysely";
import { Failure } from "../../../model/failure.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { Schema } from "../schema.ts";
import { deleteExpiredTips } from "./former-tips.ts";
import { lockRepository, ObjectsDroppedError } from "./ref-updates.ts";

/** What is known to be whole without the objects that are to go. */
export type Drop = {
  /** As it was when the refs and former tips were read that objects were kept for. */
  readonly dropNumber: number;
  /** The refs of this generation have been found whole. */
  readonly refGeneration: number;
  /** The checksum of the commit graph of what is kept. */
  readonly commitGraph: string;
  /** When the former tips were read. */
  readonly readAt: Date;
};

export type DropOutcome =
  | { readonly kind: "dropped" }
  /** Refs have changed since: look whether they are whole too, then try again with this generation. */
  | { readonly kind: "refs-changed"; readonly refGeneration: number }
  /** Somebody else has dropped objects meanwhile. */
  | { readonly kind: "overtaken" };

/**
 * Declares that objects go, before any file does: whoever has found something whole by what was there before is told so by
 * `drop_number` in the transaction that changes refs. Nothing is declared unless the refs are those that were found whole. Call
 * it in a transaction.
 *
 * @throws Failure not-found if the repository is no longer there.
 */
export async function declareDrop(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
  { dropNumber, refGeneration, commitGraph, readAt }: Drop,
): Promise<DropOutcome> {
  const locked = await lockRepository(tx, repositoryUuid);
  if (locked.dropNumber !== dropNumber) return { kind: "overtaken" };
  if (locked.refGeneration !== refGeneration)
    return { kind: "refs-changed", refGeneration: locked.refGeneration };
  await tx
    .updateTable("repository")
    .set({ drop_number: dropNumber + 1, commit_graph: commitGraph })
    .where("uuid", "=", repositoryUuid)
    .execute();
  await deleteExpiredTips(tx, repositoryUuid, readAt);
  return { kind: "dropped" };
}

/**
 * Notes which commit graph says what refs reach.
 *
 * @returns false, with nothing changed, if objects have been dropped since the refs were read that it was made of.
 */
export async function noteCommitGraph(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  { dropNumber, commitGraph }: Pick<Drop, "dropNumber" | "commitGraph">,
): Promise<boolean> {
  const result = await db
    .updateTable("repository")
    .set({ commit_graph: commitGraph })
    .where("uuid", "=", repositoryUuid)
    .where("drop_number", "=", dropNumber)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** No commit graph says what refs reach, until the next one is noted. */
export async function clearCommitGraph(db: Kysely<Schema>, repositoryUuid: Uuid): Promise<void> {
  await db.updateTable("repository").set({ commit_graph: null }).where("uuid", "=", repositoryUuid).execute();
}

/**
 * For a fork, whose objects have been taken after its refs were read: in between none may have been dropped. From then on until
 * the transaction ends none can be. Call it in the transaction that makes the fork.
 *
 * @throws Failure not-found if the repository is no longer there.
 * @throws ObjectsDroppedError
 */
export async function requireNoDrop(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
  dropNumber: number,
): Promise<void> {
  const query = tx.selectFrom("repository").select("drop_number").where("uuid", "=", repositoryUuid);
  const isPostgres = tx.getExecutor().adapter instanceof PostgresAdapter;
  const row = await (isPostgres ? query.forShare() : query).executeTakeFirst();
  if (row === undefined) throw new Failure("not-found", "Cannot fork: the repository has just been deleted");
  if (row.drop_number !== dropNumber) throw new ObjectsDroppedError();
}
