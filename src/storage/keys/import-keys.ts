import type { Secret } from "../../model/secret.ts";
import { addServerKeys } from "../sql/server-keys.ts";
import type { KeyName } from "./keys.ts";
import { type GivenSealingKeys, openSealingKey, type SealingPorts, sealText } from "./sealing-key.ts";

/**
 * Puts keys of a backup into a database that has none, sealed by a sealing key of its own.
 *
 * @param given as for `openDatabaseKeys`, which must not have been called: it makes keys.
 */
export async function importKeys(
  ports: SealingPorts,
  given: GivenSealingKeys,
  texts: ReadonlyMap<KeyName, Secret>,
): Promise<void> {
  const sealingKey = await openSealingKey(ports, given);
  const rows = [...texts].map(([name, text]) => ({ name, sealed: sealText(ports, sealingKey, name, text) }));
  await addServerKeys(ports.database.kysely, rows);
}
