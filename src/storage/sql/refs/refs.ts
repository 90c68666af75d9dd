import { type CompiledQuery, type Kysely, PostgresAdapter, sql } from "kysely";
import type { ObjectId } from "../../../model/object-id.ts";
import type { Ref } from "../../../model/ref.ts";
import type { RefName } from "../../../model/ref-name.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { chunks } from "../chunks.ts";
import type { RefRow, Schema } from "../schema.ts";

/**
 * Values or conditions in one statement: far below the limits of the databases, and large enough to hide the round
 * trip.
 */
const NAMES_PER_STATEMENT = 1000;
const RANGES_PER_STATEMENT = 100;

export function toRef(row: Pick<RefRow, "name" | "target" | "peeled">): Ref {
  return {
    name: row.name as RefName,
    target: row.target as ObjectId,
    peeled: (row.peeled ?? undefined) as ObjectId | undefined,
  };
}

/** The statement of `listRefs`, for preparing. */
export function refsQuery(db: Kysely<Schema>, repositoryUuid: string) {
  return db
    .selectFrom("ref")
    .select(["name", "target", "peeled"])
    .where("repository_uuid", "=", repositoryUuid)
    .orderBy("name");
}

/**
 * All refs of a repository as one text, for preparing: `<id> <name>` a line, sorted by the bytes of their names. The
 * database joins the lines, since creating an object for each of a hundred thousand rows takes longer than all else. No
 * row's text is null.
 */
export function refLinesQuery(db: Kysely<Schema>, repositoryUuid: string): CompiledQuery<RefLinesRow> {
  const query = isPostgres(db)
    ? sql<RefLinesRow>`select string_agg(target || ' ' || name, ${"\n"} order by name) as lines
        from ref where repository_uuid = ${repositoryUuid}`
    : // SQLite joins the lines in the order of the key. Sorting in the call would be an extra step.
      sql<RefLinesRow>`select group_concat(line, ${"\n"}) as lines
        from (select target || ' ' || name as line from ref where repository_uuid = ${repositoryUuid} order by name)`;
  return query.compile(db);
}

export type RefLinesRow = { readonly lines: string | null };

export const isPostgres = (db: Kysely<Schema>) => db.getExecutor().adapter instanceof PostgresAdapter;

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
  // Outermost prefixes, sorted by bytes, are ranges in that order, so the parts only need to be concatenated.
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

/** The first text, by bytes, after all that begin with the prefix; undefined if there is none. */
function prefixEnd(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0)!);
  while (points.at(-1) === 0x10ffff) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  // Surrogates are not characters and have no UTF-8 form.
  const next = last === 0xd7ff ? 0xe000 : last + 1;
  return String.fromCodePoint(...points, next);
}

/** Inserts the first refs of a repository. Call it in the transaction that inserts the repository. */
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

/** Those of the ids to which a ref points, directly or through a tag. It reads all refs of the repository. */
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
