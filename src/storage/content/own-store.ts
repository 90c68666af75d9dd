import { randomUUID } from "node:crypto";
import type { Kysely } from "kysely";
import { Failure } from "../../model/failure.ts";
import type { Uuid } from "../../model/uuid.ts";
import { NoSuchObjectError, type ObjectStore } from "../object-store/object-store.ts";
import type { Database } from "../sql/database.ts";
import {
  adoptInstallationId,
  adoptStoreOrigin,
  findInstallation,
  type Installation,
  lockInstallation,
} from "../sql/installation.ts";
import type { Schema } from "../sql/schema.ts";
import { hasServerKeys } from "../sql/server-keys.ts";
import { isOfFolders } from "../sql/stored-objects/is-of-folders.ts";
import { namesObjectsInStore } from "../sql/stored-objects/names-objects-in-store.ts";
import { OBJECT_PREFIX } from "../stored-objects/stored-objects.ts";

/** Lies in the store beside its objects. */
export const IDENTITY_KEY = "pail-store.json";

/** To which database a store belongs. */
export type StoreIdentity = {
  /** The database has the same. */
  readonly id: string;
  /**
   * The store's URL when it became the database's, which has the same. It stays when the store is copied elsewhere. So a
   * database that was about to begin with two stores, one after the other, belongs to one of them.
   */
  readonly origin: string;
  /** Whether it is being filled by `pail restore`, and nothing else may open it. */
  readonly isRestoring: boolean;
};

/** Of a store of a version that did not note it. */
const UNKNOWN_ORIGIN = "";

/** From a data folder to an object store. */
export const HOW_TO_MOVE = "move it with pail backup and pail restore: docs/many-nodes.md";

type StorePorts = {
  readonly database: Pick<Database, "kysely" | "transaction">;
  readonly store: ObjectStore;
  readonly newUuid: () => Uuid;
  /** How long to wait until the store says whose it is. Undefined: as long as for all else of it. */
  readonly answerMsMax?: number | undefined;
};

/**
 * Makes sure that a store belongs to its database: otherwise a copy of the database, opened for a test, would sweep the store
 * of the original, and of two stores each would have what was written to it. A new pair gets an id.
 *
 * @throws Failure unavailable if the store belongs to another database, or the database to another store, or a restore into
 * it has not come to its end.
 */
export async function requireOwnStore(ports: StorePorts): Promise<void> {
  const { database, store, answerMsMax } = ports;
  const { kysely } = database;
  for (;;) {
    const inStore = await readStoreIdentity(store, answerMsMax);
    if (inStore !== undefined) {
      const { storeOrigin } = requirePair(store, inStore, await findInstallation(kysely));
      if (storeOrigin === null) requireOrigin(store, inStore, await adoptStoreOrigin(kysely, inStore.origin));
      return;
    }
    const refusal = await findRefusal(kysely, store);
    if (refusal === undefined) await beginWith(ports);
    // Another node may just have begun with this store.
    else if ((await store.findBytes(IDENTITY_KEY)) === undefined) throw refusal;
  }
}

/**
 * What `requireOwnStore` would find. Nothing is written.
 *
 * @param kysely undefined: the database is empty, without a schema.
 * @throws Failure unavailable as `requireOwnStore`.
 */
export async function lookAtPair(
  kysely: Kysely<Schema> | undefined,
  store: ObjectStore,
): Promise<"fits" | "new"> {
  const inStore = await readStoreIdentity(store);
  if (inStore !== undefined) {
    requirePair(store, inStore, kysely && (await findInstallation(kysely)));
    return "fits";
  }
  const refusal = kysely === undefined ? await findObjectsRefusal(store) : await findRefusal(kysely, store);
  if (refusal !== undefined) throw refusal;
  return "new";
}

function requirePair(
  store: ObjectStore,
  inStore: StoreIdentity,
  known: Installation | undefined,
): Installation {
  if (inStore.isRestoring)
    throw new Failure(
      "unavailable",
      `Cannot open ${store.url}: a restore into it has not come to its end. If none is running, run pail restore again`,
    );
  if (inStore.id !== known?.id)
    throw foreign(store, `it belongs to ${inStore.id}, and the database to ${known?.id ?? "none yet"}`);
  if (known.storeOrigin !== null) requireOrigin(store, inStore, known.storeOrigin);
  return known;
}

function requireOrigin(store: ObjectStore, inStore: StoreIdentity, origin: string): void {
  if (inStore.origin !== origin)
    throw foreign(
      store,
      `the database has begun with ${describeOrigin(origin)}, and this one with ${describeOrigin(inStore.origin)}`,
    );
}

