import type { FILE_MODES } from "../../git/trees/edit-tree.ts";
import type { SeedPath } from "../seed-path.ts";
import type { FileEntry } from "./commit-schema.ts";

export type FileContent = { readonly mode: keyof typeof FILE_MODES; readonly bytes: Buffer };

/** What a file of a seed has in it. */
export function readFileEntry(
  value: FileEntry,
  path: SeedPath,
  problem: (path: SeedPath, what: string) => void,
): FileContent {
  const { content, base64, mode = "file" } = typeof value === "string" ? { content: value } : value;
  if ((content === undefined) === (base64 === undefined)) problem(path, "needs either content or base64");
  if (base64 !== undefined && !isBase64(base64)) problem([...path, "base64"], "is no base64");
  return { mode, bytes: base64 === undefined ? Buffer.from(content ?? "") : Buffer.from(base64, "base64") };
}

function isBase64(text: string): boolean {
  const packed = text.replace(/\s/g, "");
  return packed.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(packed);
}
