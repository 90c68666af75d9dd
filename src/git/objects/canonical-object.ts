import type { ObjectId } from "../../model/object-id.ts";
import type { ObjectType } from "./object-type.ts";
import { parseTree, type TreeEntryKind } from "./parse-tree.ts";

export type CanonicalEntry = {
  /** Its bytes, each as a character. */
  readonly name: string;
  readonly type: "tree" | "blob" | "submodule";
  readonly id: ObjectId;
  /** `.gitmodules` and `.gitattributes`: git looks into what it names, too. */
  readonly isLookedInto: boolean;
};

/** What an object names, of one that git finds nothing to say about. */
export type CanonicalObject =
  | { readonly type: "commit"; readonly tree: ObjectId; readonly parents: readonly ObjectId[] }
  | { readonly type: "tree"; readonly entries: readonly CanonicalEntry[] }
  | { readonly type: "blob" }
  | { readonly type: "tag"; readonly target: ObjectId; readonly targetType: ObjectType };

// Written out, so that they can be judged by themselves: strangers' objects are matched against them.
const COMMIT =
  /^tree (?<tree>[0-9a-f]{40})\n(?<parents>(?:parent [0-9a-f]{40}\n)*)author [^<>\n]+ <[^<>\n]*> (?:0|[1-9]\d{0,9}) [+-]\d{4}\ncommitter [^<>\n]+ <[^<>\n]*> (?:0|[1-9]\d{0,9}) [+-]\d{4}\n/;
const TAG =
  /^object (?<target>[0-9a-f]{40})\ntype (?<type>commit|tree|blob|tag)\ntag [!-~]{1,255}\ntagger [^<>\n]+ <[^<>\n]*> (?:0|[1-9]\d{0,9}) [+-]\d{4}\n\n/;

/** Longer headers are git's to judge. */
const HEADER_BYTES_MAX = 16 * 1024;

/**
 * Reads an object in the one form that git writes today. This is no second fsck: it knows what is harmless beyond doubt, and
 * not what is wrong.
 *
 * @returns undefined for whatever else, good or bad.
 */
export function readCanonicalObject(type: ObjectType, content: Buffer): CanonicalObject | undefined {
  switch (type) {
    case "blob":
      return { type };
    case "tree":
      return readCanonicalTree(content);
    case "commit": {
      const { tree, parents } = matchHeader(content, COMMIT) ?? {};
      if (tree === undefined || parents === undefined) return undefined;
      const ids = parents.split("\n").slice(0, -1) as `parent ${string}`[];
      return {
        type,
        tree: tree as ObjectId,
        parents: ids.map((line) => line.slice("parent ".length) as ObjectId),
      };
    }
    case "tag": {
      const { target, type: targetType } = matchHeader(content, TAG) ?? {};
      if (target === undefined) return undefined;
      return { type, target: target as ObjectId, targetType: targetType as ObjectType };
    }
  }
}

function matchHeader(content: Buffer, pattern: RegExp): Record<string, string> | undefined {
  if (content.includes(0)) return undefined;
  const end = content.indexOf("\n\n");
  if (end === -1 || end > HEADER_BYTES_MAX) return undefined;
  return pattern.exec(content.toString("latin1", 0, end + 2))?.groups;
}

/** As git writes them. Others mean the same, or something else. */
const MODES: Readonly<Record<string, true>> = {
  "100644": true,
  "100755": true,
  "120000": true,
  "40000": true,
  "160000": true,
};
const NAME_BYTES_MAX = 255;
const ID_BYTES = 20;

function readCanonicalTree(content: Buffer): CanonicalObject | undefined {
  const parsed = parseTree(content);
  if (parsed === undefined) return undefined;
  const entries: CanonicalEntry[] = [];
  const names = new Set<string>();
  let bytes = 0;
  let last = "";
  for (const { mode, kind, name: nameBytes, id } of parsed) {
    const modeText = mode.toString(8);
    const name = nameBytes.toString("latin1");
    bytes += modeText.length + 1 + nameBytes.length + 1 + ID_BYTES;
    // git's order: a folder's name as if it ended with a slash.
    const sorted = kind === "directory" ? `${name}/` : name;
    if (!MODES[modeText] || !isCanonicalName(name, kind) || names.has(name) || sorted <= last)
      return undefined;
    names.add(name);
    last = sorted;
    entries.push({ name, type: typeOf(kind), id, isLookedInto: isLookedInto(name) });
  }
  // A mode with zeros in front reads as the same number.
  return bytes === content.length ? { type: "tree", entries } : undefined;
}

function typeOf(kind: TreeEntryKind): CanonicalEntry["type"] {
  if (kind === "directory") return "tree";
  return kind === "submodule" ? "submodule" : "blob";
}

function isLookedInto(name: string): boolean {
  return name === ".gitmodules" || name === ".gitattributes";
}

/**
 * Windows takes a name for another with a tilde, a colon, a backslash, and points or spaces at its end; a Mac passes over some
 * characters, all of which begin with the bytes E2 or EF in UTF-8; both do not tell small letters from large ones.
 */
function isCanonicalName(name: string, kind: TreeEntryKind): boolean {
  if (name === "" || name === "." || name === ".." || name.length > NAME_BYTES_MAX) return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (/[\x00-\x1f\x7f/\\:~\xe2\xef]/.test(name)) return false;
  const lower = name.toLowerCase();
  if (!lower.startsWith(".git")) return !(kind === "link" && lower.startsWith(".mailmap"));
  if (isLookedInto(name)) return kind === "file" || kind === "executable";
  if (lower.startsWith(".gitmodules") || lower.startsWith(".gitattributes")) return false;
  return kind !== "link" && /^\.git[a-z-]/.test(lower);
}

/** gitattributes(5) as git checks it: no line is longer. */
const ATTRIBUTES_LINE_BYTES_MAX = 2048;

/** Whether git finds nothing in the content of a `.gitattributes`. */
export function isCanonicalAttributes(content: Buffer): boolean {
  let start = 0;
  while (start < content.length) {
    const end = content.indexOf("\n", start);
    const stop = end === -1 ? content.length : end;
    if (stop - start >= ATTRIBUTES_LINE_BYTES_MAX) return false;
    start = stop + 1;
  }
  return true;
}
