import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Uuid } from "../../../model/uuid.ts";
import type { PackRow } from "../schema/stored-objects.ts";
import type { Schema } from "../schema.ts";
import { sendAhead } from "../send-ahead.ts";
import {
  lockObjects,
  nameObject,
  nameObjectsAgain,
  type ObjectName,
  type Sections,
  type UploadedObject,
  unnameObjects,
} from "./stored-objects.ts";

/** A row of `pack` with what is known of its object. */
export type LivePack = {
  readonly name: ObjectName;
  readonly kind: PackRow["kind"];
  readonly objects: number;
  readonly addedGeneration: number;
  readonly dropNumber: number;
  readonly bytes: number;
  readonly sha256: Buffer;
  readonly sections: Sections;
  /** How many repositories have it. */
  readonly names: number;
  /** When the first of them got it, by the database's clock: so old are its objects. */
  readonly namedAt: Date;
  /** Whether its bytes are in the database. */
  readonly isInline: boolean;
};

/** The rows of a repository's packs and its two numbers, all of one moment. */
export type PackLook = {
  readonly packGeneration: number;
  readonly dropNumber: number;
  /** Whether the repository that it was forked from is still there. */
  readonly isFork: boolean;
  readonly packs: readonly LivePack[];
};

export type NewPack = {
  readonly object: UploadedObject;
  readonly kind: PackRow["kind"];
  readonly objects: number;
  /** Of a commit graph: the pack generation whose commits it has. Undefined: that in which it comes. */
  readonly generation?: number;
};

/** One statement, so that rows and numbers are of one moment. Undefined if there is no such repository. */
export async function lookAtPacks(db: Kysely<Schema>, repositoryUuid: Uuid): Promise<PackLook | undefined> {
  const rows = await db
    .selectFrom("repository")
    .leftJoin("pack", "pack.repository_uuid", "repository.uuid")
    .leftJoin("stored_object", "stored_object.name", "pack.object_name")
    .leftJoin("inline_object", "inline_object.name", "pack.object_name")
    .select([
      "inline_object.name as inline_name",
      "repository.pack_generation",
      "repository.drop_number as current_drop_number",
      "repository.parent_uuid",
      "pack.object_name",
      "pack.kind",
      "pack.objects",
      "pack.added_generation",
      "pack.drop_number",
      "stored_object.bytes",
      "stored_object.sha256",
      "stored_object.sections",
      "stored_object.names",
      "stored_object.state_at",
    ])
    .where("repository.uuid", "=", repositoryUuid)
    .orderBy("pack.added_generation")
    .orderBy("pack.object_name")
    .execute();
  const [first] = rows;
  if (first === undefined) return undefined;
  return {
    packGeneration: first.pack_generation,
    dropNumber: first.current_drop_number,
    isFork: first.parent_uuid !== null,
    packs: rows.flatMap((row): LivePack[] =>
      row.object_name === null
        ? []
        : [
            {
              name: row.object_name as ObjectName,
              kind: row.kind!,
              objects: row.objects!,
              addedGeneration: row.added_generation!,
              dropNumber: row.drop_number!,
              bytes: row.bytes!,
              sha256: row.sha256!,
              sections: JSON.parse(row.sections ?? "{}") as Sections,
              names: row.names!,
              namedAt: new Date(row.state_at!),
              isInline: row.inline_name !== null,
            },
          ],
    ),
  };
}

/** The two numbers alone, which tell whether an earlier look still holds. */
export type PackGeneration = Pick<PackLook, "packGeneration" | "dropNumber">;

export function packGenerationQuery(db: Kysely<Schema>, repositoryUuid: string) {
  return db
    .selectFrom("repository")
    .select(["pack_generation", "drop_number"])
    .where("uuid", "=", repositoryUuid);
}

export function toPackGeneration(row: { pack_generation: number; drop_number: number }): PackGeneration {
  return { packGeneration: row.pack_generation, dropNumber: row.drop_number };
}

/**
 * Names new packs of a repository, whose row the transaction has locked, and writes the bytes of all its packs in that row.
 *
 * @returns the pack generation in which they come, to be waited for once the transaction has committed.
 * @throws ObjectCondemnedError
 */
