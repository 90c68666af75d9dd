import type { ChildProcessWithoutNullStreams } from "node:child_process";
import {
  exitOf,
  killGit,
  SHORT_OF_PROCESSES,
  saysShortOfProcesses,
  spawnGit,
} from "../process/git-process.ts";
import { DRAINED_BYTES_MAX } from "../wire/push-request.ts";

/**
 * Faults of old histories that large hosts take, since they cannot be mended without new object ids. Everything else that
 * git's fsck calls an error is refused: `.git` entries, traversal, tricks of .gitmodules and .gitattributes.
 */
export const TOLERATED_FAULTS = [
  "zeroPaddedFilemode",
  "zeroPaddedDate",
  "badDate",
  "badDateOverflow",
  "badTimezone",
  "missingEmail",
  "missingNameBeforeEmail",
  "missingSpaceBeforeDate",
  "missingSpaceBeforeEmail",
  "badEmail",
  "badName",
  "badFilemode",
  "multipleAuthors",
  "missingTaggerEntry",
  "badTagName",
];

/** gitformat-pack(5): "PACK", the version, the number of objects. */
const PACK_HEADER_BYTES = 12;

/**
 * A few bytes of delta can ask for an object of any size. Files above git's core.bigFileThreshold (512 MiB), which no git
 * stores as a delta, are streamed and need no memory.
 */
const ALLOCATION_BYTES_MAX = 520 * 1024 * 1024;

export type IndexPackOptions = {
  readonly gitDir: string;
  readonly objectFolder: string;
  readonly packBytesMax: number;
  /** Called with what git says of its progress, as it would be shown in a terminal. */
  readonly onProgress?: (text: Buffer) => void;
  readonly signal: AbortSignal;
};

/**
 * Stores a pack as it arrives: never whole in memory. Every object is checked.
 *
 * @returns why the pack was refused, in words for its sender, or undefined.
 */
export async function indexPack(
  pack: AsyncIterable<Buffer>,
  options: IndexPackOptions,
): Promise<string | undefined> {
  const { header, whole } = await readPackHeader(pack);
  if (header === undefined) return "the pack is missing";
  if (header.toString("latin1", 0, 4) !== "PACK") return "not a pack";
  // Nothing new: a pack without objects would only lie about as one more file to look into.
  if (header.readUInt32BE(8) === 0) {
    for await (const _ of whole) options.signal.throwIfAborted();
    return undefined;
  }
  const args = ["index-pack", "--stdin", "--fix-thin", `--max-input-size=${options.packBytesMax}`];
  if (options.onProgress !== undefined) args.push("--show-resolving-progress");
  args.push(`--strict=${TOLERATED_FAULTS.map((fault) => `${fault}=ignore`).join(",")}`);
  const child = spawnGit(args, { ...options, allocationBytesMax: ALLOCATION_BYTES_MAX });
  const abort = () => killGit(child);
  options.signal.addEventListener("abort", abort, { once: true });
  if (options.signal.aborted) abort();
  child.stdout.resume();
  let said = "";
  child.stderr.on("data", (bytes: Buffer) => {
    said = (said + bytes.toString()).slice(-MESSAGES_LENGTH_MAX);
    if (/^(Resolving deltas|Receiving objects|Unpacking)/.test(bytes.toString())) options.onProgress?.(bytes);
  });
  try {
    const [status] = await Promise.all([exitOf(child), send(whole, child)]);
    options.signal.throwIfAborted();
    return status === 0 ? undefined : describeIndexPackFailure(said, options.packBytesMax);
  } finally {
    killGit(child);
    options.signal.removeEventListener("abort", abort);
  }
}

/**
 * Gives the pack to git. When git has ended early the rest is still taken from the sender: who is sending does not read,
 * and sees the reason only when all it has to say has been heard. What breaks off on the sender's side must not look to
 * git like the end of the pack.
 */
async function send(pieces: AsyncIterable<Buffer>, child: ChildProcessWithoutNullStreams): Promise<void> {
  const { stdin } = child;
  // Not events.once: that would turn git's early end (EPIPE) into an error, and its status tells more.
  const drainedOrClosed = () =>
    new Promise<void>((resolve) => {
      const done = () => {
        stdin.off("drain", done).off("close", done);
        resolve();
      };
      stdin.on("drain", done).on("close", done);
    });
  let unheardBytes = 0;
  try {
    for await (const piece of pieces) {
      if (stdin.destroyed) {
        unheardBytes += piece.length;
        if (unheardBytes > DRAINED_BYTES_MAX) return;
      } else if (!stdin.write(piece) && !stdin.destroyed) {
        await drainedOrClosed();
      }
    }
    stdin.end();
  } catch (error) {
    killGit(child);
    throw error;
  }
}
const MESSAGES_LENGTH_MAX = 16_384;

async function readPackHeader(pack: AsyncIterable<Buffer>) {
  const pieces = pack[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  while (held.length < PACK_HEADER_BYTES) {
    const piece = await pieces.next();
    if (piece.done === true) break;
    held = Buffer.concat([held, piece.value]);
  }
  async function* whole() {
    if (held.length > 0) yield held;
    for (let piece = await pieces.next(); piece.done !== true; piece = await pieces.next()) yield piece.value;
  }
  return {
    header: held.length < PACK_HEADER_BYTES ? undefined : held.subarray(0, PACK_HEADER_BYTES),
    whole: whole(),
  };
}

const DISK_FULL = "the server's disk is full";

/** Whether the reason for which a pack was refused is none of its sender's doing. */
export function isOfServer(problem: string): boolean {
  return problem === DISK_FULL || problem === SHORT_OF_PROCESSES;
}

/** What git says that is short of something of the server's; undefined for everything else. */
export function describeOwnTrouble(said: string): string | undefined {
  if (/No space left on device|Disk quota exceeded|File too large/.test(said)) return DISK_FULL;
  return saysShortOfProcesses(said) ? SHORT_OF_PROCESSES : undefined;
}

/** Picks what concerns the sender out of git's messages, which may also name folders of the server. */
export function describeIndexPackFailure(said: string, packBytesMax: number): string {
  if (said.includes("pack exceeds maximum allowed size")) {
    return `the pack is larger than the limit of ${packBytesMax} bytes`;
  }
  if (/attempting to allocate \d+ over limit/.test(said)) {
    return `an object needs more memory than the limit of ${ALLOCATION_BYTES_MAX} bytes to unpack`;
  }
  const ownTrouble = describeOwnTrouble(said);
  if (ownTrouble !== undefined) return ownTrouble;
  const objectFault = /^(?:error|fatal|warning): (?:object )?(?<fault>[0-9a-f]{40}: \w+: [^\n/]*)/m.exec(said)
    ?.groups?.fault;
  if (objectFault !== undefined) return `refused object ${objectFault}`;
  const gitReason =
    /(?:fsck error in packed object|pack has \d+ unresolved deltas?|early EOF|pack signature mismatch|inflate(?: returned [^\n/]*)?|pack is corrupted[^\n/]*|serious inflate inconsistency|did not receive expected object [0-9a-f]{40}|pack version \d+ unsupported|object corrupt or missing: [0-9a-f]{40}|SHA1 COLLISION FOUND WITH [0-9a-f]{40}[^\n/]*)/i.exec(
      said,
    )?.[0];
  return gitReason === undefined ? "the pack could not be stored" : `index-pack: ${gitReason}`;
}
