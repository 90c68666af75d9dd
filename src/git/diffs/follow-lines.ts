import { bytesToText, textToBytes } from "../../model/byte-text.ts";
import { Failure } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { GitOptions } from "../process/git-process.ts";
import { readFailure } from "../process/read-limits.ts";
import { quotePath } from "../quote-path.ts";
import { listRawChanges, streamPatchOf } from "./compare-trees.ts";
import { HunkReader } from "./hunk-reader.ts";
import { type Hunk, type LineRange, mapLines } from "./map-lines.ts";

/** Lines of a file on the old side, or the file itself. The path is the text of its bytes, as by `bytesToText`. */
export type FilePlace = { readonly path: string; readonly lines: LineRange | undefined };

/** `outdated`: a line was changed or removed, the file was removed, or it is too much work to find out. */
export type FollowedPlace =
  | { readonly kind: "moved"; readonly place: FilePlace }
  | { readonly kind: "outdated" };

export type LineMove = GitOptions & {
  /** Commits or trees. Both must exist. */
  readonly old: ObjectId;
  readonly new: ObjectId;
  readonly signal: AbortSignal;
  readonly timeLimitMs?: number;
};

/** For each of at most two processes, whatever is asked for. */
const FOLLOW_TIME_LIMIT_MS = 10_000;

/** Of files that are changed themselves. Their names go into the arguments of one process; beyond, places count as outdated. */
const CHANGED_FILES_MAX = 1000;
const CHANGED_PATHS_BYTES_MAX = 256 * 1024;

/** Of all these files together: about 10 MB. Beyond, the files that git has not come to count as outdated. */
export const HUNKS_MAX = 100_000;

/**
 * Follows places of files from one commit to another, through edits and renames. Takes one process for all places, and a
 * second one if files among them have other content. The answers are in the order of `places`.
 *
 * Lines are the same as in git's diff of the two commits, where a line that is shown neither as removed nor as added is
 * unchanged.
 *
 * @throws the reason of `signal` if that is aborted; GitError if git fails, as for a commit that does not exist.
 */
export async function followPlaces(move: LineMove, places: readonly FilePlace[]): Promise<FollowedPlace[]> {
  if (places.length === 0 || move.old === move.new)
    return places.map((place) => ({ kind: "moved" as const, place }));
  const files = await followFiles(move, new Set(places.map(({ path }) => path)));
  return places.map((place) => followIn(files?.get(place.path), place));
}

/**
 * What files that were renamed between the two commits were called before, by what they are called now. Files that it would take
 * too long to look for are missing.
 *
 * @throws as `followPlaces` does.
 */
export async function findOldPaths(
  move: LineMove,
  newPaths: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const changes = await unlessTooLarge(listRawChanges({ timeLimitMs: FOLLOW_TIME_LIMIT_MS, ...move }));
  const found = new Map<string, string>();
  for (const { letter, oldPath, newPath } of changes ?? []) {
    const path = letter === "R" ? bytesToText(newPath) : undefined;
    if (path !== undefined && newPaths.has(path)) found.set(path, bytesToText(oldPath));
  }
  return found;
}

/** What became of a file. `undefined` for its hunks: it is too much work, or it is binary, and its lines are no lines. */
type FollowedFile =
  | { readonly kind: "kept"; readonly path: string; readonly hunks: readonly Hunk[] | undefined }
  | { readonly kind: "removed" };

function followIn(file: FollowedFile | undefined, { lines }: FilePlace): FollowedPlace {
  if (file === undefined || file.kind === "removed") return { kind: "outdated" };
  if (lines === undefined) return { kind: "moved", place: { path: file.path, lines } };
  const mapped = file.hunks === undefined ? undefined : mapLines(file.hunks, lines);
  return mapped === undefined
    ? { kind: "outdated" }
    : { kind: "moved", place: { path: file.path, lines: mapped } };
}

/** Every path of `paths`; undefined if it takes too long to say. */
async function followFiles(
  move: LineMove,
  paths: ReadonlySet<string>,
): Promise<ReadonlyMap<string, FollowedFile> | undefined> {
  const files = new Map<string, FollowedFile>();
  for (const path of paths) files.set(path, { kind: "kept", path, hunks: [] });
  const edited: EditedFile[] = [];
  const changes = await unlessTooLarge(listRawChanges({ timeLimitMs: FOLLOW_TIME_LIMIT_MS, ...move }));
  if (changes === undefined) return undefined;
  for (const { letter, hasSameContent, oldPath, newPath } of changes) {
    const path = bytesToText(oldPath);
    if (!paths.has(path) || letter === "A") continue;
    if (letter === "D" || letter === "T") {
      files.set(path, { kind: "removed" });
      continue;
    }
    const renamed = { kind: "kept", path: bytesToText(newPath) } as const;
    files.set(path, { ...renamed, hunks: hasSameContent ? [] : undefined });
    if (!hasSameContent) edited.push({ path, newPath: renamed.path });
  }
  await readHunks(move, edited, (file, hunks) =>
    files.set(file.path, { kind: "kept", path: file.newPath, hunks }),
  );
  return files;
}

type EditedFile = { readonly path: string; readonly newPath: string };

async function readHunks(
  move: LineMove,
  edited: readonly EditedFile[],
  onFile: (file: EditedFile, hunks: readonly Hunk[]) => void,
): Promise<void> {
  const asked = withinLimits(edited);
  if (asked.length === 0) return;
  const byNames = new Map(asked.map((file) => [namesOf(file), file]));
  const reader = new HunkReader((read) => {
    const file = byNames.get(`${read.oldName}\n${read.newName}`);
    if (file !== undefined) onFile(file, read.hunks);
  });
  await unlessTooLarge(readPatch(move, asked, reader));
}

async function readPatch(move: LineMove, files: readonly EditedFile[], reader: HunkReader): Promise<void> {
  const paths = files.flatMap(({ path, newPath }) => (path === newPath ? [path] : [path, newPath]));
  const { timeLimitMs = FOLLOW_TIME_LIMIT_MS } = move;
  const patch = await streamPatchOf(paths, { ...move, timeLimitMs, wholeTimeLimitMs: timeLimitMs });
  for await (const chunk of patch) {
    reader.push(chunk as Buffer);
    // Leaving the loop destroys the stream, which ends git.
    if (reader.hunksRead > HUNKS_MAX) return;
  }
  reader.end();
}

/** As in the patch: git quotes a name with its prefix. */
function namesOf({ path, newPath }: EditedFile): string {
  return `${quotePath(textToBytes(`a/${path}`))}\n${quotePath(textToBytes(`b/${newPath}`))}`;
}

function withinLimits(files: readonly EditedFile[]): EditedFile[] {
  let bytes = 0;
  return files.slice(0, CHANGED_FILES_MAX).filter(({ path, newPath }) => {
    bytes += Buffer.byteLength(path) + Buffer.byteLength(newPath);
    return bytes <= CHANGED_PATHS_BYTES_MAX;
  });
}

/** @returns undefined if `work` was ended by one of its limits. */
async function unlessTooLarge<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    const failure = readFailure("compare", error);
    if (failure instanceof Failure && failure.kind === "timed-out") return undefined;
    throw failure;
  }
}
