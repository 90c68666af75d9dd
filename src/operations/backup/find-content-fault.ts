import { createHash, type Hash } from "node:crypto";
import { TRAILER_BYTES } from "../../storage/files/digest-file.ts";
import type { NamedObject } from "../../storage/sql/stored-objects/check-objects.ts";
import { type Section, sectionsInOrder } from "../../storage/stored-objects/sections.ts";

/**
 * Reads an object to its end, and compares it with its SHA-256, and the checksum at the end of each of its files with the bytes
 * before it: these were made by git, before anything was stored.
 *
 * @param content as it comes from the store.
 * @returns what is wrong, in words. @throws Error if the stream fails.
 */
export async function findContentFault(
  { bytes, sha256, sections }: Pick<NamedObject, "bytes" | "sha256" | "sections">,
  content: AsyncIterable<Buffer>,
): Promise<string | undefined> {
  const checks = sectionsInOrder(sections ?? {}).map((section) => ({
    ...section,
    hash: createHash("sha1"),
    trailer: Buffer.alloc(0),
  }));
  const whole = createHash("sha256");
  let at = 0;
  for await (const chunk of content) {
    whole.update(chunk);
    for (const check of checks) update(check, chunk, at);
    at += chunk.length;
  }
  if (at !== bytes || !whole.digest().equals(sha256))
    return "the object store has other bytes of it than were stored";
  for (const { ending, hash, trailer } of checks)
    if (!hash.digest().equals(trailer)) return `its ${ending} does not have the checksum that it ends with`;
  return undefined;
}

/** @param at where the chunk begins in the object. */
function update(check: Section & { readonly hash: Hash; trailer: Buffer }, chunk: Buffer, at: number): void {
  const { start, bytes, hash } = check;
  const cut = (from: number, to: number) =>
    chunk.subarray(Math.max(0, from - at), Math.max(0, Math.min(chunk.length, to - at)));
  const trailerAt = start + bytes - TRAILER_BYTES;
  hash.update(cut(start, trailerAt));
  const end = cut(trailerAt, start + bytes);
  if (end.length > 0) check.trailer = Buffer.concat([check.trailer, end]);
}
