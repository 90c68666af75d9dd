import { hasRawBytes, shownText } from "../../model/byte-text.ts";
import { invalidField } from "../../model/failure.ts";
import { PATH_BYTES_MAX } from "../history/list-commits.ts";

/** All of them go into the arguments of one process. */
export const PATHS_MAX = 100;

/**
 * The pathspecs for `paths`, each a file or a folder, taken literally. Empty for no restriction; undefined if no path can
 * name anything, as with `..`: git refuses such entries in a tree, but would resolve them in a pathspec.
 *
 * @throws Failure `invalid-input` naming `path` for what cannot be given to git.
 */
export function pathspecsOf(paths: readonly string[]): readonly string[] | undefined {
  if (paths.length > PATHS_MAX) throw invalidField("path", `is given more than ${PATHS_MAX} times`);
  const cleaned = paths.map(cleanPath);
  if (cleaned.includes("")) return [];
  const possible = cleaned.filter((path) => !path.split("/").some((part) => part === "." || part === ".."));
  if (cleaned.length > 0 && possible.length === 0) return undefined;
  return possible.map(pathspecOf);
}

/** A path as a pathspec. An argument cannot hold bytes that are not UTF-8: each is any byte then, so files that differ in them alone come along. */
export function pathspecOf(path: string): string {
  if (!hasRawBytes(path)) return `:(top,literal)${path}`;
  return `:(top,glob)${shownText(path.replace(/[*?[\\]/g, "\\$&"), "?")}`;
}

/** Without slashes at its ends, under which git would find nothing. */
function cleanPath(path: string): string {
  if (path.includes("\0")) throw invalidField("path", "must not contain NUL");
  if (!path.isWellFormed()) throw invalidField("path", "is not well-formed text");
  if (Buffer.byteLength(path) > PATH_BYTES_MAX)
    throw invalidField("path", `is longer than ${PATH_BYTES_MAX} bytes`);
  const parts = path.split("/");
  return parts.filter((part) => part !== "").join("/");
}
