import { type Kysely, sql } from "kysely";
import { Failure } from "../../../model/failure.ts";
import type { Ref, RefOutcome, RefUpdate } from "../../../model/ref.ts";
import { BRANCH_PREFIX, type BranchName, type RefName } from "../../../model/ref-name.ts";
import type { Repository } from "../../../model/repository.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { chunks } from "../chunks.ts";
import { lockRowsAhead } from "../lock-rows.ts";
import type { RefRow, Schema } from "../schema.ts";
import { sendAhead } from "../send-ahead.ts";
import { insertFormerTips } from "./former-tips.ts";
import { decideRefUpdates, type NameConflicts, namesAbove, survivingDeletions } from "./ref-decisions.ts";
import { findRefs, isPostgres, refsQuery } from "./refs.ts";

/** Values in one statement, as in `refs.ts`. */
const NAMES_PER_STATEMENT = 1000;

/** Objects have been dropped since the new objects were found complete: they have to be checked again. */
export class ObjectsDroppedError extends Error {
  constructor() {
    super("objects have been dropped since the refs' new values were looked at");
    this.name = "ObjectsDroppedError";
  }
}

export type RefUpdateOptions = {
  readonly isAtomic: boolean;
  readonly now: Date;
  /**
   * The drop number as of which the new values were checked. Undefined if there are none, or nothing is ever dropped
   * here.
   */
  readonly dropNumber?: number | undefined;
};

/** What decides on the updates of a push, read in its transaction. It stays true until the transaction ends. */
export type LockedRefs = Pick<Repository, "mainBranch" | "dropNumber"> & {
  /** The existing refs among those of the updates and their parent names. */
  readonly current: ReadonlyMap<RefName, Ref>;
  /** For each name that may be created: the first ref below it. */
  readonly below: NameConflicts;
};

/**
 * Locks the repository's row, so that its refs change one push after another, and reads what decides on the updates.
 * One round trip to PostgreSQL. On SQLite the transaction has the only write lock already.
 *
 * @throws Failure not-found if the repository has been deleted.
 */
export async function lockRefs(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
  updates: readonly RefUpdate[],
): Promise<LockedRefs> {
  await lockRowsAhead(tx, [{ table: "repository", uuid: repositoryUuid, strength: "update" }]);
  const created = createdBy(updates).map((update) => update.name);
  const asked = new Set([...updates.map((update) => update.name), ...created.flatMap(namesAbove)]);
  const [row, current, below] = await Promise.all([
    tx
      .selectFrom("repository")
      .select(["main_branch", "drop_number"])
      .where("uuid", "=", repositoryUuid)
      .executeTakeFirst(),
    findRefs(tx, repositoryUuid, [...asked]),
    findFirstBelow(tx, repositoryUuid, created),
  ]);
  if (row === undefined) throw repositoryGone();
  const mainBranch = (row.main_branch ?? undefined) as BranchName | undefined;
  return { mainBranch, dropNumber: row.drop_number, current, below };
}

function createdBy(updates: readonly RefUpdate[]): readonly RefUpdate[] {
  return updates.filter((update) => update.old === undefined && update.new !== undefined);
}

/**
 * Applies the updates of one push. Each is applied only if its ref has the expected old value. With `isAtomic`, all are
 * applied or none. If at least one is applied, the repository's ref generation rises by one, and the previous targets
 * are stored as former tips. Call it in a transaction.
 *
 * @param locked if they have been read already, for these updates and others.
 * @returns the outcome of each update, in their order.
 * @throws Failure not-found if the repository has been deleted.
 * @throws ObjectsDroppedError
 */
export async function applyRefUpdates(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
  updates: readonly RefUpdate[],
  options: RefUpdateOptions,
  locked?: LockedRefs,
): Promise<readonly RefOutcome[]> {
  if (updates.length === 0) return [];
  const { isAtomic, now, dropNumber } = options;
  const refs = locked ?? (await lockRefs(tx, repositoryUuid, updates));
  const { mainBranch, current } = refs;
  if (dropNumber !== undefined && refs.dropNumber !== dropNumber) throw new ObjectsDroppedError();
  // Checked here, under the lock: the main branch may have changed since the push was admitted.
  const isMainDeleted = (update: RefUpdate) =>
    update.new === undefined && mainBranch !== undefined && update.name === BRANCH_PREFIX + mainBranch;
  if (updates.some(isMainDeleted)) {
    const others = updates.filter((update) => !isMainDeleted(update));
    const decided = isAtomic ? [] : await applyRefUpdates(tx, repositoryUuid, others, options, refs);
    const byUpdate = new Map(decided.map((outcome) => [outcome.update, outcome]));
    return updates.map((update) => {
      if (isMainDeleted(update)) return { update, refused: MAIN_BRANCH_DELETION };
      return byUpdate.get(update) ?? { update, refused: "atomic push failure" };
    });
  }
  const deleted = survivingDeletions(updates, current);
  const below = await findRefsBelow(tx, repositoryUuid, createdBy(updates), { ...refs, deleted });
  const outcomes = decideRefUpdates(updates, { current, deleted, below, isAtomic });
  const applied = outcomes
    .filter((outcome) => outcome.refused === undefined)
    .map((outcome) => outcome.update);
  if (applied.length > 0) await writeRefs(tx, repositoryUuid, applied, now);
  return outcomes;
}

