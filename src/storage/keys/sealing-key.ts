import { buffer } from "node:stream/consumers";
import type { Logger } from "pino";
import type { Config } from "../../config/config.ts";
import { PREVIOUS_SEALING_KEY_VARIABLE, SEALING_KEY_VARIABLE } from "../../config/settings.ts";
import { Failure } from "../../model/failure.ts";
import { Secret } from "../../model/secret.ts";
import { NoSuchObjectError } from "../object-store/object-store.ts";
import type { Database } from "../sql/database.ts";
import { isUniqueViolation } from "../sql/database-failure.ts";
import {
  addServerKeys,
  CHECK_NAME,
  findSealingState,
  insertServerKey,
  listServerKeys,
  lockCheck,
  replaceServerKey,
} from "../sql/server-keys.ts";
import { addBlob, findBlob, removeBlobOf, removeBlobs } from "../sql/stored-objects/blobs.ts";
import type { ObjectName } from "../sql/stored-objects/stored-objects.ts";
import { objectKey, type StoredObjects } from "../stored-objects/stored-objects.ts";
import { KEY_BYTES } from "./keys.ts";
import { openSealed, SEAL_NONCE_BYTES, seal } from "./seal.ts";

export type SealingPorts = {
  readonly database: Pick<Database, "kysely" | "transaction">;
  /** Keeps nothing in the database, or the sealing key would lie beside what it seals. */
  readonly objects: StoredObjects;
  readonly randomBytes: (length: number) => Buffer;
  readonly log: Logger;
};

type FindingPorts = Pick<SealingPorts, "objects"> & { readonly database: Pick<Database, "kysely"> };

/** By which the operator wants the rows sealed, and by which they were sealed before. Without one it is in the object store. */
export type GivenSealingKeys = Pick<Config, "sealingKey" | "previousSealingKey">;

/** The blob whose content is the sealing key, as long as the operator gives none. */
export const SEALING_KEY_BLOB = "sealing-key";

/** Others may win a few times, while several nodes are started at once. */
const ATTEMPTS_MAX = 10;

/**
 * The key by which the rows of all other keys are sealed: that of the operator, or one that the first node has made and
 * put into the object store. When the operator gives one for the first time, or another one beside the previous one, all
 * rows are sealed anew by it; the store's is given up.
 *
 * @throws Failure unavailable if the rows are sealed by another one.
 */
export async function openSealingKey(
  ports: SealingPorts,
  { sealingKey: given, previousSealingKey: previous }: GivenSealingKeys,
): Promise<Secret> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const found = await findSealing(ports, { sealingKey: given, previousSealingKey: previous });
    switch (found.kind) {
      case "none":
        await sealFirst(ports, given, found.hasBlob);
        break;
      case "given":
        return found.key;
      case "previous":
        if (await sealAnew(ports, found.previous, found.given))
          ports.log.info(
            `the keys are sealed with the new ${SEALING_KEY_VARIABLE}: ${PREVIOUS_SEALING_KEY_VARIABLE} may go once every node has both`,
          );
        break;
      case "stored":
        if (given === undefined) return found.key;
        if (await sealAnew(ports, found.key, given))
          ports.log.info(
            `the keys are sealed with ${SEALING_KEY_VARIABLE} now, and the one in the object store is given up`,
          );
        break;
      case "changing":
        break;
    }
  }
  throw new Failure("unavailable", "Cannot open the keys: they are being changed by others. Start it again");
}

/** By what the rows are sealed. */
export type Sealing =
  /** Nothing is sealed yet, or an operator has deleted all that was. */
  | { readonly kind: "none"; readonly hasBlob: boolean }
  | { readonly kind: "given"; readonly key: Secret }
  | { readonly kind: "previous"; readonly previous: Secret; readonly given: Secret }
  /** By the one in the object store. */
  | { readonly kind: "stored"; readonly key: Secret }
  /** Another node is just sealing them anew. */
  | { readonly kind: "changing" };

/**
 * Changes nothing.
 *
 * @throws Failure unavailable if the rows are sealed by a key that is neither given nor in the store.
 */
export async function findSealing(
  ports: FindingPorts,
  { sealingKey: given, previousSealingKey: previous }: GivenSealingKeys,
): Promise<Sealing> {
  const { check, hasBlob } = await findSealingState(ports.database.kysely, SEALING_KEY_BLOB);
  if (check === undefined) return { kind: "none", hasBlob };
  if (given !== undefined && opensCheck(given, check)) return { kind: "given", key: given };
  if (given !== undefined && previous !== undefined && opensCheck(previous, check))
    return { kind: "previous", previous, given };
  if (!hasBlob) throw given === undefined ? noSealingKey() : wrongSealingKey();
  const stored = await readStoredKey(ports);
  if (stored === undefined) return { kind: "changing" };
  if (stored.kind === "lost") throw lostKey(objectKey(stored.name));
  if (!opensCheck(stored.key, check)) throw damagedKey();
  return { kind: "stored", key: stored.key };
}

