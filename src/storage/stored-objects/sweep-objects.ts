import type { ObjectStore } from "../object-store/object-store.ts";
import type { Database } from "../sql/database.ts";
import {
  type CondemnedObject,
  type CondemnedQuery,
  condemnPendingObjects,
  condemnUnnamedObjects,
  DUE_MAX,
  forgetObjects,
  listCondemnedObjects,
  noteDeletedObjects,
} from "../sql/stored-objects/due-objects.ts";
import { deleteExpiredHolds } from "../sql/stored-objects/holds.ts";
import type { ObjectName } from "../sql/stored-objects/stored-objects.ts";
import { objectKey } from "./stored-objects.ts";

/** By the database's clock. */
export type SweepTimes = {
  /** At least as long as the longest push, from its pending row to its transaction. */
  readonly pendingMs: number;
  /** At least as long as the longest read, and as far back as the database may be put. */
  readonly retentionMs: number;
  /** From the condemnation to the first deletion: more than a standby of the database may lag behind. */
  readonly settleMs: number;
  /** From the condemnation to the last deletion: afterwards the store takes no upload of that name any more. */
  readonly quietMs: number;
};

const HOUR_MS = 3_600_000;

export const SWEEP_TIMES: Omit<SweepTimes, "retentionMs"> = {
  pendingMs: 24 * HOUR_MS,
  settleMs: 10 * 60_000,
  quietMs: 24 * HOUR_MS,
};

export type SweepPorts = {
  readonly database: Pick<Database, "kysely">;
  readonly store: Pick<ObjectStore, "delete" | "abortUpload">;
};

export type SweepOutcome = {
  readonly condemned: number;
  /** Of which the store has acknowledged the last deletion, or which were in the database. */
  readonly removed: number;
  /** Those that the store did not delete: they are tried again next time. */
  readonly errors: readonly unknown[];
};

const DELETIONS_AT_ONCE = 8;
/** The store is away then, and each further try would take a minute. */
const ERRORS_IN_A_ROW_MAX = 2 * DELETIONS_AT_ONCE;

/**
 * Deletes what has no name from the store: what was uploaded and never named, and what has lost its last name. Each
 * object is deleted twice, the second time when no upload of it can arrive any more. May run on several nodes at once.
 */
export async function sweepObjects(
  ports: SweepPorts,
  times: SweepTimes,
  signal: AbortSignal,
): Promise<SweepOutcome> {
  const { kysely } = ports.database;
  await deleteExpiredHolds(kysely);
  let condemned = 0;
  for (const condemn of [
    () => condemnPendingObjects(kysely, times.pendingMs),
    () => condemnUnnamedObjects(kysely, times.retentionMs),
  ])
    for (let count = DUE_MAX; count === DUE_MAX && !signal.aborted; condemned += count)
      count = await condemn();
  const sweep = openDeletion(ports, signal);
  await sweep.deleteAll({ forMs: times.quietMs, isUndeletedOnly: false }, (names) =>
    forgetObjects(kysely, names),
  );
  await sweep.deleteAll({ forMs: times.settleMs, isUndeletedOnly: true }, (names) =>
    noteDeletedObjects(kysely, names),
  );
  return { condemned, removed: sweep.removed(), errors: sweep.errors() };
}

function openDeletion({ database: { kysely }, store }: SweepPorts, signal: AbortSignal) {
  const errors: unknown[] = [];
  let removed = 0;
  let errorsInARow = 0;
  const isStopped = () => signal.aborted || errorsInARow >= ERRORS_IN_A_ROW_MAX;

  async function deleteObject({ name, uploadId }: CondemnedObject): Promise<boolean> {
    try {
      if (uploadId !== undefined) await store.abortUpload(objectKey(name), uploadId);
      await store.delete(objectKey(name));
      errorsInARow = 0;
      return true;
    } catch (error) {
      errors.push(error);
      errorsInARow += 1;
      return false;
    }
  }

  async function deletePage(page: readonly CondemnedObject[]): Promise<readonly ObjectName[]> {
    const deleted: ObjectName[] = [];
    const waiting = page.values();
    const work = async () => {
      for (const object of waiting) {
        if (isStopped()) return;
        if (await deleteObject(object)) deleted.push(object.name);
      }
    };
    await Promise.all(Array.from({ length: DELETIONS_AT_ONCE }, work));
    return deleted;
  }

  return {
    removed: () => removed,
    errors: () => errors,
    async deleteAll(
      query: Omit<CondemnedQuery, "after">,
      note: (deleted: readonly ObjectName[]) => Promise<void>,
    ): Promise<void> {
      let after: CondemnedObject | undefined;
      while (!isStopped()) {
        const page = await listCondemnedObjects(kysely, { ...query, after });
        after = page.at(-1);
        if (after === undefined) return;
        // Nothing of them is in the store.
        const inline = page.filter((object) => object.isInline).map(({ name }) => name);
        await forgetObjects(kysely, inline);
        const deleted = await deletePage(page.filter((object) => !object.isInline));
        await note(deleted);
        removed += inline.length + (query.isUndeletedOnly ? 0 : deleted.length);
      }
    },
  };
}
