import { setImmediate } from "node:timers/promises";
import type { ObjectId } from "../../model/object-id.ts";
import { applyDelta } from "../objects/apply-delta.ts";
import type { StoredObject } from "../objects/object-reader.ts";
import type { ObjectType } from "../objects/object-type.ts";
import { HASHED_AT_ONCE_BYTES, hashObjectSha1dc } from "../objects/sha1dc.ts";
import type { DeltaEntry, PackEntry, SmallPackLimits } from "./read-small-pack.ts";
import type { IndexedObject } from "./write-pack-index.ts";

/** An object that a push brings. */
export type ReceivedObject = IndexedObject & { readonly type: ObjectType; readonly content: Buffer };

/** An object of the repository that deltas of a pack are against. */
export type OutsideBase = StoredObject & { readonly id: ObjectId };

export type ResolvedPack = {
  readonly objects: ReadonlyMap<ObjectId, ReceivedObject>;
  readonly outsideBases: readonly OutsideBase[];
};

/**
 * Makes the objects of a pack, and gives them their ids.
 *
 * @param readBase reads what is not in the pack: undefined if it is nowhere, or too large.
 * @returns undefined if a delta cannot be resolved or is beyond the limits, an object is there twice, or one seems to be
 * made to collide with another.
 */
export async function resolveSmallPack(
  entries: readonly PackEntry[],
  { objectBytesMax, contentBytesMax }: SmallPackLimits,
  readBase: (id: ObjectId) => Promise<StoredObject | undefined>,
): Promise<ResolvedPack | undefined> {
  const objects = new Map<ObjectId, ReceivedObject>();
  const outsideBases: OutsideBase[] = [];
  const waiting = new Map<number | ObjectId, DeltaEntry[]>();
  const deltas = entries.filter((entry) => entry.kind === "delta");
  for (const entry of deltas) waiting.set(entry.base, [...(waiting.get(entry.base) ?? []), entry]);
  let bytesLeft = contentBytesMax;
  let bytesInTurn = 0;

  /** All that can be made of an object. Without recursion: chains of deltas are as long as their sender likes. */
  async function settle(first: Unnamed): Promise<boolean> {
    const line: Unnamed[] = [first];
    for (let next = line.pop(); next !== undefined; next = line.pop()) {
      bytesLeft -= next.content.length;
      if (bytesLeft < 0) return false;
      bytesInTurn += next.content.length;
      if (bytesInTurn > HASHED_AT_ONCE_BYTES) {
        bytesInTurn = next.content.length;
        await setImmediate();
      }
      const id = await hashObjectSha1dc(next.type, next.content);
      if (id === undefined || objects.has(id)) return false;
      const { type, content, offset, crc } = next;
      objects.set(id, { id, type, content, offset, crc });
      if (!addDerived(line, next, [next.offset, id])) return false;
    }
    return true;
  }

  function addDerived(line: Unnamed[], base: StoredObject, keys: readonly (number | ObjectId)[]): boolean {
    for (const key of keys) {
      for (const { offset, crc, delta } of waiting.get(key) ?? []) {
        const content = applyDelta(base.content, delta, objectBytesMax);
        if (content === undefined) return false;
        line.push({ offset, crc, type: base.type, content });
      }
      waiting.delete(key);
    }
    return true;
  }

  for (const entry of entries) if (entry.kind === "whole" && !(await settle(entry))) return undefined;
  for (const { base: id } of deltas) {
    if (typeof id === "number" || !waiting.has(id)) continue;
    const base = await readBase(id);
    if (base === undefined) return undefined;
    outsideBases.push({ id, ...base });
    const line: Unnamed[] = [];
    if (!addDerived(line, base, [id])) return undefined;
    for (const derived of line) if (!(await settle(derived))) return undefined;
  }
  return objects.size === entries.length ? { objects, outsideBases } : undefined;
}

type Unnamed = StoredObject & { readonly offset: number; readonly crc: number };
