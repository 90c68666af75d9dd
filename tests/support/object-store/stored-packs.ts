import assert from "node:assert/strict";
import { join } from "node:path";
import type { Ports } from "../../../src/ports.ts";
import type { PackStore } from "../../../src/storage/packs/pack-store.ts";
import { newStagingName } from "../../../src/storage/packs/staging-names.ts";
import { openStoredPackStore } from "../../../src/storage/packs/stored/stored-pack-store.ts";
import type { ObjectName } from "../../../src/storage/sql/stored-objects/stored-objects.ts";
import { type ObjectCache, openObjectCache } from "../../../src/storage/stored-objects/object-cache.ts";
import { openStoredObjects } from "../../../src/storage/stored-objects/open-stored-objects.ts";
import { objectKey, type StoredObjects } from "../../../src/storage/stored-objects/stored-objects.ts";

/** What a node has of the store. */
export type NodePacks = {
  readonly packs: PackStore;
  readonly storedObjects: StoredObjects;
  readonly cache: ObjectCache;
};

type NodeOptions = {
  /** Where its cache is. */
  readonly folder: string;
  /** Up to so many bytes an object goes into the database. */
  readonly inlineBytesMax?: number;
};

/** The packs of another node, over the database and the object store of a server of the tests. */
export function openNodePacks(
  { stored, database, objects, clock, log }: Ports,
  { folder, inlineBytesMax }: NodeOptions,
): NodePacks {
  const { store } = stored!;
  const inline = inlineBytesMax === undefined ? {} : { inlineBytesMax };
  const storedObjects = openStoredObjects({ database, store, log, ...inline });
  const cache = openObjectCache({
    folder: join(folder, "objects"),
    bytesMax: 1024 ** 3,
    store,
    database,
    newName: newStagingName,
    closeIdleViews: async () => {},
    clock,
    log,
  });
  const options = { folder, database, storedObjects, cache, beforeRemoval: objects.forget, log };
  return { packs: openStoredPackStore(options), storedObjects, cache };
}

/** @throws AssertionError unless each object has as many names as rows point at it, and the store has what is named. */
export async function checkNames({ database, stored }: Pick<Ports, "database" | "stored">): Promise<void> {
  const { kysely } = database;
  const rows = [
    ...(await kysely.selectFrom("pack").select("object_name").execute()),
    ...(await kysely.selectFrom("blob").select("object_name").execute()),
  ];
  const counts = new Map<string, number>();
  for (const { object_name } of rows) counts.set(object_name, (counts.get(object_name) ?? 0) + 1);
  const objects = await kysely
    .selectFrom("stored_object")
    .leftJoin("inline_object", "inline_object.name", "stored_object.name")
    .select(["stored_object.name", "names", "state", "bytes", "inline_object.name as inline"])
    .execute();
  for (const { name, names, state, bytes, inline } of objects) {
    assert.deepEqual([names, state === "named"], [counts.get(name) ?? 0, names > 0], `${name} is ${state}`);
    if (state === "named" && inline === null)
      assert.equal(await stored!.store.findBytes(objectKey(name as ObjectName)), bytes, name);
    counts.delete(name);
  }
  assert.deepEqual([...counts.keys()], [], "rows without objects");
}
