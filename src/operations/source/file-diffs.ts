import { PATHS_MAX } from "../../git/diffs/compared-paths.ts";
import type { FileChangeDetails } from "../../git/diffs/parse-changes.ts";
import { type DiffHunk, type PatchedFileRows, readPatch } from "../../git/diffs/read-patch.ts";
import { quotePath } from "../../git/quote-path.ts";
import { bytesToText, textToBytes } from "../../model/byte-text.ts";
import { Failure } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import {
  type ComparedCommits,
  type ComparisonOptions,
  type DiffSides,
  type GitPorts,
  listDiffChangeDetails,
  openDiff,
} from "./diffs.ts";

/** A file that differs. Paths are texts of `bytesToText`. */
export type ChangedFile = {
  readonly status: "added" | "removed" | "modified" | "renamed";
  /** Of the new side; of the old one if the file is removed. */
  readonly path: string;
  readonly oldPath: string | undefined;
  readonly newPath: string | undefined;
  /** Six digits, `000000` where there is no file. */
  readonly oldMode: string;
  readonly newMode: string;
  readonly oldId: ObjectId;
  readonly newId: ObjectId;
  readonly isBinary: boolean;
  readonly isSubmodule: boolean;
  readonly linesAdded: number;
  readonly linesRemoved: number;
};

export type FileDiff = {
  readonly file: ChangedFile;
  /**
   * - `lines`: the hunks, up to a limit.
   * - `none`: no line differs; the file is moved, empty or gets another mode.
   * - `binary`: there are no lines.
   * - `large`: too many to read beside other files. Asked for alone, the file has its lines.
   * - `later`: the page is full.
   */
  readonly content: "lines" | "none" | "binary" | "large" | "later";
  readonly hunks: readonly DiffHunk[];
  /** Rows before those in the hunks. */
  readonly rowsBefore: number;
  /** Whether there are rows after those in the hunks. */
  readonly hasMoreRows: boolean;
};

export type DiffPage = {
  readonly files: readonly FileDiff[];
  /** Counts from 0. */
  readonly firstFile: number;
  /** Of all files of the diff, not only of this page. */
  readonly fileCount: number;
  readonly linesAdded: number;
  readonly linesRemoved: number;
};

export type DiffPageLimits = {
  readonly filesMax: number;
  readonly rowsPerFileMax: number;
  /** Of all files of a page; also of a file that is asked for alone. */
  readonly rowsMax: number;
};

/**
 * A page has 6,000 nodes at most, and a row 5 and more: with the heads of its files, a page has some 900 rows. Read beyond
 * that is what is cut anyway.
 */
export const DIFF_PAGE_LIMITS: DiffPageLimits = { filesMax: 50, rowsPerFileMax: 400, rowsMax: 1000 };

/** git has to compare all of a file before it prints its first line: half of them are compared in some 100 ms. */
const LARGE_FILE_LINES_MIN = 50_000;

export type DiffPageRequest = Pick<ComparisonOptions, "ignoresWhitespace" | "signal"> & {
  readonly contextLines: number;
  /** The part of the diff that is shown: some files, or one file from a row on. Both count from 0. */
  readonly part: { readonly firstFile: number } | { readonly path: string; readonly firstRow: number };
  readonly limits?: DiffPageLimits;
};

/**
 * A part of a diff, as rows.
 *
 * @throws Failure not-found if the file asked for does not differ; as `listDiffChanges` and `openDiff` do.
 */
export async function readDiffPage(
  ports: GitPorts,
  compared: ComparedCommits,
  sides: DiffSides,
  request: DiffPageRequest,
): Promise<DiffPage> {
  const { ignoresWhitespace, signal, part, limits = DIFF_PAGE_LIMITS } = request;
  const options = { paths: [], ignoresWhitespace, detectsRenames: true, signal };
  const changes = await listDiffChangeDetails(ports, compared, sides, options);
  const firstFile =
    "firstFile" in part
      ? Math.min(part.firstFile, Math.max(0, changes.length - 1))
      : findFile(changes, part.path);
  const isAlone = "path" in part;
  const shown = changes.slice(firstFile, firstFile + (isAlone ? 1 : limits.filesMax));
  const files = shown.map(changedFile);
  const read = isAlone ? files.filter(hasLines) : chooseFiles(files, limits);
  const patchLimits = isAlone
    ? { rowsSkipped: part.firstRow, rowsPerFileMax: limits.rowsMax, rowsMax: limits.rowsMax }
    : { ...limits, rowsSkipped: 0 };
  const patched = read.length === 0 ? [] : await readRows(ports, compared, sides, request, read, patchLimits);
  const byHeader = new Map(patched.map((one) => [one.header, one]));
  let linesAdded = 0;
  let linesRemoved = 0;
  for (const change of changes) {
    linesAdded += change.linesAdded;
    linesRemoved += change.linesRemoved;
  }
  return {
    files: files.map((file) => fileDiff(file, byHeader.get(headerOf(file)), { isAlone, ...patchLimits })),
    firstFile,
    fileCount: changes.length,
    linesAdded,
    linesRemoved,
  };
}

