import { TextDecoder } from "node:util";

/** The names under which git writes ISO-8859-1. TextDecoder takes them for windows-1252, which differs from 80 to 9F. */
const LATIN_1 = /^(?:iso-?8859-1|latin-?1)$/i;

/** Encodings in which the object's own headers would not be readable: git cannot have written a commit in them. */
const NOT_ASCII = /^(?:utf-?16|ucs-?2|iso-10646-ucs-2|unicode|csunicode)/i;

function openDecoder(encoding: string): TextDecoder {
  try {
    return new TextDecoder(NOT_ASCII.test(encoding) ? "utf-8" : encoding, { ignoreBOM: true });
  } catch {
    // TextDecoder throws RangeError for a name that it does not know.
    return new TextDecoder("utf-8", { ignoreBOM: true });
  }
}

/** The value of the header `encoding`. Headers end at the first empty line, and their names are ASCII. */
function findEncoding(content: Buffer): string {
  const end = content.indexOf("\n\n");
  const headers = content.toString("latin1", 0, end === -1 ? content.length : end);
  return /(?:^|\n)encoding ([^\n]*)/.exec(headers)?.[1]?.trim() ?? "utf-8";
}

const ENCODING = Buffer.from("encoding ");

/**
 * The text of a commit or tag. The whole is decoded at once, as git does it, since in some encodings a byte of a
 * character may look like `<`. Bytes that the encoding does not have become U+FFFD.
 */
export function decodeObjectText(content: Buffer): string {
  // Nearly all are UTF-8 without a word about it, and then no decoder is made.
  if (!content.includes(ENCODING)) return content.toString();
  const encoding = findEncoding(content);
  return LATIN_1.test(encoding) ? content.toString("latin1") : openDecoder(encoding).decode(content);
}
