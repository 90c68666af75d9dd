import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Secret } from "../../../src/model/secret.ts";
import { KEY_BYTES, type KeyName, type Keys } from "../../../src/storage/keys/keys.ts";

/** What several processes share: keys that end with the test. */
export type SharedKeys = Map<KeyName, Secret>;

export function openMemoryKeys(shared: SharedKeys = new Map()): Keys {
  return {
    async get(name) {
      const known = shared.get(name) ?? new Secret(randomBytes(KEY_BYTES).toString("hex"));
      shared.set(name, known);
      return known;
    },
    async takeFiles(take) {
      const folder = await mkdtemp(join(tmpdir(), "pail-keys-"));
      try {
        for (const [name, key] of shared) {
          const path = join(folder, `${name}.key`);
          await writeFile(path, key.reveal(), { mode: 0o600 });
          await take(`${name}.key`, path);
        }
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}
