import { join } from "node:path";
import type { Uuid } from "../../../src/model/uuid.ts";
import type { Ports } from "../../../src/ports.ts";
import type { PackStore } from "../../../src/storage/packs/pack-store.ts";
import { newStagingName } from "../../../src/storage/packs/staging-names.ts";
import { openStoredPackStore } from "../../../src/storage/packs/stored/stored-pack-store.ts";
import { type ObjectCache, openObjectCache } from "../../../src/storage/stored-objects/object-cache.ts";
import { openStoredObjects } from "../../../src/storage/stored-objects/open-stored-objects.ts";
import type { StoredObjects } from "../../../src/storage/stored-objects/stored-objects.ts";

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
    clock,
    log,
  });
  const options = { folder, database, storedObjects, cache, beforeRemoval: objects.forget, log };
  return { packs: openStoredPackStore(options), storedObjects, cache };
}

const DAY_MS = 86_400_000;

/** As if what a repository has were stored so much earlier, or as if it were looked for unreached objects so much earlier. */
export async function ageStoredPacks(
  { database }: Pick<Ports, "database">,
  repository: Uuid,
  days: { readonly packs?: number; readonly dropCheck?: number },
): Promise<void> {
  const { kysely } = database;
  await kysely
    .updateTable("stored_object")
    .set((eb) => ({ state_at: eb("state_at", "-", (days.packs ?? 0) * DAY_MS) }))
    .where("name", "in", (eb) =>
      eb.selectFrom("pack").select("object_name").where("repository_uuid", "=", repository),
    )
    .execute();
  await kysely
    .updateTable("repository")
    .set((eb) => ({ drop_checked_at: eb("drop_checked_at", "-", (days.dropCheck ?? 0) * DAY_MS) }))
    .where("uuid", "=", repository)
    .execute();
}
