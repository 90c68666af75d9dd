import { chmod, readFile, rm, truncate, writeFile } from "node:fs/promises";

/** What a disk, or a copy that broke off, does to a file. */
export const DAMAGES = {
  "10 bytes cut off": (bytes) => bytes.subarray(0, -10),
  "1,000 bytes cut off": (bytes) => bytes.subarray(0, Math.max(0, bytes.length - 1_000)),
  "half cut off": (bytes) => bytes.subarray(0, Math.floor(bytes.length / 2)),
  emptied: () => Buffer.alloc(0),
  "a bit flipped": flipBit,
  removed: () => undefined,
} as const satisfies Record<string, (bytes: Buffer) => Buffer | undefined>;

export type Damage = keyof typeof DAMAGES;

/** In the middle, so that neither size nor end tells. */
function flipBit(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[Math.floor(bytes.length / 2)]! ^= 1;
  return copy;
}

export async function damageFile(path: string, damage: Damage): Promise<void> {
  const change: (bytes: Buffer) => Buffer | undefined = DAMAGES[damage];
  const left = change(await readFile(path));
  if (left === undefined) return rm(path);
  await chmod(path, 0o600);
  await truncate(path, 0);
  await writeFile(path, left);
}
