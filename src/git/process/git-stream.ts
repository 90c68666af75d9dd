import type { Socket } from "node:net";
import { PassThrough, type Readable } from "node:stream";
import { exitOf, GitError, type GitOptions, killGit, spawnGit } from "./git-process.ts";

/** How much of git's messages a failure holds, in characters. */
const STDERR_LENGTH_MAX = 4096;

/**
 * What a git command prints, as it comes: never held whole, never faster than it is read. Resolves with its first byte,
 * or its good end without any, so that until then a failure can be told as such; after it the stream breaks off with a
 * GitError. When the stream is destroyed or `signal` is aborted, the command and its children are killed.
 *
 * @throws GitError if the command fails before it has printed anything.
 * @throws the reason of `signal` if that is aborted before.
 */
export async function openGitStream(
  args: readonly string[],
  options: GitOptions & { readonly signal: AbortSignal; readonly input?: Buffer },
): Promise<Readable> {
  const { signal, takeSlot } = options;
  signal.throwIfAborted();
  const giveBack = await takeSlot?.(signal);
  let child: ReturnType<typeof spawnGit>;
  try {
    child = spawnGit(args, options);
  } catch (error) {
    giveBack?.();
    throw error;
  }
  child.stdin.end(options.input);
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    if (stderr.length < STDERR_LENGTH_MAX) stderr += chunk.toString();
  });
  const output = new PassThrough();
  const abort = () => output.destroy(signal.reason as Error);
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  const stopWatch =
    takeSlot === undefined ? () => {} : cutSlowReader(child.stdout as unknown as Socket, output);
  output.once("close", () => {
    stopWatch();
    giveBack?.();
    signal.removeEventListener("abort", abort);
    killGit(child);
    child.stdout.destroy();
  });
  exitOf(child).then(
    (status) => {
      if (status === 0) output.end();
      else output.destroy(new GitError(args[0] ?? "", status, stderr));
    },
    (error: unknown) => output.destroy(error as Error),
  );
  child.stdout.pipe(output, { end: false });
  await firstByte(output);
  return output;
}

/** As of a request's body: a reader that is slower keeps a process, and its slot, from all others. */
const SLOW_READER_MS = 120_000;
const SLOW_READER_BYTES = 120 * 1024;

/** Breaks the stream off when its reader takes too little while there is something to take. */
function cutSlowReader(input: Socket, output: PassThrough): () => void {
  let takenBefore = 0;
  const timer = setInterval(() => {
    const taken = input.bytesRead - output.readableLength;
    if (output.readableLength > 0 && taken - takenBefore < SLOW_READER_BYTES)
      output.destroy(new Error("the reader is too slow"));
    takenBefore = taken;
  }, SLOW_READER_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** `readable` comes with the first byte, and at the end of a stream without any. */
function firstByte(stream: Readable): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      stream.off("readable", settle);
      stream.off("error", fail);
      // What goes wrong later is told by the stream to who reads it, and must not end the server if nobody does.
      stream.on("error", () => {});
      resolve();
    };
    const fail = (error: Error) => {
      stream.off("readable", settle);
      reject(error);
    };
    stream.once("readable", settle);
    stream.once("error", fail);
  });
}
