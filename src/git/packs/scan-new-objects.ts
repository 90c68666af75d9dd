import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { type ObjectId, parseObjectId } from "../../model/object-id.ts";
import { type CatFileAnswer, CatFileParser } from "../objects/cat-file-parser.ts";
import type { ObjectType } from "../objects/object-type.ts";
import { exitOf, GitError, type GitOptions, killGit, runGit, spawnGit } from "../process/git-process.ts";

export type ScanOptions = {
  readonly gitDir: string;
  /** The quarantine's. Its packs are complete in themselves: `index-pack --fix-thin` has added what they build upon. */
  readonly objectFolder: string;
  readonly signal: AbortSignal;
};

export type ScanLimits = {
  readonly objectBytesMin: number;
  /** Larger objects are passed over. */
  readonly objectBytesMax: number;
  /** Of all contents together; what comes after is passed over. */
  readonly totalBytesMax: number;
  readonly timeMsMax: number;
};

export type ScannedObject = { readonly id: ObjectId; readonly type: ObjectType; readonly content: Buffer };

/**
 * Shows each object of a quarantine, as git unpacks it: one process lists, the other reads what is asked of
 * the list. BaseUrls of deltas that the repository has already are among them.
 *
 * @returns whether all within the limit of size were shown before the limits of bytes and time.
 */
export async function scanNewObjects(
  { gitDir, objectFolder, signal }: ScanOptions,
  { objectBytesMin, objectBytesMax, totalBytesMax, timeMsMax }: ScanLimits,
  show: (object: ScannedObject) => void,
): Promise<boolean> {
  const alone = { gitDir, objectFolder, isObjectFolderAlone: true };
  const format = "--batch-check=%(objectname) %(objecttype) %(objectsize)";
  const listing = spawnGit(["cat-file", "--batch-all-objects", "--unordered", "--buffer", format], alone);
  const reading = spawnBeside(listing, ["cat-file", "--batch", "--buffer"], alone);
  const children = [listing, reading];
  const end = () => children.forEach(killGit);
  const ends = children.map((child) => exitOf(child));
  // Awaited below, once all is read.
  for (const exit of ends) exit.catch(() => {});
  for (const child of children) child.stderr.resume();
  let isComplete = true;
  const late = setTimeout(() => {
    isComplete = false;
    end();
  }, timeMsMax);
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  let totalBytes = 0;
  const isWanted = (size: number) => {
    if (size < objectBytesMin || size > objectBytesMax) return false;
    if (totalBytes + size > totalBytesMax) isComplete = false;
    else totalBytes += size;
    return isComplete;
  };
  try {
    listing.stdin.end();
    const feeding = feed(listing.stdout, reading.stdin, isWanted);
    feeding.catch(() => {});
    const parser = new CatFileParser(
      objectBytesMax,
      () => "contents",
      (answer: CatFileAnswer) => {
        if (answer.kind === "contents") show(answer);
      },
    );
    for await (const piece of reading.stdout as AsyncIterable<Buffer>) parser.push(piece);
    await feeding;
    const statuses = await Promise.all(ends);
    signal.throwIfAborted();
    const failed = statuses.find((status) => status !== 0);
    if (isComplete && statuses.some((status) => status !== 0)) throw new GitError("cat-file", failed, "");
    return isComplete;
  } finally {
    clearTimeout(late);
    signal.removeEventListener("abort", end);
    end();
  }
}

/** Asks for the contents of what is wanted, line by line as the list comes. */
async function feed(
  list: NodeJS.ReadableStream,
  requests: NodeJS.WritableStream & { readonly destroyed?: boolean },
  isWanted: (size: number) => boolean,
): Promise<void> {
  let rest = "";
  for await (const piece of list) {
    const lines = (rest + piece.toString()).split("\n");
    rest = lines.pop()!;
    const wanted = lines.filter((line) => {
      const [, , size = ""] = line.split(" ");
      return isWanted(Number(size));
    });
    if (wanted.length === 0 || requests.destroyed === true) continue;
    if (!requests.write(wanted.map((line) => `${line.slice(0, line.indexOf(" "))}\n`).join(""))) {
      await new Promise<void>((resolve) => {
        const done = () => {
          requests.off("drain", done).off("close", done);
          resolve();
        };
        requests.on("drain", done).on("close", done);
      });
    }
  }
  requests.end();
}

/** Of these objects, those that the repository itself does not have. */
export async function withoutKnown(
  ids: readonly ObjectId[],
  { gitDir, signal }: Pick<ScanOptions, "gitDir" | "signal">,
): Promise<ReadonlySet<ObjectId>> {
  const input = ids.map((id) => `${id}\n`).join("");
  const output = await runGit(["cat-file", "--batch-check=%(objectname)"], { gitDir, signal, input });
  const lines = output.toString().split("\n");
  return new Set(ids.filter((_, index) => lines[index]?.endsWith(" missing") === true));
}

/** The path under which a new object is reached first, as git prints it; undefined if none is found. */
export async function findPathOf(
  id: ObjectId,
  tips: readonly ObjectId[],
  known: readonly ObjectId[],
  { gitDir, objectFolder, signal }: ScanOptions,
): Promise<string | undefined> {
  const input = [...tips, ...new Set(known.map((ref) => `^${ref}`))].map((line) => `${line}\n`).join("");
  try {
    const args = ["rev-list", "--objects", "--stdin"];
    const output = await runGit(args, { gitDir, objectFolder, signal, input });
    const start = output.indexOf(`\n${id} `);
    if (start === -1) return undefined;
    const line = output.toString("utf8", start + 1, output.indexOf("\n", start + 1));
    return parseObjectId(line.slice(0, id.length)) === id ? line.slice(id.length + 1) : undefined;
  } catch (error) {
    signal.throwIfAborted();
    // What is too much to look through has its path left out, and is refused all the same.
    if (error instanceof GitError) return undefined;
    throw error;
  }
}

/** Ends the first process if the second cannot be started. */
function spawnBeside(
  first: ChildProcessWithoutNullStreams,
  args: readonly string[],
  options: GitOptions,
): ChildProcessWithoutNullStreams {
  try {
    return spawnGit(args, options);
  } catch (error) {
    exitOf(first).catch(() => {});
    killGit(first);
    throw error;
  }
}
