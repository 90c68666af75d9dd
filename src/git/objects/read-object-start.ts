import type { ObjectId } from "../../model/object-id.ts";
import { openGitStream } from "../process/git-stream.ts";
import type { ProcessSlots } from "../process/process-slots.ts";
import type { ObjectType } from "./object-type.ts";

/** The first bytes of an object that is too large to be held here, by a process of its own. */
export async function readObjectStart(
  gitDir: string,
  { id, type }: { readonly id: ObjectId; readonly type: ObjectType },
  bytesMax: number,
  slots: ProcessSlots,
): Promise<Buffer> {
  const { signal } = new AbortController();
  const leave = await slots.take([{ kind: "repository", id: gitDir }], signal);
  try {
    const chunks: Buffer[] = [];
    let bytes = 0;
    // Leaving the loop early destroys the stream, and with it the process.
    for await (const chunk of await openGitStream(["cat-file", type, id], { gitDir, signal })) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= bytesMax) break;
    }
    return Buffer.concat(chunks).subarray(0, bytesMax);
  } finally {
    leave();
  }
}