/** Whether what is sealed is sealed by this key. */
export function opensCheck(key: Secret, check: Buffer): boolean {
  try {
    openSealed(key, placeOf(CHECK_NAME), check);
    return true;
  } catch {
    return false;
  }
}

export function sealText(
  { randomBytes }: Pick<SealingPorts, "randomBytes">,
  key: Secret,
  name: string,
  text: Secret,
): Buffer {
  return seal(key, placeOf(name), Buffer.from(text.reveal()), randomBytes(SEAL_NONCE_BYTES));
}

/** @throws Error if it was sealed by another key, or for another name. */
export function openText(key: Secret, name: string, sealed: Buffer): Secret {
  return new Secret(openSealed(key, placeOf(name), sealed).toString());
}

function placeOf(name: string) {
  return { purpose: "server-key", owner: name };
}

function sealCheck(ports: SealingPorts, key: Secret): Buffer {
  return sealText(ports, key, CHECK_NAME, new Secret(CHECK_NAME));
}

async function sealFirst(ports: SealingPorts, given: Secret | undefined, hasBlob: boolean): Promise<void> {
  const { database } = ports;
  const stored = hasBlob ? await readStoredKey(ports) : undefined;
  if (stored?.kind === "lost") {
    await database.transaction((tx) => removeBlobOf(tx, SEALING_KEY_BLOB, stored.name));
    return;
  }
  const key = stored?.key ?? given;
  if (key === undefined) await storeNewKey(ports);
  else await addServerKeys(database.kysely, [{ name: CHECK_NAME, sealed: sealCheck(ports, key) }]);
}

/** Of several that do this at once, one is first: its row decides. */
async function storeNewKey(ports: SealingPorts): Promise<void> {
  const { database, objects, randomBytes } = ports;
  const key = new Secret(randomBytes(KEY_BYTES).toString("hex"));
  const content = Buffer.from(key.reveal());
  const object = await objects.upload({
    kind: "blob",
    source: {
      bytes: content.length,
      open: (range) => (range === undefined ? content : content.subarray(range.first, range.last + 1)),
    },
  });
  if (object.inline !== undefined) throw new Error("the sealing key would lie beside what it seals");
  try {
    await database.transaction(async (tx) => {
      await addBlob(tx, { name: SEALING_KEY_BLOB, repositoryUuid: undefined, object });
      await insertServerKey(tx, { name: CHECK_NAME, sealed: sealCheck(ports, key) });
    });
  } catch (error) {
    // If the answer to the commit was lost, this tells whether it has been named, and leaves it then.
    const outcome = await objects.condemn(object);
    if (outcome === "condemned" && !isUniqueViolation(error)) throw error;
  }
}

type StoredKey =
  | { readonly kind: "key"; readonly key: Secret }
  | { readonly kind: "lost"; readonly name: ObjectName };

/** Undefined if it has just been given up, or another has taken its place. */
async function readStoredKey({ database, objects }: FindingPorts): Promise<StoredKey | undefined> {
  const place = await findBlob(database.kysely, SEALING_KEY_BLOB);
  if (place === undefined) return undefined;
  try {
    return { kind: "key", key: new Secret((await buffer(await objects.read(place))).toString()) };
  } catch (error) {
    if (!(error instanceof NoSuchObjectError)) throw error;
    const now = await findBlob(database.kysely, SEALING_KEY_BLOB);
    return now?.name === place.name ? { kind: "lost", name: place.name } : undefined;
  }
}

/** False if another node was first. */
async function sealAnew(ports: SealingPorts, from: Secret, to: Secret): Promise<boolean> {
  return ports.database.transaction(async (tx) => {
    const check = await lockCheck(tx, "update");
    if (check === undefined || !opensCheck(from, check)) return false;
    // After the lock: whoever adds one has ended by now, or waits.
    for (const { name, sealed } of await listServerKeys(tx)) {
      const text = openText(from, name, sealed);
      await replaceServerKey(tx, { name, sealed: sealText(ports, to, name, text) });
    }
    await removeBlobs(tx, [SEALING_KEY_BLOB]);
    return true;
  });
}

function wrongSealingKey(): Failure {
  return new Failure(
    "unavailable",
    `Cannot open the keys: ${SEALING_KEY_VARIABLE} is not the key that they were sealed with. To replace that one, set it as ${PREVIOUS_SEALING_KEY_VARIABLE} (docs/many-nodes.md, "Keys")`,
  );
}

function noSealingKey(): Failure {
  return new Failure(
    "unavailable",
    `Cannot open the keys: they are sealed with a ${SEALING_KEY_VARIABLE}, which is not set here. All nodes need the same one`,
  );
}

function lostKey(key: string): Failure {
  return new Failure(
    "unavailable",
    `Cannot open the keys: the object store has lost ${key}, by which they are sealed. Put it back from a backup; without one, delete all rows of server_key: docs/many-nodes.md, "Keys"`,
  );
}

function damagedKey(): Failure {
  return new Failure(
    "unavailable",
    "Cannot open the keys: they were sealed with another key than the one in the object store. Was the database restored without its store?",
  );
}
