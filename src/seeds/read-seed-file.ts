import { readFile, stat } from "node:fs/promises";
import { Failure } from "../model/failure.ts";
import { parseSeed } from "./parse-seed.ts";
import { SEED_BYTES_MAX } from "./read-yaml.ts";
import type { Seed } from "./seed.ts";

/** Reads the seed of a file. @throws Failure not-found, too-large; SeedRefusal with everything that is wrong in it. */
export async function readSeedFile(path: string): Promise<Seed> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || found.isDirectory())
    throw new Failure("not-found", `Cannot read the seed: there is no file ${path}`);
  if (found.size > SEED_BYTES_MAX)
    throw new Failure(
      "too-large",
      `Cannot read the seed: ${path} is larger than ${SEED_BYTES_MAX / 1024 / 1024} MiB`,
    );
  return parseSeed(decodeUtf8(await readFile(path), path), { fileName: path });
}

function decodeUtf8(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Failure("invalid-input", `Cannot read the seed: ${path} is not UTF-8`);
  }
}
