import type { Kysely } from "kysely";
import type { ByteRange } from "../../../git/objects/open-blob.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { Schema } from "../schema.ts";

/** A part of a log is no longer, so that one read of it does not take the whole. */
export const LOG_PART_BYTES_MAX = 64 * 1024;

/** Appends to a log that is `offset` bytes long. The transaction must hold the lock of the repository's row. */
export async function insertLogParts(
  tx: Kysely<Schema>,
  stepUuid: Uuid,
  offset: number,
  content: Buffer,
): Promise<void> {
  for (let start = 0; start < content.length; start += LOG_PART_BYTES_MAX)
    await tx
      .insertInto("pipeline_log_part")
      .values({
        step_uuid: stepUuid,
        offset_bytes: offset + start,
        content: content.subarray(start, start + LOG_PART_BYTES_MAX),
      })
      .execute();
}

/** The bytes of a range that is within the log, both ends included. */
export async function readLog(
  db: Kysely<Schema>,
  stepUuid: Uuid,
  { first, last }: ByteRange,
): Promise<Buffer> {
  const parts = await db
    .selectFrom("pipeline_log_part")
    .select(["offset_bytes", "content"])
    .where("step_uuid", "=", stepUuid)
    .where("offset_bytes", "<=", last)
    .where("offset_bytes", ">", first - LOG_PART_BYTES_MAX)
    .orderBy("offset_bytes")
    .execute();
  const cut = parts.map(({ offset_bytes, content }) => {
    const offset = Number(offset_bytes);
    return Buffer.from(content).subarray(Math.max(0, first - offset), last + 1 - offset);
  });
  return Buffer.concat(cut);
}
