/** A path of a file within a repository, from its root, without a slash in front: one that `git add` would take. */
export type FilePath = string & { readonly __brand: "FilePath" };

/** What file systems allow, so that a clone can be checked out. */
const PATH_BYTES_MAX = 4096;
const NAME_BYTES_MAX = 255;

/** What HFS+ passes over in a name: git's `next_hfs_char` has the list. */
const IGNORED_BY_HFS = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/** For a message: what `parseFilePath` refuses. */
export const FILE_PATH_RULE = `not a path of a file: a part is empty, ".", ".." or a spelling of ".git", or it has a control character, more than ${NAME_BYTES_MAX} bytes in a part or ${PATH_BYTES_MAX} in all`;

/**
 * Reads a path with or without one slash in front. Git itself takes control characters (our choice not to: they forge
 * listings and terminals) and a backslash, which is a character like any other here.
 */
export function parseFilePath(text: string): FilePath | undefined {
  const path = text.startsWith("/") ? text.slice(1) : text;
  if (!path.isWellFormed() || Buffer.byteLength(path) > PATH_BYTES_MAX) return undefined;
  if (/\p{Cc}/u.test(path)) return undefined;
  return path.split("/").every(isFileName) ? (path as FilePath) : undefined;
}

function isFileName(name: string): boolean {
  return (
    name !== "" &&
    name !== "." &&
    name !== ".." &&
    Buffer.byteLength(name) <= NAME_BYTES_MAX &&
    !meansGitFolder(name)
  );
}

/**
 * Whether some file system would take the name for `.git`: HFS+ passes over some characters, NTFS over dots and spaces at
 * the end and what follows a colon, takes a backslash for a slash, and has `git~1` as a second name.
 */
function meansGitFolder(name: string): boolean {
  return name
    .replaceAll(IGNORED_BY_HFS, "")
    .split("\\")
    .some((part) => /^(?:\.git|git~1)[. ]*(?::|$)/i.test(part));
}
