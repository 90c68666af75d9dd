import { randomUUID } from "node:crypto";
import { Failure } from "../../model/failure.ts";
import type { Uuid } from "../../model/uuid.ts";
import { NoSuchObjectError, type ObjectStore } from "../object-store/object-store.ts";
import type { Database } from "../sql/database.ts";
import { adoptInstallationId, findInstallationId } from "../sql/installation.ts";
import { isOfFolders } from "../sql/stored-objects/is-of-folders.ts";
import { namesObjectsInStore } from "../sql/stored-objects/names-objects-in-store.ts";
import { OBJECT_PREFIX } from "../stored-objects/stored-objects.ts";

/** Lies in the store beside its objects. */
export const IDENTITY_KEY = "pail-store.json";

/** To which database a store belongs. */
export type StoreIdentity = {
  /** The database has the same. */
  readonly id: string;
  /** Whether it is being filled by `pail restore`, and nothing else may open it. */
  readonly isRestoring: boolean;
};

/** From a data folder to an object store. */
export const HOW_TO_MOVE = "move it with pail backup and pail restore: docs/many-nodes.md";

type StorePorts = {
  readonly database: Pick<Database, "kysely">;
  readonly store: ObjectStore;
  readonly newUuid: () => Uuid;
};

/**
 * Makes sure that a store belongs to its database: otherwise a copy of the database, opened for a test, would sweep the store
 * of the original. A new pair gets an id.
 *
 * @throws Failure unavailable if the store belongs to another database, or a restore into it has not come to its end.
 */
export async function requireOwnStore({ database: { kysely }, store, newUuid }: StorePorts): Promise<void> {
  const inStore = await readStoreIdentity(store);
  if (inStore?.isRestoring)
    throw new Failure(
      "unavailable",
      `Cannot open ${store.url}: a restore into it has not come to its end. If none is running, run pail restore again`,
    );
  const known = await findInstallationId(kysely);
  if (inStore !== undefined) {
    if (inStore.id === known) return;
    throw foreign(store, `it belongs to ${inStore.id}, and the database to ${known ?? "none yet"}`);
  }
  if (await isOfFolders(kysely))
    throw new Failure(
      "unavailable",
      `Cannot open the database: its repositories are in a data folder and not in an object store (${HOW_TO_MOVE})`,
    );
  if (await namesObjectsInStore(kysely))
    throw foreign(store, `the database names objects in a store, and there is no ${IDENTITY_KEY}`);
  if (await hasObjects(store)) throw foreign(store, `it has objects, and no ${IDENTITY_KEY}`);
  // Of several nodes that start at once, all write what one of them has put into the database.
  const id = known ?? (await adoptInstallationId(kysely, newUuid()));
  await writeStoreIdentity(store, { id, isRestoring: false });
  const written = await readStoreIdentity(store);
  if (written?.id !== id) throw foreign(store, "another database has just begun with it");
}

/**
 * Undefined if the store has none.
 *
 * @throws Failure unavailable if it cannot be understood.
 */
export async function readStoreIdentity(
  store: Pick<ObjectStore, "url" | "readBytes">,
): Promise<StoreIdentity | undefined> {
  let text: string;
  try {
    text = (await store.readBytes(IDENTITY_KEY)).toString();
  } catch (error) {
    if (error instanceof NoSuchObjectError) return undefined;
    throw error;
  }
  try {
    const { id, restoring } = JSON.parse(text) as { readonly id?: unknown; readonly restoring?: unknown };
    if (typeof id === "string") return { id, isRestoring: restoring === true };
  } catch {
    // Told below.
  }
  throw new Failure("unavailable", `Cannot open ${store.url}: its ${IDENTITY_KEY} is damaged`);
}

export async function writeStoreIdentity(
  store: Pick<ObjectStore, "write">,
  { id, isRestoring }: StoreIdentity,
): Promise<void> {
  const identity = isRestoring ? { id, restoring: true } : { id };
  await store.write(IDENTITY_KEY, Buffer.from(`${JSON.stringify(identity)}\n`));
}

/**
 * For a restore.
 *
 * @returns what another restore has written that was cut off.
 * @throws Failure invalid-input if it belongs to an installation.
 */
export async function requireUnusedStore(store: ObjectStore): Promise<StoreIdentity | undefined> {
  const inStore = await readStoreIdentity(store);
  if (inStore === undefined ? !(await hasObjects(store)) : inStore.isRestoring) return inStore;
  throw new Failure(
    "invalid-input",
    `Cannot restore: ${store.url} belongs to an installation. Restore into a new bucket, or with another prefix`,
  );
}

/** From here on nobody else opens the store, until `publishStore`. @returns the id of what will be in it. */
export async function claimStore(store: ObjectStore): Promise<string> {
  // A new one, since what was backed up may still be there.
  const id = (await requireUnusedStore(store))?.id ?? randomUUID();
  await writeStoreIdentity(store, { id, isRestoring: true });
  return id;
}

/** From here on the nodes of its database can open it. */
export async function publishStore(store: ObjectStore): Promise<void> {
  const identity = await readStoreIdentity(store);
  if (identity === undefined) throw new Error(`${store.url} has lost what it belongs to`);
  await writeStoreIdentity(store, { ...identity, isRestoring: false });
}

/** Whether there is anything where objects lie. */
async function hasObjects(store: Pick<ObjectStore, "list">): Promise<boolean> {
  for await (const page of store.list(OBJECT_PREFIX)) if (page.length > 0) return true;
  return false;
}

function foreign({ url }: ObjectStore, found: string): Failure {
  return new Failure(
    "unavailable",
    `Cannot open ${url}: it does not belong to this database: ${found}. Set the one that does (PAIL_OBJECT_STORE, DATABASE_URL); a copy of a database needs a store of its own, which pail restore makes`,
  );
}
