import { PassThrough, type Readable } from "node:stream";
import { exitOf, GitError, type GitOptions, killGit, spawnGit } from "./git-process.ts";

/** Messages of git kept for a failure, in characters. */
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
  options: GitOptions & { readonly signal: AbortSignal },
): Promise<Readable> {
  const { signal } = options;
  signal.throwIfAborted();
  const child = spawnGit(args, options);
  child.stdin.end();
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    if (stderr.length < STDERR_LENGTH_MAX) stderr += chunk.toString();
  });
  const output = new PassThrough();
  const abort = () => output.destroy(signal.reason as Error);
  signal.addEventListener("abort", abort, { once: true });
  output.once("close", () => {
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
