import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SEALING_KEY_VARIABLE } from "../../config/settings.ts";
import { Failure } from "../../model/failure.ts";
import { Secret } from "../../model/secret.ts";
import { addServerKeys, CHECK_NAME, listServerKeys, lockCheck } from "../sql/server-keys.ts";
import { KEY_LOSSES, KEY_NAMES } from "./key-losses.ts";
import { isKeyText, newKeyText } from "./key-text.ts";
import type { KeyName, Keys } from "./keys.ts";
import {
  type GivenSealingKeys,
  openSealingKey,
  opensCheck,
  openText,
  type SealingPorts,
  sealText,
} from "./sealing-key.ts";

/**
 * Keys that all nodes share: rows of the database, sealed. All are made and read at the start, so that they can be had
 * inside of a transaction.
 *
 * @throws Failure unavailable if they are sealed by another one.
 */
export async function openDatabaseKeys(ports: SealingPorts, given: GivenSealingKeys): Promise<Keys> {
  const sealingKey = await openSealingKey(ports, given);
  const sealed = await readOrCreateKeys(ports, sealingKey);
  if (!opensCheck(sealingKey, sealed.get(CHECK_NAME)!)) throw sealedAnew();
  const keys = new Map<KeyName, Secret>();
  for (const name of KEY_NAMES) {
    const key = parseKey(sealingKey, name, sealed.get(name)!);
    if (key !== undefined) keys.set(name, key);
  }
  return {
    async get(name) {
      const key = keys.get(name);
      if (key !== undefined) return key;
      throw new Failure(
        "unavailable",
        `Cannot read the key ${name}: its row in server_key is damaged. Put it back from a backup; without one, delete the row, and ${KEY_LOSSES[name]}`,
      );
    },
    async takeFiles(take) {
      const folder = await mkdtemp(join(tmpdir(), "pail-keys-"));
      try {
        for (const [name, key] of keys) {
          const path = join(folder, `${name}.key`);
          await writeFile(path, key.reveal(), { flag: "wx", mode: 0o600 });
          await take(`${name}.key`, path);
        }
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** Undefined if it is damaged. */
function parseKey(sealingKey: Secret, name: KeyName, sealed: Buffer): Secret | undefined {
  try {
    const key = openText(sealingKey, name, sealed);
    return isKeyText(name, key.reveal()) ? key : undefined;
  } catch {
    return undefined;
  }
}

async function readOrCreateKeys(
  ports: SealingPorts,
  sealingKey: Secret,
): Promise<ReadonlyMap<string, Buffer>> {
  const { database } = ports;
  const read = async () =>
    new Map((await listServerKeys(database.kysely)).map(({ name, sealed }) => [name, sealed]));
  const known = await read();
  const missing = KEY_NAMES.filter((name) => !known.has(name));
  if (missing.length === 0) return known;
  const made = await Promise.all(
    missing.map(async (name) => ({
      name,
      sealed: sealText(ports, sealingKey, name, new Secret(await newKeyText(name))),
    })),
  );
  await database.transaction(async (tx) => {
    // Another node may just have sealed all of them anew, by a key that this one does not have.
    const check = await lockCheck(tx, "share");
    if (check === undefined || !opensCheck(sealingKey, check)) throw sealedAnew();
    await addServerKeys(tx, made);
  });
  return read();
}

function sealedAnew(): Failure {
  return new Failure(
    "unavailable",
    `Cannot open the keys: another node has just sealed them with its ${SEALING_KEY_VARIABLE}. All nodes need the same one`,
  );
}
