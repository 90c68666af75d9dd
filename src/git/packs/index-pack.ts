import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { exitOf, killGit, spawnGit } from "../git-process.ts";

/**
 * Faults of old histories that large hosts take, since they cannot be mended without new object ids. Everything else that
 * git's fsck calls an error is refused: `.git` entries, traversal, tricks of .gitmodules and .gitattributes.
 */
const TOLERATED_FAULTS = [
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
  const child = spawnGit(args, options);
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
    const exit = exitOf(child);
    let sending: unknown;
    const sent = pipeline(Readable.from(whole, { objectMode: false }), child.stdin).catch(
      (error: unknown) => {
        sending = error;
        // An end of the sender must not look to git like the end of the pack; an early end of git is told by its status.
        if (!isPipeError(error)) killGit(child);
      },
    );
    const status = await exit;
    if (status !== 0) {
      await drain(whole, options.signal);
      options.signal.throwIfAborted();
      if (sending !== undefined && !isPipeError(sending)) throw sending;
      return describeIndexPackFailure(said, options.packBytesMax);
    }
    await sent;
    return undefined;
  } finally {
    options.signal.removeEventListener("abort", abort);
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

/** A sender that is still sending does not read: it sees the reason only when all it has to say has been taken. */
async function drain(pieces: AsyncGenerator<Buffer>, signal: AbortSignal): Promise<void> {
  for await (const _ of pieces) if (signal.aborted) return;
}

function isPipeError(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    (error.code === "EPIPE" || error.code === "ERR_STREAM_PREMATURE_CLOSE")
  );
}

/** Picks what concerns the sender out of git's messages, which may also name folders of the server. */
export function describeIndexPackFailure(said: string, packBytesMax: number): string {
  if (said.includes("pack exceeds maximum allowed size")) {
    return `the pack is larger than the limit of ${packBytesMax} bytes`;
  }
  if (/No space left on device|Disk quota exceeded|File too large/.test(said))
    return "the server's disk is full";
  const objectFault = /^(?:error|fatal|warning): (?:object )?(?<fault>[0-9a-f]{40}: \w+: [^\n/]*)/m.exec(said)
    ?.groups?.fault;
  if (objectFault !== undefined) return `refused object ${objectFault}`;
  const gitReason =
    /(?:fsck error in packed object|pack has \d+ unresolved deltas?|early EOF|pack signature mismatch|inflate(?: returned [^\n/]*)?|pack is corrupted[^\n/]*|serious inflate inconsistency|did not receive expected object [0-9a-f]{40}|pack version \d+ unsupported|object corrupt or missing: [0-9a-f]{40}|SHA1 COLLISION FOUND WITH [0-9a-f]{40}[^\n/]*)/i.exec(
      said,
    )?.[0];
  return gitReason === undefined ? "the pack could not be stored" : `index-pack: ${gitReason}`;
}
