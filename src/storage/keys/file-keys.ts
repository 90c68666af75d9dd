import { randomUUID } from "node:crypto";
import { link, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../model/failure.ts";
import { Secret } from "../../model/secret.ts";
import { hasCode } from "../files/has-code.ts";
import { KEY_LOSSES } from "./key-losses.ts";
import { isKeyText, newKeyText } from "./key-text.ts";
import type { KeyName, Keys } from "./keys.ts";

const ENDING = ".key";

/** Stores each key as a file in `folder`, which only its owner may enter. */
export function openFileKeys(folder: string): Keys {
  const read = new Map<KeyName, Promise<Secret>>();
  return {
    get(name) {
      const known = read.get(name);
      if (known !== undefined) return known;
      const reading = readOrCreateKey(folder, name);
      read.set(name, reading);
      // Read again next time: the file may have been repaired meanwhile.
      reading.catch(() => read.delete(name));
      return reading;
    },
    async takeFiles(take) {
      for (const file of await readdir(folder))
        if (file.endsWith(ENDING)) await take(file, join(folder, file));
    },
  };
}

async function readOrCreateKey(folder: string, name: KeyName): Promise<Secret> {
  const path = join(folder, name + ENDING);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    return parseKey(name, await readFile(path, "utf8"), path);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, await newKeyText(name), { flag: "wx", mode: 0o600, flush: true });
    // The link makes the complete file appear at once. If two processes start at once, one creates the key and the
    // other reads it.
    await link(draft, path);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return parseKey(name, await readFile(path, "utf8"), path);
}

function parseKey(name: KeyName, text: string, path: string): Secret {
  if (isKeyText(name, text.trim())) return new Secret(text.trim());
  throw new Failure(
    "unavailable",
    `Cannot read ${path}: it is damaged. Put it back from a backup; without one, remove it, and ${KEY_LOSSES[name]}`,
  );
}