export async function addPacks(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
  packs: readonly NewPack[],
): Promise<() => Promise<number>> {
  // In the order of their names, as all locks of objects are taken.
  for (const { object } of packs.toSorted((a, b) => (a.object.name < b.object.name ? -1 : 1)))
    await nameObject(tx, object);
  return insertPackRows(tx, repositoryUuid, packs);
}

/**
 * Gives packs, which the same transaction has named, to another repository as well, whose row it has locked, and writes the
 * bytes of all its packs in that row.
 */
export async function addPacksAgain(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
  packs: readonly NewPack[],
): Promise<void> {
  const isNamed = await nameObjectsAgain(
    tx,
    packs.map(({ object }) => object.name),
  );
  if (!isNamed) throw new Error("packs have lost their names in the transaction that has named them");
  await insertPackRows(tx, repositoryUuid, packs);
}

/** All of it is sent ahead: pushes wait for it. */
async function insertPackRows(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
  packs: readonly NewPack[],
): Promise<() => Promise<number>> {
  for (const { object, kind, objects, generation } of packs) {
    await sendAhead(
      tx,
      tx.insertInto("pack").values({
        repository_uuid: repositoryUuid,
        object_name: object.name,
        kind,
        objects,
        added_generation: generation ?? nextGenerationOf(repositoryUuid),
        drop_number: sql<number>`(select drop_number from repository where uuid = ${repositoryUuid})`,
      }),
    );
  }
  return raisePackGeneration(tx, repositoryUuid);
}

function nextGenerationOf(repositoryUuid: Uuid): RawBuilder<number> {
  return sql<number>`(select pack_generation + 1 from repository where uuid = ${repositoryUuid})`;
}

/** To be called last: it adds up what the repository then has. @returns the new generation, as `addPacks`. */
async function raisePackGeneration(tx: Kysely<Schema>, repositoryUuid: Uuid): Promise<() => Promise<number>> {
  const ahead = await sendAhead(
    tx,
    tx
      .updateTable("repository")
      .set((eb) => ({
        pack_generation: eb("pack_generation", "+", 1),
        size_bytes: eb.fn.coalesce(
          eb
            .selectFrom("pack")
            .innerJoin("stored_object", "stored_object.name", "pack.object_name")
            .select((inner) =>
              sql<number>`cast(${inner.fn.sum("stored_object.bytes")} as bigint)`.as("bytes"),
            )
            .where("pack.repository_uuid", "=", repositoryUuid),
          sql<number>`0`,
        ),
      }))
      .where("uuid", "=", repositoryUuid)
      .returning("pack_generation"),
  );
  return async () => {
    const [row] = await ahead.rows();
    if (row === undefined) throw new Error("a locked repository is gone");
    return row.pack_generation;
  };
}

/**
 * Takes packs from a repository, whose row the transaction has locked. Their objects stay in the store for as long as
 * somebody may read them.
 *
 * @returns false if one of them was not there: then the transaction must be rolled back.
 */
export async function removePacks(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
  names: readonly ObjectName[],
): Promise<boolean> {
  if (names.length === 0) return true;
  await lockObjects(tx, names);
  const gone = await tx
    .deleteFrom("pack")
    .where("repository_uuid", "=", repositoryUuid)
    .where("object_name", "in", names)
    .returning("object_name")
    .execute();
  await unnameObjects(
    tx,
    gone.map((row) => row.object_name as ObjectName),
  );
  return gone.length === names.length;
}

/**
 * Gives a fork the packs that its parent has now, and writes their bytes in its row. The transaction has locked the parent's row
 * against changes of its packs. The commit graph stays: its refs are others.
 *
 * @returns false if the transaction must be rolled back and tried again.
 */
export async function sharePacks(tx: Kysely<Schema>, parentUuid: Uuid, forkUuid: Uuid): Promise<boolean> {
  const shared = await tx
    .selectFrom("pack")
    .selectAll()
    .where("repository_uuid", "=", parentUuid)
    .where("kind", "!=", "graph")
    .execute();
  if (
    !(await nameObjectsAgain(
      tx,
      shared.map((row) => row.object_name as ObjectName),
    ))
  )
    return false;
  const added_generation = nextGenerationOf(forkUuid);
  for (const row of shared)
    await sendAhead(
      tx,
      tx.insertInto("pack").values({ ...row, repository_uuid: forkUuid, added_generation, drop_number: 0 }),
    );
  await raisePackGeneration(tx, forkUuid);
  return true;
}
