import type { Identity } from "./commit.ts";

/** 9999-12-31T23:59:59Z: a later year has no form in RFC 3339, which clients of the API read. */
export const SECONDS_MAX = 253_402_300_799;

/** Sign, hours and minutes. */
const OFFSET = /^[+-]\d{1,4}$/;

export const NOBODY: Identity = { raw: "", name: "", email: "", date: new Date(0), offsetMinutes: 0 };

/** Dates after the last that can be told are told as that one, so that they stay the latest. */
function parseDate(seconds: string): Date {
  return new Date(Math.min(Number(seconds), SECONDS_MAX) * 1000);
}

/** `+0530` is 330. Longer ones exist in old histories, by a fault of the program that wrote them, and mean nothing. */
function parseOffsetMinutes(text: string): number {
  if (!OFFSET.test(text)) return 0;
  const digits = Number(text.slice(1));
  const minutes = Math.trunc(digits / 100) * 60 + (digits % 100);
  return text.startsWith("-") && minutes > 0 ? -minutes : minutes;
}

/** No regular expression over the whole: on a line of megabytes of spaces it would take the square of their number. */
function withoutLastWord(text: string, pattern: RegExp): string {
  const space = text.lastIndexOf(" ");
  return pattern.test(text.slice(space + 1)) ? text.slice(0, Math.max(space, 0)).trimEnd() : text;
}

/** The end of the text that names the person: the last `>`, or else what precedes the date. */
function endOfPerson(text: string): number {
  const bracket = text.lastIndexOf(">");
  if (bracket !== -1) return bracket + 1;
  return withoutLastWord(withoutLastWord(text.trimEnd(), /^[+-]\d+$/), /^\d+$/).length;
}

/**
 * Reads `Name <mail> seconds offset`, the text of an author, committer or tagger line, by the rules of git's own
 * `split_ident_line` (ident.c): the address ends at the first `>`, the person at the last one. Unlike git, a date
 * without an offset counts, as one in UTC.
 */
export function parseIdentity(text: string): Identity {
  const end = endOfPerson(text);
  const raw = text.slice(0, end);
  const open = raw.indexOf("<");
  const close = open === -1 ? -1 : raw.indexOf(">", open);
  const [, seconds, offset] = /^\s*(\d+)(?:\s+([+-]\d+))?/.exec(text.slice(end)) ?? [];
  return {
    raw,
    name: (open === -1 ? raw : raw.slice(0, open)).trim(),
    email: close === -1 ? "" : raw.slice(open + 1, close),
    date: seconds === undefined ? new Date(0) : parseDate(seconds),
    offsetMinutes: offset === undefined ? 0 : parseOffsetMinutes(offset),
  };
}
