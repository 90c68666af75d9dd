import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Secret } from "../model/secret.ts";

/** Keys of this server, kept beside the database and never in it. */
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
    // "wx": of two processes that start at once one makes the key and the other reads it.
    writeFileSync(path, randomBytes(KEY_BYTES).toString("hex"), { flag: "wx", mode: 0o600, flush: true });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  const text = readFileSync(path, "utf8").trim();
  if (text.length !== KEY_BYTES * 2)
    throw new Error(`${path} is damaged: it must hold ${KEY_BYTES * 2} hex digits`);
  return new Secret(text);
}
