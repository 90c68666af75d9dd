import { Transform } from "node:stream";
import { killGit, spawnGit } from "../../git/process/git-process.ts";
import { ANSWER_BYTES_MAX, errorTrailer } from "../../git/wire/error-trailer.ts";
import type { FetchAnswer } from "./fetch-answer.ts";
import { type Fetch, startUploadPackProcess, type UploadPackPorts } from "./upload-pack-process.ts";

const BUFFER_BYTES = 1024 * 1024;

/** Passes git's output on directly if it cannot be cached. git then waits for a slow reader. */
export async function streamUploadPack(
  ports: UploadPackPorts,
  fetch: Fetch,
): Promise<Extract<FetchAnswer, { readonly kind: "stream" }>> {
  const { signal, request } = fetch;
  const { child, ended, messages } = await startUploadPackProcess(ports, fetch, signal, spawnGit);
  const end = () => {
    killGit(child);
    child.stdout.destroy();
  };
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  let hasExited = false;
  child.once("exit", () => {
    hasExited = true;
  });
  let packBytes = 0;
  let start = Buffer.alloc(0);
  const stream = new Transform({
    highWaterMark: BUFFER_BYTES,
    transform(bytes: Buffer, _encoding, done) {
      if (packBytes <= ANSWER_BYTES_MAX)
        start = Buffer.concat([start, bytes.subarray(0, ANSWER_BYTES_MAX - packBytes)]);
      packBytes += bytes.length;
      done(null, bytes);
    },
    flush(done) {
      void ended.then((status) => {
        const isSilent = status === 0 || signal.aborted || packBytes > ANSWER_BYTES_MAX;
        done(null, isSilent ? undefined : errorTrailer(start, request.protocol.version, messages()));
      });
    },
    destroy(error, done) {
      end();
      done(error);
    },
  });
  return {
    kind: "stream",
    outcome: "bypass",
    stream: child.stdout.pipe(stream),
    progress: () => ({ packBytes, isBlocked: !hasExited && stream.readableLength > 0 }),
  };
}
