import { type Kysely, PostgresAdapter } from "kysely";
import { Failure } from "../../../model/failure.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { Schema } from "../schema.ts";
import { deleteExpiredTips } from "./former-tips.ts";
import { lockRepository, ObjectsDroppedError } from "./ref-updates.ts";

/** A state in which everything reachable is complete without the objects to be dropped. */
export type Drop = {
  /** The drop number when the refs and former tips were read. */
  readonly dropNumber: number;
  /** The generation of the refs that were found complete. */
  readonly refGeneration: number;
  /** The checksum of the commit graph of the remaining objects. */
  readonly commitGraph: string;
  /** When the former tips were read. */
  readonly readAt: Date;
};

export type DropOutcome =
  | { readonly kind: "dropped" }
  /** Refs have changed since: check whether they are complete too, then try again with this generation. */
  | { readonly kind: "refs-changed"; readonly refGeneration: number }
  /** Another server has dropped objects meanwhile. */
  | { readonly kind: "overtaken" };

/**
 * Declares that objects will be dropped, before any file is removed. Whoever has checked objects before the drop learns
 * of it by `drop_number`, in the transaction that changes refs. Nothing is declared unless the refs are those that were
 * found complete. Call it in a transaction.
 *
 * @throws Failure not-found if the repository has been deleted.
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
 * Notes the commit graph that has what refs reach.
 *
 * @returns false, with nothing changed, if objects have been dropped since the refs of the graph were read.
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

/** Clears the noted commit graph, until the next one is noted. */
export async function clearCommitGraph(db: Kysely<Schema>, repositoryUuid: Uuid): Promise<void> {
  await db.updateTable("repository").set({ commit_graph: null }).where("uuid", "=", repositoryUuid).execute();
}

/**
 * For a transaction that writes the row of another repository, for which objects were found complete before. It locks the row as
 * for writing: two that share it and then write it would wait for each other.
 *
 * @throws Failure not-found if the repository has been deleted.
 * @throws ObjectsDroppedError
 */
export async function lockUndropped(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
  dropNumber: number,
): Promise<void> {
  const locked = await lockRepository(tx, repositoryUuid);
  if (locked.dropNumber !== dropNumber) throw new ObjectsDroppedError();
}

/**
 * For a fork, whose objects were copied after its refs were read: none may have been dropped in between. Until the
 * transaction ends, none can be dropped. Call it in the transaction that creates the fork.
 *
 * @throws Failure not-found if the repository has been deleted.
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