/** git shows this text after a refused deletion of the main branch. */
export const MAIN_BRANCH_DELETION = "deletion of the main branch prohibited";

/**
 * Serializes the changes of one repository's refs. On SQLite the transaction has the only write lock already.
 *
 * @throws Failure not-found if the repository has been deleted.
 */
export async function lockRepository(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
): Promise<Pick<Repository, "refGeneration" | "dropNumber">> {
  const query = tx
    .selectFrom("repository")
    .select(["ref_generation", "drop_number"])
    .where("uuid", "=", repositoryUuid);
  const row = await (isPostgres(tx) ? query.forNoKeyUpdate() : query).executeTakeFirst();
  if (row === undefined) throw repositoryGone();
  return { refGeneration: row.ref_generation, dropNumber: row.drop_number };
}

function repositoryGone(): Failure {
  return new Failure("not-found", "Cannot update refs: the repository no longer exists");
}

/** For each new name, an existing ref below it that is not deleted by the same push. */
async function findRefsBelow(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
  created: readonly RefUpdate[],
  { below: first, deleted }: { readonly below: NameConflicts; readonly deleted: ReadonlySet<RefName> },
): Promise<NameConflicts> {
  const deletedAbove = new Map<string, number>();
  for (const name of deleted) {
    for (const above of namesAbove(name)) deletedAbove.set(above, (deletedAbove.get(above) ?? 0) + 1);
  }
  const below = new Map<RefName, RefName>();
  for (const { name } of created) {
    const deletedCount = deletedAbove.get(name);
    if (deletedCount === undefined) {
      const found = first.get(name);
      if (found !== undefined) below.set(name, found);
      continue;
    }
    // One more than the push deletes there: if any ref stays, it is among them.
    const rows = await refsQuery(tx, repositoryUuid)
      .where("name", ">", `${name}/`)
      .where("name", "<", `${name}0`)
      .limit(deletedCount + 1)
      .execute();
    const left = rows.find((row) => !deleted.has(row.name as RefName));
    if (left !== undefined) below.set(name, left.name as RefName);
  }
  return below;
}

/** For each of the names, the first ref below it, whether the push deletes it or not. */
async function findFirstBelow(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
  names: readonly RefName[],
): Promise<NameConflicts> {
  const below = new Map<RefName, RefName>();
  for (const part of chunks(names, NAMES_PER_STATEMENT)) {
    for (const row of await firstRefsBelow(tx, repositoryUuid, part)) {
      if (row.below !== null) below.set(row.name as RefName, row.below as RefName);
    }
  }
  return below;
}

/** "0" is the character after "/", so this range has all names below the directory. */
async function firstRefsBelow(tx: Kysely<Schema>, repositoryUuid: Uuid, names: readonly RefName[]) {
  const list = sql.join(names.map((name) => sql`(${name})`));
  // Both databases call the first column of a list of values `column1`.
  const query = sql<{ name: string; below: string | null }>`
    select asked.column1 as name, (
      select min(ref.name) from ref
      where ref.repository_uuid = ${repositoryUuid}
        and ref.name > asked.column1 || '/' and ref.name < asked.column1 || '0'
    ) as below
    from (values ${list}) as asked`;
  return (await query.execute(tx)).rows;
}

async function writeRefs(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
  applied: readonly RefUpdate[],
  now: Date,
): Promise<void> {
  const deleted = applied.filter((update) => update.new === undefined).map((update) => update.name);
  for (const part of chunks(deleted, NAMES_PER_STATEMENT)) {
    await sendAhead(
      tx,
      tx.deleteFrom("ref").where("repository_uuid", "=", repositoryUuid).where("name", "in", part),
    );
  }
  const rows = applied.flatMap(({ name, new: target, peeled }): RefRow[] =>
    target === undefined ? [] : [{ repository_uuid: repositoryUuid, name, target, peeled: peeled ?? null }],
  );
  for (const part of chunks(rows, NAMES_PER_STATEMENT)) {
    await sendAhead(
      tx,
      tx
        .insertInto("ref")
        .values(part)
        .onConflict((conflict) =>
          conflict
            .columns(["repository_uuid", "name"])
            .doUpdateSet((eb) => ({ target: eb.ref("excluded.target"), peeled: eb.ref("excluded.peeled") })),
        ),
    );
  }
  await insertFormerTips(tx, repositoryUuid, applied, now);
  await sendAhead(
    tx,
    tx
      .updateTable("repository")
      .set((eb) => ({ ref_generation: eb("ref_generation", "+", 1), updated_at: now.getTime() }))
      .where("uuid", "=", repositoryUuid),
  );
}

/** For a pull request that needs other objects than the refs do: maintenance, which may be about to drop some, has to look again. */
export async function raiseRefGeneration(tx: Kysely<Schema>, repositoryUuid: Uuid): Promise<void> {
  await tx
    .updateTable("repository")
    .set((eb) => ({ ref_generation: eb("ref_generation", "+", 1) }))
    .where("uuid", "=", repositoryUuid)
    .execute();
}
