import { type LimitedRunOptions, runLimitedGit } from "./run-limited-git.ts";

/** The most of all outputs together, outside of the JavaScript heap; and of one, so that a few cannot drive out all others. */
const CACHED_BYTES_MAX = 16 * 1024 * 1024;
const OUTPUT_BYTES_MAX = CACHED_BYTES_MAX / 4;
/** What an entry costs beside its bytes. */
const ENTRY_BYTES = 512;

/** By command line; the one used last is the last. */
const cached = new Map<string, Buffer>();
let cachedBytes = 0;

/**
 * Like `runLimitedGit`, for commands whose arguments name all that their output depends on: full object ids and switches.
 * The output of such a command is cached, so that the next page of a list does not cost a process. Ids name contents that
 * never change, so a cache entry is never stale, and it does not matter in which repository the objects were read. Check first that
 * the caller may read the objects.
 *
 * @throws as `runLimitedGit` does.
 */
export async function runCachedGit(
  action: string,
  args: readonly string[],
  options: LimitedRunOptions,
): Promise<Buffer> {
  options.signal?.throwIfAborted();
  const key = args.join("\0");
  const known = cached.get(key);
  if (known !== undefined) {
    cached.delete(key);
    cached.set(key, known);
    return known;
  }
  const output = await runLimitedGit(action, args, options);
  if (output.length <= OUTPUT_BYTES_MAX && !cached.has(key)) addEntry(key, output);
  return output;
}

function addEntry(key: string, output: Buffer): void {
  // A copy of its own: a small buffer is a part of a larger one, which it would keep from being freed.
  const copy = Buffer.allocUnsafeSlow(output.length);
  output.copy(copy);
  cached.set(key, copy);
  cachedBytes += weight(key, copy);
  for (const [oldest, bytes] of cached) {
    if (cachedBytes <= CACHED_BYTES_MAX) return;
    cached.delete(oldest);
    cachedBytes -= weight(oldest, bytes);
  }
}

function weight(key: string, output: Buffer): number {
  return ENTRY_BYTES + 2 * key.length + output.length;
}
