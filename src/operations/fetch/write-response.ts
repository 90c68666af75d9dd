import { read, write } from "node:fs";
import { promisify } from "node:util";
import { killGit, spawnGitInto } from "../../git/process/git-process.ts";
import { ANSWER_BYTES_MAX, errorTrailer } from "../../git/wire/error-trailer.ts";
import type { ProtocolVersion } from "../../git/wire/git-protocol.ts";
import type { ResponseWriter } from "../../storage/fetch-responses/fetch-responses.ts";
import { type Fetch, startUploadPackProcess, type UploadPackPorts } from "./upload-pack-process.ts";

const readAt = promisify(read);
const writeAt = promisify(write);

/**
 * Lets git write its output directly into the file of a cache entry (a descriptor), so that no process waits for a slow
 * client.
 */
export async function writeResponse(
  ports: UploadPackPorts,
  fetch: Fetch,
  file: number,
  isUnwanted: AbortSignal,
): Promise<ResponseWriter> {
  const { child, ended, messages } = await startUploadPackProcess(ports, fetch, isUnwanted, (args, options) =>
    spawnGitInto(file, args, options),
  );
  return {
    ended: ended.then(async (status) => {
      // A response whose process was killed has no readers.
      if (status !== 0 && status !== undefined)
        await addErrorTrailer(file, fetch.request.protocol.version, messages());
      return status === 0;
    }),
    stop: () => killGit(child),
  };
}

/** Appends an error packet to what git has written into the file, for all readers of the entry. */
async function addErrorTrailer(file: number, version: ProtocolVersion, messages: string): Promise<void> {
  try {
    const start = Buffer.alloc(ANSWER_BYTES_MAX + 1);
    const { bytesRead } = await readAt(file, start, 0, start.length, 0);
    if (bytesRead > ANSWER_BYTES_MAX) return;
    const trailer = errorTrailer(start.subarray(0, bytesRead), version, messages);
    if (trailer !== undefined) await writeAt(file, trailer, 0, trailer.length, bytesRead);
  } catch {
    // The disk fails too. The client sees that the answer breaks off.
  }
}
