import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Secret } from "../../../src/model/secret.ts";
import { newKeyText } from "../../../src/storage/keys/key-text.ts";
import type { KeyName, Keys } from "../../../src/storage/keys/keys.ts";

/** What several processes share: keys that end with the test. */
export type SharedKeys = Map<KeyName, Secret>;

export function openMemoryKeys(shared: SharedKeys = new Map()): Keys {
  return {
    async get(name) {
      const made = shared.has(name) ? undefined : new Secret(await newKeyText(name));
      const known = shared.get(name) ?? made!;
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
