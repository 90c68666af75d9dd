import type { Kysely } from "kysely";
import type { Uuid } from "../../../model/uuid.ts";
import { isPostgres } from "../database-now.ts";
import type { Schema } from "../schema.ts";
import { addPacks, addPacksAgain, type LivePack, type NewPack, removePacks } from "./packs.ts";
import { lockObjects, type ObjectName } from "./stored-objects.ts";

export type PackReplacement = {
  readonly replaced: readonly Pick<LivePack, "name" | "kind">[];
  readonly added: readonly NewPack[];
  /**
   * Repositories that have all of these packs are given the new ones in the place of those replaced, since they have all
   * objects in them. Undefined if no other repository may get them: they lack objects.
   */
  readonly givenWith: readonly ObjectName[] | undefined;
};

/** Each takes some statements, for which pushes wait. What is left out keeps the packs that it has. */
const GIVEN_MAX = 50;

/**
 * Replaces packs of a repository, whose row the transaction has locked, by new ones, which have all that must be kept of
 * them.
 *
 * @returns false if one of the replaced was not there: then the transaction must be rolled back.
 * @throws ObjectCondemnedError
 */
export async function replacePacks(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
  { replaced, added, givenWith }: PackReplacement,
): Promise<boolean> {
  const others = givenWith === undefined ? [] : await lockOthersWith(tx, repositoryUuid, givenWith);
  const names = replaced.map(({ name }) => name);
  // All at once, because they are locked in the order of their names.
  await lockObjects(tx, [...names, ...added.map(({ object }) => object.name)]);
  if (!(await removePacks(tx, repositoryUuid, names))) return false;
  await addPacks(tx, repositoryUuid, added);
  const packs = replaced.filter(({ kind }) => kind !== "graph").map(({ name }) => name);
  // Their refs are others, so their commit graphs are too.
  const given = added.filter(({ kind }) => kind !== "graph");
  for (const other of others) {
    if (!(await removePacks(tx, other, packs))) throw new Error("a locked repository has lost packs");
    await addPacksAgain(tx, other, given);
  }
  return true;
}

/**
 * The repositories that have all of the packs, locked. One that somebody else has locked is left out: nobody waits here, so
 * that it does not matter which of two repositories is locked first.
 */
async function lockOthersWith(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
  names: readonly ObjectName[],
): Promise<readonly Uuid[]> {
  if (names.length === 0) return [];
  const found = await othersWith(tx, repositoryUuid, names).limit(GIVEN_MAX).execute();
  if (found.length === 0) return [];
  const query = tx
    .selectFrom("repository")
    .select("uuid")
    .where(
      "uuid",
      "in",
      found.map((row) => row.repository_uuid),
    )
    .orderBy("uuid");
  const locked = await (isPostgres(tx) ? query.forNoKeyUpdate().skipLocked() : query).execute();
  if (locked.length === 0) return [];
  // Before they were locked they may have lost some.
  const still = await othersWith(tx, repositoryUuid, names)
    .where(
      "repository_uuid",
      "in",
      locked.map(({ uuid }) => uuid),
    )
    .execute();
  return still.map((row) => row.repository_uuid as Uuid);
}

function othersWith(tx: Kysely<Schema>, repositoryUuid: Uuid, names: readonly ObjectName[]) {
  return tx
    .selectFrom("pack")
    .select("repository_uuid")
    .where("object_name", "in", names)
    .where("repository_uuid", "!=", repositoryUuid)
    .groupBy("repository_uuid")
    .having((eb) => eb.fn.countAll<number>(), "=", names.length)
    .orderBy("repository_uuid");
}
