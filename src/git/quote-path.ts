const ESCAPES: Readonly<Record<number, string>> = {
  7: "\\a",
  8: "\\b",
  9: "\\t",
  10: "\\n",
  11: "\\v",
  12: "\\f",
  13: "\\r",
  34: '\\"',
  92: "\\\\",
};

/**
 * A path as git writes it in a diff: in double quotes with C's escapes if it has control characters, quotes,
 * backslashes or bytes beyond ASCII, else as it is. git-config(1), `core.quotePath`.
 */
export function quotePath(path: Buffer): string {
  let quoted = "";
  let isPlain = true;
  for (const byte of path) {
    const named = ESCAPES[byte];
    const isPrinted = named === undefined && byte >= 0x20 && byte < 0x7f;
    quoted += isPrinted ? String.fromCharCode(byte) : (named ?? `\\${byte.toString(8).padStart(3, "0")}`);
    if (!isPrinted) isPlain = false;
  }
  return isPlain ? quoted : `"${quoted}"`;
}
