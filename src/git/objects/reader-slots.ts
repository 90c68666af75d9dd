import type { ObjectId } from "../../model/object-id.ts";
import { openProcessSlots, type ProcessSlots } from "../process/process-slots.ts";

/** What a blob seems to hold: `lfs` is a Git LFS pointer instead of the content. */
export type BlobClassification = "text" | "binary" | "lfs";

/** For processes of git that are started for what the pool of a reader cannot tell. */
export type ReaderSlots = {
  /** git puts the whole of a large object together before it prints a byte. */
  readonly largeObjects: ProcessSlots;
  /** Each takes some milliseconds. Enough for whoever asks for some, and not a process for everyone at once. */
  readonly shortIds: ProcessSlots;
  /** One page of a listing may have a hundred large files that nobody has looked at before. */
  readonly classification: ProcessSlots;
};

export function openReaderSlots(): ReaderSlots {
  const waitMsMax = 30_000;
  const waitingMax = 2_000;
  return {
    largeObjects: openProcessSlots({ slotsMax: 2, shareMax: 1, waitingMax, waitMsMax }),
    shortIds: openProcessSlots({ slotsMax: 8, shareMax: 6, waitingMax, waitMsMax }),
    classification: openProcessSlots({ slotsMax: 4, shareMax: 3, waitingMax, waitMsMax }),
  };
}

/** Of large blobs, which cost a process each. About 100 bytes an entry; contents never change, so none is ever stale. */
const CLASSIFICATIONS_MAX = 20_000;

export class ClassificationCache {
  readonly #known = new Map<ObjectId, BlobClassification>();

  find(id: ObjectId): BlobClassification | undefined {
    return this.#known.get(id);
  }

  add(id: ObjectId, classification: BlobClassification): void {
    if (this.#known.size >= CLASSIFICATIONS_MAX) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(id, classification);
  }
}
