/**
 * Paths of files are bytes, and nearly all of them UTF-8; URLs carry them percent-encoded. As text, a byte that is no UTF-8 is the
 * last code points of Unicode's last private plane, U+10FF80 to U+10FFFF, by its value. The bytes of those code points
 * themselves are written in the same way, so each sequence of bytes has one text and each text one sequence.
 */
const ESCAPES = /[\u{10ff80}-\u{10ffff}]/u;
const EACH_ESCAPE = /[\u{10ff80}-\u{10ffff}]/gu;
const ESCAPE_BASE = 0x10ff00;

/** UTF-8 without those code points, byte by byte, and then what is none. */
const UTF_8_OR_BYTE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant.
  /(?:[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4(?:[\x80-\x8e][\x80-\xbf]|\x8f[\x80-\xbd])[\x80-\xbf])+|[\x80-\xff]/g;

export function bytesToText(bytes: Buffer): string {
  const text = bytes.toString();
  if (!text.includes("\u{fffd}") && !ESCAPES.test(text)) return text;
  return bytes
    .toString("latin1")
    .replace(UTF_8_OR_BYTE, (run) =>
      run.length === 1 && run > "\x7f"
        ? String.fromCodePoint(ESCAPE_BASE + run.charCodeAt(0))
        : Buffer.from(run, "latin1").toString(),
    );
}

export function textToBytes(text: string): Buffer {
  if (!ESCAPES.test(text)) return Buffer.from(text);
  const pieces: Buffer[] = [];
  let start = 0;
  for (const { index, 0: escaped } of text.matchAll(EACH_ESCAPE)) {
    pieces.push(Buffer.from(text.slice(start, index)), Buffer.of(escaped.codePointAt(0)! - ESCAPE_BASE));
    start = index + escaped.length;
  }
  return Buffer.concat([...pieces, Buffer.from(text.slice(start))]);
}

export function hasRawBytes(text: string): boolean {
  return ESCAPES.test(text);
}

/** With a replacement for each byte that is not UTF-8: for people U+FFFD. */
export function shownText(text: string, replacement = "\u{fffd}"): string {
  return text.replace(EACH_ESCAPE, replacement);
}

/** The text of `bytesToText` percent-encoded as the bytes that it stands for. */
export function encodeBytes(text: string): string {
  return restoreBytes(encodeURIComponent(text));
}

/** Turns the escapes in a URL that was made of such texts into the bytes that they stand for. */
export function restoreBytes(url: string): string {
  return url.replace(/%F4%8F%B[EF]%[89AB][0-9A-F]/g, (escaped) => {
    const byte = decodeURIComponent(escaped).codePointAt(0)! - ESCAPE_BASE;
    return `%${byte.toString(16).toUpperCase()}`;
  });
}

/** A URL whose percent-encoding is UTF-8 throughout, and decodes to such texts. What is UTF-8 already stays as it was sent. */
export function escapeBytes(url: string): string {
  if (!/%[89a-f]/i.test(url)) return url;
  return url.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    const bytes = Buffer.from(run.replaceAll("%", ""), "hex");
    const text = bytesToText(bytes);
    return ESCAPES.test(text) ? encodeURIComponent(text) : run;
  });
}
