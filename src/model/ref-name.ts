/** A full ref name such as `refs/heads/main`, valid by the rules of git-check-ref-format. */
export type RefName = string & { readonly __brand: "RefName" };

/** The part of a branch's ref name after `refs/heads/`. */
export type BranchName = string & { readonly __brand: "BranchName" };

export const BRANCH_PREFIX = "refs/heads/";
export const TAG_PREFIX = "refs/tags/";
/** Written by the server alone. */
export const PULL_REQUEST_PREFIX = "refs/pull-requests/";

/** Filesystems and clients keep each ref in a file name; 255 bytes a part is what they all allow. */
export const REF_NAME_BYTES_MAX = 1024;

/**
 * The rules of git-check-ref-format(1), numbered as there. Rule 9, the single `@`, and the need of a slash (rule 2)
 * are both met by asking for `refs/` in front.
 */
export function parseRefName(text: string): RefName | undefined {
  if (!text.startsWith("refs/") || Buffer.byteLength(text) > REF_NAME_BYTES_MAX) return undefined;
  // Rules 3, 4, 5, 8, 10: no "..", control bytes, space, ~ ^ : ? * [ \ DEL, no "@{".
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control bytes are what the rule is about.
  if (/\.\.|[\x00-\x20\x7f~^:?*[\\]|@\{/.test(text)) return undefined;
  // Rules 1, 6, 7: no part is empty, begins with a dot or ends with ".lock"; the whole does not end with a dot.
  if (text.endsWith(".")) return undefined;
  if (text.split("/").some((part) => part === "" || part.startsWith(".") || part.endsWith(".lock")))
    return undefined;
  // The database and JSON carry text: a name with a lone surrogate has no UTF-8 form.
  return text.isWellFormed() ? (text as RefName) : undefined;
}

/** Why a name that `parseRefName` does not take is none. */
export function invalidRefNameReason(name: string): string {
  return Buffer.byteLength(name) > REF_NAME_BYTES_MAX
    ? `the ref name is longer than the limit of ${REF_NAME_BYTES_MAX} bytes`
    : "not a valid ref name";
}

/**
 * Why no ref of this name is created, although git would accept it, in words for the caller. Refs of old imports that have such a name are
 * found by it.
 */
export function newRefNameProblem(name: RefName): string | undefined {
  // U+0080 to U+009F are orders to some terminals, and are seen in none.
  return /\p{Cc}/u.test(name) ? "the ref name has control characters" : undefined;
}

/** A branch name that `git check-ref-format --branch` takes: no leading dash, not `HEAD`. */
export function parseBranchName(text: string): BranchName | undefined {
  if (text.startsWith("-") || text === "HEAD") return undefined;
  return parseRefName(BRANCH_PREFIX + text) === undefined ? undefined : (text as BranchName);
}

/** The branch that a ref name stands for, or undefined if it is no branch. */
export function branchOf(name: RefName): BranchName | undefined {
  return name.startsWith(BRANCH_PREFIX) ? (name.slice(BRANCH_PREFIX.length) as BranchName) : undefined;
}
