import { buffer } from "node:stream/consumers";
import { Failure } from "../../../src/model/failure.ts";
import type { ObjectStore } from "../../../src/storage/object-store/object-store.ts";
import type { Random } from "../fuzzing/random.ts";
import type { MemoryObjectStore } from "./memory-object-store.ts";

export type LateObjectStore = ObjectStore & {
  /** Applies some of what is late, in any order. */
  applySome(): Promise<void>;
  applyAll(): Promise<void>;
};

type LateSettings = {
  readonly random: Random;
  /** How much time has passed for the test. */
  readonly passedMs: () => number;
  /** How long after its row an upload may still arrive. */
  readonly lateMsMax: number;
};

/**
 * Its uploads and deletions are applied now, later, twice or never, and answers are lost. Only what it answers has been
 * applied.
 */
export function openLateObjectStore(
  store: MemoryObjectStore,
  { random, passedMs, lateMsMax }: LateSettings,
): LateObjectStore {
  const late: (() => Promise<void>)[] = [];

  async function request(apply: () => Promise<void>): Promise<void> {
    const isAnswered = random.chance(0.8);
    if (isAnswered || random.chance(0.4)) await apply();
    if (random.chance(0.3)) late.push(apply);
    if (!isAnswered)
      throw new Failure("unavailable", "The object store is not available", { reason: "no answer" });
  }

  async function applyWhere(isTaken: () => boolean): Promise<void> {
    const waiting = late.splice(0);
    for (const apply of waiting) {
      if (isTaken()) await apply();
      else late.push(apply);
    }
  }

  return {
    ...store,
    async prepareUpload(key, bytes, signature) {
      const { uploadId } = await store.prepareUpload(key, bytes, signature);
      const lastAtMs = passedMs() + lateMsMax;
      return {
        uploadId,
        async send(source) {
          const opened = source.open();
          const content = Buffer.isBuffer(opened) ? Buffer.from(opened) : await buffer(opened);
          await request(async () => {
            if (passedMs() < lastAtMs) store.contents.set(key, { content, changedAt: new Date() });
          });
        },
      };
    },
    delete: (key) => request(() => store.delete(key)),
    applySome: () => applyWhere(() => random.chance(0.3)),
    applyAll: () => applyWhere(() => true),
  };
}
