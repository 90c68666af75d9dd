import { hash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { NoSuchObjectError } from "../../../src/storage/object-store/object-store.ts";
import type { Database } from "../../../src/storage/sql/database.ts";
import {
  condemnObject,
  insertPendingObject,
  type ObjectName,
} from "../../../src/storage/sql/stored-objects/stored-objects.ts";
import {
  INLINE_BYTES_MAX,
  objectKey,
  type StoredObjects,
} from "../../../src/storage/stored-objects/stored-objects.ts";

/** Bytes in memory, by the rows of a real database. */
export function openFakeStoredObjects(
  { kysely }: Pick<Database, "kysely">,
  inlineBytesMax = INLINE_BYTES_MAX,
  contents = new Map<string, Buffer>(),
) {
  const objects: StoredObjects = {
    async upload({ kind, source }) {
      const name = randomBytes(20).toString("hex") as ObjectName;
      const opened = source.open();
      const content = Buffer.isBuffer(opened) ? opened : await buffer(opened);
      const isInline = content.length <= inlineBytesMax;
      const madeBy = "test";
      if (!isInline) {
        await insertPendingObject(kysely, { name, kind, madeBy });
        contents.set(objectKey(name), content);
      }
      return {
        name,
        kind,
        bytes: content.length,
        sha256: hash("sha256", content, "buffer"),
        sections: undefined,
        inline: isInline ? content : undefined,
        madeBy,
      };
    },
    condemn: async ({ name, inline }) => (inline === undefined ? condemnObject(kysely, name) : "condemned"),
    async read({ name }, range) {
      const row = await kysely
        .selectFrom("inline_object")
        .select("content")
        .where("name", "=", name)
        .executeTakeFirst();
      const content = row?.content ?? contents.get(objectKey(name));
      if (content === undefined) throw new NoSuchObjectError(name);
      return Readable.from([range ? content.subarray(range.first, range.last + 1) : content]);
    },
  };
  return {
    contents,
    objects,
    store: { url: "s3://test", findBytes: async (key: string) => contents.get(key)?.length },
  };
}