/** Why a database cannot begin with a store that has no identity. Undefined: it can. */
async function findRefusal(kysely: Kysely<Schema>, store: ObjectStore): Promise<Failure | undefined> {
  const origin = (await findInstallation(kysely))?.storeOrigin ?? undefined;
  if (origin !== undefined)
    return foreign(store, `the database has begun with ${describeOrigin(origin)}, and ${MISSING}`);
  if (await isOfFolders(kysely))
    return new Failure(
      "unavailable",
      `Cannot open the database: its repositories are in a data folder and not in an object store (${HOW_TO_MOVE})`,
    );
  // An earlier version has noted no origin. Keys are rows only with an object store.
  if ((await namesObjectsInStore(kysely)) || (await hasServerKeys(kysely)))
    return foreign(store, `the database is in use with a store, and ${MISSING}`);
  return findObjectsRefusal(store);
}

async function findObjectsRefusal(store: ObjectStore): Promise<Failure | undefined> {
  return (await hasObjects(store)) ? foreign(store, `it has objects, and no ${IDENTITY_KEY}`) : undefined;
}

/** Of several nodes that start at once, one writes. The others find what it has written, or that it was another store. */
async function beginWith({ database, store, newUuid }: StorePorts): Promise<void> {
  // Committed before anything lies in the store: a start that is cut off is finished by the next.
  const id = await adoptInstallationId(database.kysely, newUuid());
  await database.transaction(async (tx) => {
    if ((await lockInstallation(tx)).storeOrigin !== null) return;
    await writeStoreIdentity(store, { id, origin: store.url, isRestoring: false });
    const written = await readStoreIdentity(store);
    if (written?.id !== id) throw foreign(store, "another database has just begun with it");
    await adoptStoreOrigin(tx, store.url);
  });
}

/**
 * Undefined if the store has none.
 *
 * @throws Failure unavailable if it cannot be understood, or does not come in time.
 */
export async function readStoreIdentity(
  store: Pick<ObjectStore, "url" | "readBytes">,
  answerMsMax?: number,
): Promise<StoreIdentity | undefined> {
  const signal = answerMsMax === undefined ? undefined : AbortSignal.timeout(answerMsMax);
  let text: string;
  try {
    text = (await store.readBytes(IDENTITY_KEY, undefined, signal)).toString();
  } catch (error) {
    if (error instanceof NoSuchObjectError) return undefined;
    if (signal?.aborted)
      throw new Failure("unavailable", "Cannot read from the object store: it did not answer", {
        reason: `GET ${IDENTITY_KEY} of ${store.url}: nothing in ${answerMsMax} ms`,
      });
    throw error;
  }
  try {
    const { id, origin, restoring } = JSON.parse(text) as Readonly<
      Partial<Record<"id" | "origin" | "restoring", unknown>>
    >;
    if (typeof id === "string")
      return {
        id,
        origin: typeof origin === "string" ? origin : UNKNOWN_ORIGIN,
        isRestoring: restoring === true,
      };
  } catch {
    // Told below.
  }
  throw new Failure("unavailable", `Cannot open ${store.url}: its ${IDENTITY_KEY} is damaged`);
}

export async function writeStoreIdentity(
  store: Pick<ObjectStore, "write">,
  { id, origin, isRestoring }: StoreIdentity,
): Promise<void> {
  const identity = {
    id,
    ...(origin !== UNKNOWN_ORIGIN && { origin }),
    ...(isRestoring && { restoring: true }),
  };
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

/** From here on nobody else opens the store, until `publishStore`. @returns what its database will be. */
export async function claimStore(store: ObjectStore): Promise<Installation> {
  // A new one, since what was backed up may still be there.
  const id = (await requireUnusedStore(store))?.id ?? randomUUID();
  await writeStoreIdentity(store, { id, origin: store.url, isRestoring: true });
  return { id, storeOrigin: store.url };
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

const MISSING = `there is no ${IDENTITY_KEY} here`;

function describeOrigin(origin: string): string {
  return origin === UNKNOWN_ORIGIN ? "another store" : origin;
}

function foreign({ url }: ObjectStore, found: string): Failure {
  return new Failure(
    "unavailable",
    `Cannot open ${url}: it does not belong to this database: ${found}. Set the one that does (PAIL_OBJECT_STORE, DATABASE_URL); a copy of a database needs a store of its own, which pail restore makes`,
  );
}
