import { type Kysely, sql } from "kysely";
import { Failure } from "../../../model/failure.ts";
import type { RefOutcome, RefUpdate } from "../../../model/ref.ts";
import { BRANCH_PREFIX, type BranchName, type RefName } from "../../../model/ref-name.ts";
import type { Repository } from "../../../model/repository.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { chunks } from "../chunks.ts";
import type { RefRow, Schema } from "../schema.ts";
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

/**
 * Applies the updates of one push. Each is applied only if its ref has the expected old value. With `isAtomic`, all are
 * applied or none. If at least one is applied, the repository's ref generation rises by one, and the previous targets
 * are stored as former tips. Call it in a transaction.
 *
 * @returns the outcome of each update, in their order.
 * @throws Failure not-found if the repository has been deleted.
 * @throws ObjectsDroppedError
 */
export async function applyRefUpdates(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
  updates: readonly RefUpdate[],
  options: RefUpdateOptions,
): Promise<readonly RefOutcome[]> {
  if (updates.length === 0) return [];
  const { isAtomic, now, dropNumber } = options;
  const { mainBranch, ...locked } = await lockRepository(tx, repositoryUuid);
  if (dropNumber !== undefined && locked.dropNumber !== dropNumber) throw new ObjectsDroppedError();
  // Checked here, under the lock: the main branch may have changed since the push was admitted.
  const isMainDeleted = (update: RefUpdate) =>
    update.new === undefined && mainBranch !== undefined && update.name === BRANCH_PREFIX + mainBranch;
  if (updates.some(isMainDeleted)) {
    const others = updates.filter((update) => !isMainDeleted(update));
    const decided = isAtomic ? [] : await applyRefUpdates(tx, repositoryUuid, others, options);
    const byUpdate = new Map(decided.map((outcome) => [outcome.update, outcome]));
    return updates.map((update) => {
      if (isMainDeleted(update)) return { update, refused: MAIN_BRANCH_DELETION };
      return byUpdate.get(update) ?? { update, refused: "atomic push failure" };
    });
  }
  const created = updates.filter((update) => update.old === undefined && update.new !== undefined);
  const above = created.flatMap((update) => namesAbove(update.name));
  const asked = new Set([...updates.map((update) => update.name), ...above]);
  const current = await findRefs(tx, repositoryUuid, [...asked]);
  const deleted = survivingDeletions(updates, current);
  const below = await findRefsBelow(tx, repositoryUuid, created, deleted);
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
export async function lockRepository(tx: Kysely<Schema>, repositoryUuid: Uuid): Promise<LockedRepository> {
  const query = tx
    .selectFrom("repository")
    .select(["main_branch", "ref_generation", "drop_number"])
    .where("uuid", "=", repositoryUuid);
  const row = await (isPostgres(tx) ? query.forNoKeyUpdate() : query).executeTakeFirst();
  if (row === undefined)
    throw new Failure("not-found", "Cannot update refs: the repository no longer exists");
  return {
    mainBranch: (row.main_branch ?? undefined) as BranchName | undefined,
    refGeneration: row.ref_generation,
    dropNumber: row.drop_number,
  };
}

type LockedRepository = Pick<Repository, "mainBranch" | "refGeneration" | "dropNumber">;

/** For each new name, an existing ref below it that is not deleted by the same push. */
async function findRefsBelow(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
  created: readonly RefUpdate[],
  deleted: ReadonlySet<RefName>,
): Promise<NameConflicts> {
  const deletedAbove = new Map<string, number>();
  for (const name of deleted) {
    for (const above of namesAbove(name)) deletedAbove.set(above, (deletedAbove.get(above) ?? 0) + 1);
  }
  const below = new Map<RefName, RefName>();
  const undisturbed: RefName[] = [];
  for (const { name } of created) {
    const deletedCount = deletedAbove.get(name);
    if (deletedCount === undefined) {
      undisturbed.push(name);
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
  for (const part of chunks(undisturbed, NAMES_PER_STATEMENT)) {
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
    await tx
      .deleteFrom("ref")
      .where("repository_uuid", "=", repositoryUuid)
      .where("name", "in", part)
      .execute();
  }
  const rows = applied.flatMap(({ name, new: target, peeled }): RefRow[] =>
    target === undefined ? [] : [{ repository_uuid: repositoryUuid, name, target, peeled: peeled ?? null }],
  );
  for (const part of chunks(rows, NAMES_PER_STATEMENT)) {
    await tx
      .insertInto("ref")
      .values(part)
      .onConflict((conflict) =>
        conflict
          .columns(["repository_uuid", "name"])
          .doUpdateSet((eb) => ({ target: eb.ref("excluded.target"), peeled: eb.ref("excluded.peeled") })),
      )
      .execute();
  }
  await insertFormerTips(tx, repositoryUuid, applied, now);
  await tx
    .updateTable("repository")
    .set((eb) => ({ ref_generation: eb("ref_generation", "+", 1), updated_at: now.getTime() }))
    .where("uuid", "=", repositoryUuid)
    .execute();
}
