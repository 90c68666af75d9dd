import type { ApiToken } from "../model/token.ts";

/** RFC 5545, section 3.1: octets of a line, without its end. */
const LINE_BYTES_MAX = 75;
const DAY_MS = 86_400_000;
const ALARM_DAYS = 7;

type CalendarToken = Pick<ApiToken, "uuid" | "name" | "createdAt" | "expiresAt">;

/** The ends of tokens as days of a calendar, with an alarm a week before: RFC 5545. */
export function writeTokenCalendar(
  tokens: readonly CalendarToken[],
  { name, url }: { readonly name: string; readonly url: string },
): string {
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Pail//Tokens//EN",
    `X-WR-CALNAME:${escapeText(name)}`,
    "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
    "X-PUBLISHED-TTL:PT12H",
    ...tokens.flatMap((token) => eventOf(token, url)),
    "END:VCALENDAR",
  ];
  return lines.map((line) => `${foldLine(line)}\r\n`).join("");
}

function eventOf({ uuid, name, createdAt, expiresAt }: CalendarToken, url: string): readonly string[] {
  return [
    "BEGIN:VEVENT",
    `UID:${uuid}@pail`,
    `DTSTAMP:${instantText(createdAt)}`,
    `DTSTART;VALUE=DATE:${dayText(expiresAt)}`,
    `DTEND;VALUE=DATE:${dayText(new Date(expiresAt.getTime() + DAY_MS))}`,
    `SUMMARY:${escapeText(`Token expires: ${name}`)}`,
    `DESCRIPTION:${escapeText(`${uuid.slice(0, 8)} expires at ${expiresAt.toISOString()}. The next one: ${url}`)}`,
    `URL:${url}`,
    "TRANSP:TRANSPARENT",
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    `DESCRIPTION:${escapeText(`Token expires in ${ALARM_DAYS} days: ${name}`)}`,
    `TRIGGER:-P${ALARM_DAYS}D`,
    "END:VALARM",
    "END:VEVENT",
  ];
}

/** `20261209T120000Z`. */
function instantText(at: Date): string {
  return at.toISOString().replaceAll(/[-:]|\.\d+/g, "");
}

function dayText(at: Date): string {
  return instantText(at).slice(0, 8);
}

/** RFC 5545, section 3.3.11. Other control characters are not allowed in a text. */
function escapeText(text: string): string {
  return text
    .replaceAll(/[\\;,]/g, (character) => `\\${character}`)
    .replaceAll(/\r\n|\r|\n/g, "\\n")
    .replaceAll(/[\p{Cc}\p{Cs}]/gu, " ");
}

/** Breaks a long line between characters; what follows begins with a space. */
function foldLine(line: string): string {
  let folded = "";
  let bytes = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (bytes + size > LINE_BYTES_MAX) {
      folded += "\r\n ";
      bytes = 1;
    }
    folded += character;
    bytes += size;
  }
  return folded;
}
