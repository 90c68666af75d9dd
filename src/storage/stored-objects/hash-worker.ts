import { createHash, type Hash } from "node:crypto";
import { parentPort } from "node:worker_threads";
import type { HashMessage, HashReply } from "./file-hash.ts";
import { hashFilePart } from "./hash-file-part.ts";

/** Undefined: something of it could not be read. */
const hashes = new Map<number, Hash | undefined>();

parentPort?.on("message", ({ id, part }: HashMessage) => {
  if (!hashes.has(id)) hashes.set(id, createHash("sha256"));
  const hash = hashes.get(id);
  if (part !== undefined) {
    if (hash !== undefined && !isHashed(hash, part)) hashes.set(id, undefined);
    return;
  }
  hashes.delete(id);
  const reply: HashReply = { id, digest: hash?.digest() };
  parentPort?.postMessage(reply);
});

function isHashed(hash: Hash, { fd, first, end }: NonNullable<HashMessage["part"]>): boolean {
  try {
    return hashFilePart(hash, fd, first, end);
  } catch {
    return false;
  }
}
