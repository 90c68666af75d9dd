import { type CompiledQuery, type Kysely, PostgresAdapter, sql } from "kysely";
import { Failure } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { Ref, RefOutcome, RefUpdate } from "../../model/ref.ts";
import { BRANCH_PREFIX, type BranchName, type RefName } from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import type { Uuid } from "../../model/uuid.ts";
import { insertFormerTips } from "./former-tips.ts";
import { decideRefUpdates, type NameConflicts, namesAbove, survivingDeletions } from "./ref-decisions.ts";
import type { RefRow, Schema } from "./schema.ts";

/** Values or conditions in one statement: far below what the databases take, large enough to hide the round trip. */
const NAMES_PER_STATEMENT = 1000;
const RANGES_PER_STATEMENT = 100;

export function toRef(row: Pick<RefRow, "name" | "target" | "peeled">): Ref {
  return {
    name: row.name as RefName,
    target: row.target as ObjectId,
    peeled: (row.peeled ?? undefined) as ObjectId | undefined,
  };
}

/** The statement behind `listRefs`, for preparing. */
export function refsQuery(db: Kysely<Schema>, repositoryUuid: string) {
  return db
    .selectFrom("ref")
    .select(["name", "target", "peeled"])
    .where("repository_uuid", "=", repositoryUuid)
    .orderBy("name");
}

/**
 * All refs of a repository as one text, for preparing: `<id> <name>` a line, in the order of their names' bytes. The database
 * puts it together, since an object for each of a hundred thousand rows takes longer than all else. No row's text is null.
 */
export function refLinesQuery(db: Kysely<Schema>, repositoryUuid: string): CompiledQuery<RefLinesRow> {
  const query = isPostgres(db)
    ? sql<RefLinesRow>`select string_agg(target || ' ' || name, ${"\n"} order by name) as lines
        from ref where repository_uuid = ${repositoryUuid}`
    : // SQLite keeps the order of what it joins, and takes it from the key. A sort in the call would be one more.
      sql<RefLinesRow>`select group_concat(line, ${"\n"}) as lines
        from (select target || ' ' || name as line from ref where repository_uuid = ${repositoryUuid} order by name)`;
  return query.compile(db);
}

export type RefLinesRow = { readonly lines: string | null };

const isPostgres = (db: Kysely<Schema>) => db.getExecutor().adapter instanceof PostgresAdapter;

/** All refs of a repository in the order of their names' bytes, which is that of git. */
export async function listRefs(db: Kysely<Schema>, repositoryUuid: Uuid): Promise<readonly Ref[]> {
  return (await refsQuery(db, repositoryUuid).execute()).map(toRef);
}

/** The refs whose names begin with one of the prefixes, each once, in the order of their names' bytes. */
export async function listRefsByPrefix(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  prefixes: readonly string[],
): Promise<readonly Ref[]> {
  const refs: Ref[] = [];
  // Outermost prefixes in the order of their bytes are ranges in that order, so the parts only need to be joined.
  for (const part of chunks(outermostPrefixes(prefixes), RANGES_PER_STATEMENT)) {
    const rows = await refsQuery(db, repositoryUuid)
      .where((eb) =>
        eb.or(
          part.map((prefix) => {
            const end = prefixEnd(prefix);
            return end === undefined
              ? eb("name", ">=", prefix)
              : eb.and([eb("name", ">=", prefix), eb("name", "<", end)]);
          }),
        ),
      )
      .execute();
    refs.push(...rows.map(toRef));
  }
  return refs;
}

/** Without the prefixes that begin with another one, ordered by bytes. U+0000 is in no ref name. */
function outermostPrefixes(prefixes: readonly string[]): readonly string[] {
  const sorted = prefixes
    .filter((prefix) => !prefix.includes("\0"))
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const outermost: string[] = [];
  for (const prefix of sorted) {
    const last = outermost.at(-1);
    if (last === undefined || !prefix.startsWith(last)) outermost.push(prefix);
  }
  return outermost;
}

