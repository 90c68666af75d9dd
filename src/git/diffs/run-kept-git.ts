import { type LimitedRunOptions, runLimitedGit } from "./run-limited-git.ts";

/** The most of all outputs together, outside of the JavaScript heap; and of one, so that a few cannot drive out all others. */
const KEPT_BYTES_MAX = 16 * 1024 * 1024;
const OUTPUT_BYTES_MAX = KEPT_BYTES_MAX / 4;
/** What an entry costs beside its bytes. */
const ENTRY_BYTES = 512;

/** By command line; the one used last is the last. */
const kept = new Map<string, Buffer>();
let keptBytes = 0;

/**
 * Like `runLimitedGit`, for commands whose arguments name all that their output depends on: full object ids and switches.
 * What such a command has printed is kept, so that the next page of a list does not cost a process. Ids name contents that
 * never change, so nothing kept is ever stale, nor does it matter in which repository the objects were read. Who asks must
 * have been found to have the objects.
 *
 * @throws as `runLimitedGit` does.
 */
export async function runKeptGit(
  action: string,
  args: readonly string[],
  options: LimitedRunOptions,
): Promise<Buffer> {
  options.signal?.throwIfAborted();
  const key = args.join("\0");
  const known = kept.get(key);
  if (known !== undefined) {
    kept.delete(key);
    kept.set(key, known);
    return known;
  }
  const output = await runLimitedGit(action, args, options);
  if (output.length <= OUTPUT_BYTES_MAX && !kept.has(key)) keep(key, output);
  return output;
}

function keep(key: string, output: Buffer): void {
  // A copy of its own: a small buffer is a part of a larger one, which it would keep from being freed.
  const copy = Buffer.allocUnsafeSlow(output.length);
  output.copy(copy);
  kept.set(key, copy);
  keptBytes += weight(key, copy);
  for (const [oldest, bytes] of kept) {
    if (keptBytes <= KEPT_BYTES_MAX) return;
    kept.delete(oldest);
    keptBytes -= weight(oldest, bytes);
  }
}

function weight(key: string, output: Buffer): number {
  return ENTRY_BYTES + 2 * key.length + output.length;
}
