import type { FileEntry } from "../history/commit-schema.ts";

const MODES = new Map([
  [0o100644, "file"],
  [0o100755, "executable"],
  [0o120000, "link"],
] as const) as ReadonlyMap<number, "file" | "executable" | "link">;

/** What editors and YAML show or read as something else. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these characters are what is looked for.
const UNREADABLE = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]/;

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Undefined: they are not UTF-8. */
export function toText(bytes: Buffer): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** A file as seeds have it. Undefined: seeds do not have its mode. */
export function showFile(content: Buffer, fileMode: number): FileEntry | undefined {
  const mode = MODES.get(fileMode);
  if (mode === undefined) return undefined;
  const text = toText(content);
  const isPlain = text !== undefined && !UNREADABLE.test(text);
  if (isPlain && mode === "file") return text;
  return {
    ...(isPlain ? { content: text } : { base64: content.toString("base64") }),
    ...(mode === "file" ? {} : { mode }),
  };
}
