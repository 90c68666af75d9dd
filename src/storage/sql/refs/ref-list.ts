import { type Kysely, sql } from "kysely";
import type { Filter } from "../../../model/filter.ts";
import type { Ref, RefKind } from "../../../model/ref.ts";
import { BRANCH_PREFIX, TAG_PREFIX } from "../../../model/ref-name.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { compileFilter, type FieldMap } from "../compile-filter.ts";
import type { Schema } from "../schema.ts";
import { toRef } from "./refs.ts";

export type RefListOptions = {
  readonly kinds: readonly RefKind[];
  readonly filter?: Filter | undefined;
};

/** The fields of a ref that its row has. */
const FIELDS: FieldMap = {
  name: { column: "listed.short_name", type: "text" },
  type: { column: "listed.type", type: "text" },
  "target.hash": { column: "listed.hash", type: "text" },
};

const PREFIXES: Record<RefKind, string> = { branch: BRANCH_PREFIX, tag: TAG_PREFIX };

/** The rows of a list. Branches and tags are ranges of the key, so that no other refs are read. */
function listedRefs(db: Kysely<Schema>, repositoryUuid: Uuid, { kinds, filter }: RefListOptions) {
  const listed = db
    .selectFrom("ref")
    .select(["ref.name", "ref.target", "ref.peeled"])
    .select([
      sql<string>`case when ref.name < ${TAG_PREFIX}
        then substr(ref.name, ${sql.lit(BRANCH_PREFIX.length + 1)})
        else substr(ref.name, ${sql.lit(TAG_PREFIX.length + 1)}) end`.as("short_name"),
      // Concatenated with an empty part of the column, so that it compares with the column's collation and not the
      // database's.
      sql<string>`substr(ref.name, 1, 0) || case when ref.name < ${TAG_PREFIX} then 'branch' else 'tag' end`.as(
        "type",
      ),
      sql<string>`coalesce(ref.peeled, ref.target)`.as("hash"),
    ])
    .where("ref.repository_uuid", "=", repositoryUuid)
    .where((eb) =>
      eb.or(
        kinds.map((kind) =>
          // "0" is the character after "/".
          eb.and([
            eb("ref.name", ">", PREFIXES[kind]),
            eb("ref.name", "<", `${PREFIXES[kind].slice(0, -1)}0`),
          ]),
        ),
      ),
    )
    .as("listed");
  const query = db.selectFrom(listed);
  return filter === undefined ? query : query.where(compileFilter(filter, FIELDS));
}

/** @throws Failure invalid-input if the filter names a field that is not offered. */
export async function countListedRefs(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  options: RefListOptions,
): Promise<number> {
  const row = await listedRefs(db, repositoryUuid, options)
    .select((eb) => eb.fn.countAll<number>().as("size"))
    .executeTakeFirstOrThrow();
  return row.size;
}

/**
 * In the order of git show-ref: by the bytes of the full name, so that branches come before tags.
 *
 * @throws Failure invalid-input if the filter names a field that is not offered.
 */
export async function listRefsFiltered(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  options: RefListOptions & {
    readonly direction?: "asc" | "desc";
    readonly offset?: number;
    readonly limit: number;
  },
): Promise<readonly Ref[]> {
  const rows = await listedRefs(db, repositoryUuid, options)
    .select(["listed.name", "listed.target", "listed.peeled"])
    .orderBy("listed.name", options.direction ?? "asc")
    .limit(options.limit)
    .offset(options.offset ?? 0)
    .execute();
  return rows.map(toRef);
}
