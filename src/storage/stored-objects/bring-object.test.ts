import assert from "node:assert/strict";
import { createHash, randomFillSync } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, describe, test } from "node:test";
import { type ObjectStore, ShortObjectError } from "../object-store/object-store.ts";
import type { ObjectName } from "../sql/stored-objects/stored-objects.ts";
import { bringObject, RANGE_BYTES } from "./bring-object.ts";
import { DamagedObjectError } from "./damaged-object-error.ts";
import { THREAD_BYTES_MIN } from "./file-hash.ts";

const root = await mkdtemp(join(tmpdir(), "pail-bring-"));
after(() => rm(root, { recursive: true, force: true }));
const CHUNK_BYTES = 100_000;

/** A store with one object, which is told of each range, and gives what `change` makes of its bytes. */
function storeOf(
  content: Buffer,
  change: (range: Buffer, first: number) => Buffer,
): Pick<ObjectStore, "read"> {
  return {
    async read(_key, range) {
      const { first, last } = range!;
      const part = change(content.subarray(first, last! + 1), first);
      async function* chunks() {
        for (let at = 0; at < part.length; at += CHUNK_BYTES) yield part.subarray(at, at + CHUNK_BYTES);
        if (part.length < last! + 1 - first) throw new Error("cut off");
      }
      return Readable.from(chunks(), { objectMode: false });
    },
  };
}

for (const [what, packBytes] of [
  ["a small object", 300_000],
  ["an object that a thread hashes", THREAD_BYTES_MIN + 12_345],
  ["an object of several ranges", RANGE_BYTES * 2 + 12_345],
] as const)
  describe(what, () => {
    const idxBytes = 77_777;
    const content = randomFillSync(Buffer.alloc(packBytes + idxBytes));
    const object = {
      name: "a".repeat(40) as ObjectName,
      bytes: content.length,
      sha256: createHash("sha256").update(content).digest(),
      sections: { pack: packBytes, idx: idxBytes },
      isInline: false,
    };

    async function bring(change: (range: Buffer, first: number) => Buffer): Promise<Buffer> {
      const folder = await mkdtemp(join(root, "object-"));
      await bringObject({ store: storeOf(content, change) as ObjectStore, object, folder });
      return Buffer.concat([await readFile(join(folder, "pack")), await readFile(join(folder, "idx"))]);
    }

    test("is split into its files", async () => {
      assert.ok((await bring((range) => range)).equals(content));
    });

    test("goes on where an answer was cut off", async () => {
      const cut = new Set<number>();
      const cutOnce = (range: Buffer, first: number) => {
        if (cut.has(first)) return range;
        cut.add(first);
        return range.subarray(0, range.length - Math.min(range.length, 150_000));
      };
      assert.ok((await bring(cutOnce)).equals(content));
    });

    for (const [place, at] of [
      ["first", 0],
      ["last", content.length - 1],
    ] as const) {
      const damage = (range: Buffer, first: number) => {
        if (at < first || at >= first + range.length) return range;
        const damaged = Buffer.from(range);
        damaged[at - first]! ^= 1;
        return damaged;
      };

      test(`with another ${place} byte is asked for once more`, async () => {
        let isDamaged = false;
        const once = (range: Buffer, first: number) => {
          const given = isDamaged ? range : damage(range, first);
          isDamaged ||= given !== range;
          return given;
        };
        assert.ok((await bring(once)).equals(content));
      });

      test(`with another ${place} byte twice is refused`, async () => {
        await assert.rejects(bring(damage), DamagedObjectError);
      });
    }

    test("that is shorter is refused as damaged, with what was found for the log", async () => {
      const cut = () => {
        throw new ShortObjectError("GET o/aa/a: 5 bytes only");
      };
      await assert.rejects(bring(cut), (error) => {
        assert.ok(error instanceof DamagedObjectError);
        assert.match(error.details.reason!, /5 bytes only/);
        return true;
      });
    });

    test("fails with what the store fails with, and the next one is brought", async () => {
      const fail = () => {
        throw new Error("the store is gone");
      };
      await assert.rejects(bring(fail), /the store is gone/);
      assert.ok((await bring((range) => range)).equals(content));
    });
  });
