import { randomBytes, randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Failure } from "../model/failure.ts";
import { Secret } from "../model/secret.ts";

/** Keys of this server, stored beside the database and never in it. */
export type Keys = {
  /** Turns a token into its successor, so that a rotation tried again gives the same one. Hex. */
  readonly rotation: Secret;
};

const KEY_BYTES = 32;

/** Reads the keys below the data folder, and makes those that are missing. */
export function openKeys(dataFolder: string): Keys {
  return { rotation: readOrCreateKey(join(dataFolder, "keys", "rotation.key")) };
}

function readOrCreateKey(path: string): Secret {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    return parseKey(readFileSync(path, "utf8"), path);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
  const draft = `${path}.${randomUUID()}`;
  try {
    writeFileSync(draft, randomBytes(KEY_BYTES).toString("hex"), { flag: "wx", mode: 0o600, flush: true });
    // It is there whole or not at all; of two processes that start at once one makes the key and the other reads it.
    linkSync(draft, path);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return parseKey(readFileSync(path, "utf8"), path);
}

function parseKey(text: string, path: string): Secret {
  if (/^[0-9a-f]{64}$/.test(text.trim())) return new Secret(text.trim());
  throw new Failure(
    "unavailable",
    `Cannot read ${path}: it is damaged. Put it back from a backup; without one, remove it, and tokens cannot be rotated twice with the same result any more`,
  );
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
