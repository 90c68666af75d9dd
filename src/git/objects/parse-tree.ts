import { type ObjectId, parseObjectId } from "../../model/object-id.ts";

/** A submodule is a commit of another repository, which this one need not have. */
export type TreeEntryKind = "file" | "executable" | "link" | "directory" | "submodule";

export type TreeEntry = {
  /** As git writes it, such as 0o100644. */
  readonly mode: number;
  readonly kind: TreeEntryKind;
  /** Bytes without NUL, usually UTF-8. What a push may not have (`..`, a slash) an old history may. */
  readonly name: Buffer;
  readonly id: ObjectId;
};

export const DIRECTORY_MODE = 0o040000;

const SPACE = 0x20;
const ID_BYTES = 20;
const FORMAT = 0o170000;
const OWNER_EXECUTES = 0o100;

/**
 * Reads the content of a tree object: `<mode> <name>\0<20 bytes of id>`, again and again, in git's order. Modes with
 * zeros in front are read, as old tools have written them.
 *
 * @returns undefined if it is not a tree.
 */
export function parseTree(content: Buffer): readonly TreeEntry[] | undefined {
  const entries: TreeEntry[] = [];
  let offset = 0;
  while (offset < content.length) {
    const space = content.indexOf(SPACE, offset);
    const nul = content.indexOf(0, offset);
    const end = nul + 1 + ID_BYTES;
    if (space === -1 || nul === -1 || space + 1 >= nul || end > content.length) return undefined;
    const modeText = content.toString("latin1", offset, space);
    const id = parseObjectId(content.toString("hex", nul + 1, end));
    const kind = /^[0-7]{1,8}$/.test(modeText) ? kindOf(Number.parseInt(modeText, 8)) : undefined;
    if (id === undefined || kind === undefined) return undefined;
    // A copy, so that a name that is held does not hold the whole tree in memory.
    const name = Buffer.from(content.subarray(space + 1, nul));
    entries.push({ mode: Number.parseInt(modeText, 8), kind, name, id });
    offset = end;
  }
  return entries;
}

/** git's own reading: the owner's right to execute decides, whatever else the mode says. */
export function kindOf(mode: number): TreeEntryKind | undefined {
  switch (mode & FORMAT) {
    case DIRECTORY_MODE:
      return "directory";
    case 0o120000:
      return "link";
    case 0o160000:
      return "submodule";
    case 0o100000:
      return (mode & OWNER_EXECUTES) === 0 ? "file" : "executable";
    default:
      return undefined;
  }
}