/** The first text, in the order of bytes, behind all that begin with the prefix; undefined if there is none. */
function prefixEnd(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0)!);
  while (points.at(-1) === 0x10ffff) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  // Surrogates are no characters: they have no UTF-8 form.
  const next = last === 0xd7ff ? 0xe000 : last + 1;
  return String.fromCodePoint(...points, next);
}

/** Gives a repository that has none its first refs. Call it in the transaction that inserts the repository. */
export async function insertRefs(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
  refs: readonly Ref[],
): Promise<void> {
  for (const part of chunks(refs, NAMES_PER_STATEMENT)) {
    const rows = part.map(({ name, target, peeled }) => ({
      repository_uuid: repositoryUuid,
      name,
      target,
      peeled: peeled ?? null,
    }));
    await tx.insertInto("ref").values(rows).execute();
  }
}

export async function findRef(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  name: RefName,
): Promise<Ref | undefined> {
  return (await findRefs(db, repositoryUuid, [name])).get(name);
}

/** The refs that exist of those named. */
export async function findRefs(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  names: readonly RefName[],
): Promise<ReadonlyMap<RefName, Ref>> {
  const refs = new Map<RefName, Ref>();
  for (const part of chunks(names, NAMES_PER_STATEMENT)) {
    const rows = await refsQuery(db, repositoryUuid).where("name", "in", part).execute();
    for (const row of rows) refs.set(row.name as RefName, toRef(row));
  }
  return refs;
}

/** Those of the ids that a ref points at, directly or by a tag. It reads all refs of the repository. */
export async function findTargets(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  ids: readonly ObjectId[],
): Promise<ReadonlySet<ObjectId>> {
  const found = new Set<string | null>();
  for (const part of chunks(ids, NAMES_PER_STATEMENT)) {
    const rows = await db
      .selectFrom("ref")
      .select(["target", "peeled"])
      .where("repository_uuid", "=", repositoryUuid)
      .where((eb) => eb.or([eb("target", "in", part), eb("peeled", "in", part)]))
      .execute();
    for (const { target, peeled } of rows) found.add(target).add(peeled);
  }
  return new Set(ids.filter((id) => found.has(id)));
}

/** Objects have been dropped since those that refs are to reach were found whole: they have to be looked at again. */
export class ObjectsDroppedError extends Error {
  constructor() {
    super("objects have been dropped since the refs' new values were looked at");
    this.name = "ObjectsDroppedError";
  }
}

export type RefUpdateOptions = {
  readonly isAtomic: boolean;
  readonly now: Date;
  /** The drop number by which the new values were found whole. Undefined: there are none, or nothing is dropped here. */
  readonly dropNumber?: number | undefined;
};

/**
 * Applies the updates of one push: each only if its ref is as the update expects. With `isAtomic`, all or none. When at
 * least one is applied, the repository's ref generation rises by one, and what refs pointed at until then is noted. Call it in
 * a transaction.
 *
 * @returns what became of each update, in their order.
 * @throws Failure not-found if the repository is no longer there.
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
  // Judged here, under the lock: what is the main branch may have changed since the push was let in.
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

/** What git shows behind a refused deletion of the main branch. */
export const MAIN_BRANCH_DELETION = "deletion of the main branch prohibited";

/**
 * Changes of one repository's refs go one after another. On SQLite the transaction holds the only write lock already.
 *
 * @throws Failure not-found if the repository is no longer there.
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

/** For each new name, a ref that exists below it as in a directory and is not deleted by the same push. */
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
    // One more than the push deletes there: if any is left, it is among them.
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

/** "0" comes right after "/": what is between them are the names in the directory. */
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

function chunks<T>(values: readonly T[], length: number): T[][] {
  const parts: T[][] = [];
  for (let start = 0; start < values.length; start += length) parts.push(values.slice(start, start + length));
  return parts;
}
