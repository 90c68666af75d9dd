import { type IndexPackOptions, indexPack } from "./index-pack.ts";
import type { ReceivedObjects } from "./is-pack-connected.ts";
import { type PackFiles, SMALL_PACK_BYTES_MAX, storeSmallPack, type Target } from "./store-small-pack.ts";

export type StoredPack =
  /** Why, in words for its sender. */
  | { readonly kind: "refused"; readonly problem: string }
  /** Everything in it has been looked at, and found whole and harmless. */
  | { readonly kind: "read"; readonly objects: ReceivedObjects }
  /** git has found each object good. That what refs will reach is whole has to be looked at. */
  | { readonly kind: "indexed" };

/** Stores the pack of a push: a small one without a process where that is possible, all others by git as they come. */
export async function storePack(
  pack: AsyncIterable<Buffer>,
  target: Target,
  options: IndexPackOptions & { readonly packFiles: PackFiles },
): Promise<StoredPack> {
  const { held, isAll, whole } = await holdStart(pack);
  if (isAll && held.length <= options.packBytesMax) {
    options.signal.throwIfAborted();
    const objects = await storeSmallPack(held, options.packFiles, target);
    if (objects !== undefined) return { kind: "read", objects };
  }
  const problem = await indexPack(whole, options);
  return problem === undefined ? { kind: "indexed" } : { kind: "refused", problem };
}

async function holdStart(pack: AsyncIterable<Buffer>) {
  const pieces = pack[Symbol.asyncIterator]();
  const start: Buffer[] = [];
  let bytes = 0;
  let isAll = false;
  while (bytes <= SMALL_PACK_BYTES_MAX) {
    const piece = await pieces.next();
    if (piece.done === true) {
      isAll = true;
      break;
    }
    start.push(piece.value);
    bytes += piece.value.length;
  }
  const held = Buffer.concat(start);
  async function* whole() {
    if (held.length > 0) yield held;
    if (isAll) return;
    for (let piece = await pieces.next(); piece.done !== true; piece = await pieces.next()) yield piece.value;
  }
  return { held, isAll, whole: whole() };
}