function findFile(changes: readonly FileChangeDetails[], path: string): number {
  const index = changes.findIndex((change) => changedFile(change).path === path);
  if (index === -1) throw new Failure("not-found", `The file "${path}" does not differ`);
  return index;
}

function changedFile(change: FileChangeDetails): ChangedFile {
  const oldPath = "oldPath" in change ? bytesToText(change.oldPath) : undefined;
  const newPath = "newPath" in change ? bytesToText(change.newPath) : undefined;
  const { status, oldMode, newMode, oldId, newId, isBinary, linesAdded, linesRemoved } = change;
  return {
    status,
    path: newPath ?? oldPath!,
    oldPath,
    newPath,
    oldMode,
    newMode,
    oldId,
    newId,
    isBinary,
    isSubmodule: oldMode === SUBMODULE_MODE || newMode === SUBMODULE_MODE,
    linesAdded,
    linesRemoved,
  };
}

const SUBMODULE_MODE = "160000";

function lineCount({ linesAdded, linesRemoved }: ChangedFile): number {
  return linesAdded + linesRemoved;
}

function hasLines(file: ChangedFile): boolean {
  return !file.isBinary && lineCount(file) > 0;
}

/** As many from the first on as a page can hold: the others are not read. */
function chooseFiles(files: readonly ChangedFile[], limits: DiffPageLimits): ChangedFile[] {
  const chosen: ChangedFile[] = [];
  let rows = 0;
  let paths = 0;
  for (const file of files) {
    if (!hasLines(file) || lineCount(file) >= LARGE_FILE_LINES_MIN) continue;
    paths += file.status === "renamed" ? 2 : 1;
    if (rows >= limits.rowsMax || paths > PATHS_MAX) break;
    rows += Math.min(lineCount(file), limits.rowsPerFileMax);
    chosen.push(file);
  }
  return chosen;
}

async function readRows(
  ports: GitPorts,
  compared: ComparedCommits,
  sides: DiffSides,
  { ignoresWhitespace, signal, contextLines }: DiffPageRequest,
  files: readonly ChangedFile[],
  limits: Parameters<typeof readPatch>[1],
): Promise<PatchedFileRows[]> {
  const renamed = files.some(({ status }) => status === "renamed");
  const paths = files.flatMap(({ oldPath, newPath }) => [
    ...new Set([oldPath, newPath].filter((path) => path !== undefined)),
  ]);
  const patch = await openDiff(ports, compared, sides, {
    paths,
    ignoresWhitespace,
    // Among fewer files git could find renames that it did not find among all.
    detectsRenames: renamed,
    contextLines,
    showsBinaryContent: false,
    signal,
  });
  return readPatch(patch, limits);
}

/** The line with which git begins the file in a patch. Where a side is missing, it names the other twice. */
function headerOf({ oldPath, newPath }: ChangedFile): string {
  const quoted = (prefix: string, path: string) =>
    quotePath(Buffer.concat([Buffer.from(prefix), textToBytes(path)]));
  return `diff --git ${quoted("a/", (oldPath ?? newPath)!)} ${quoted("b/", (newPath ?? oldPath)!)}`;
}

function fileDiff(
  file: ChangedFile,
  patched: PatchedFileRows | undefined,
  { isAlone, rowsSkipped }: { readonly isAlone: boolean; readonly rowsSkipped: number },
): FileDiff {
  const nothing = { file, hunks: [], rowsBefore: 0, hasMoreRows: false };
  if (file.isBinary) return { ...nothing, content: "binary" };
  if (!hasLines(file)) return { ...nothing, content: "none" };
  if (patched === undefined)
    return { ...nothing, content: lineCount(file) >= LARGE_FILE_LINES_MIN ? "large" : "later" };
  const { hunks, hasMoreRows } = patched;
  if (hunks.length === 0 && !isAlone) return { ...nothing, content: "later" };
  return { file, content: "lines", hunks, rowsBefore: rowsSkipped, hasMoreRows };
}
