import type { ObjectId } from "../../model/object-id.ts";
import { decodeObjectText } from "../objects/decode-object-text.ts";

export type NewCommit = {
  readonly tree: ObjectId;
  readonly parents: readonly ObjectId[];
  /** `Name <address> seconds offset`, and no line feed. */
  readonly author: Buffer | string;
  readonly committer: string;
  readonly message: Buffer | string;
};

export function commitContent({ tree, parents, author, committer, message }: NewCommit): Buffer {
  return Buffer.concat([
    Buffer.from(`tree ${tree}\n${parents.map((parent) => `parent ${parent}\n`).join("")}author `),
    Buffer.from(author as string),
    Buffer.from(`\ncommitter ${committer}\n\n`),
    Buffer.from(message as string),
  ]);
}

const AUTHOR = Buffer.from("author ");
const LINE_FEED = 0x0a;

/**
 * What a rebase keeps of a commit: its author with the date, and its message without empty lines at the start. Both are
 * bytes as they were written; only a commit that names an encoding is written anew in UTF-8, as git does.
 */
export function readKept(content: Buffer): { readonly author: Buffer | undefined; readonly message: Buffer } {
  const end = content.indexOf("\n\n");
  const headers = content.subarray(0, end === -1 ? content.length : end + 1);
  if (headers.includes("\nencoding ")) return readKept(withoutEncoding(content));
  let start = end === -1 ? content.length : end;
  while (content[start] === LINE_FEED) start += 1;
  return { author: findAuthor(headers), message: content.subarray(start) };
}

function withoutEncoding(content: Buffer): Buffer {
  const text = decodeObjectText(content);
  const end = text.indexOf("\n\n");
  const headers = end === -1 ? text : text.slice(0, end);
  const lines = headers.split("\n").filter((line) => !line.startsWith("encoding "));
  return Buffer.from(lines.join("\n") + text.slice(headers.length));
}

function findAuthor(headers: Buffer): Buffer | undefined {
  for (let at = 0; at < headers.length; ) {
    const next = headers.indexOf(LINE_FEED, at);
    const line = headers.subarray(at, next === -1 ? headers.length : next);
    if (line.subarray(0, AUTHOR.length).equals(AUTHOR)) return line.subarray(AUTHOR.length);
    if (next === -1) return undefined;
    at = next + 1;
  }
  return undefined;
}
