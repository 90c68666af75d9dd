/** What a seed begins at, unless it says when. Fixed, so that ids of commits and times are the same every day. */
export const DEFAULT_TIME = new Date("2026-01-01T00:00:00Z");

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

export type SeedDate = {
  readonly date: Date;
  /** From UTC, as git has it: `+0200`. */
  readonly offset: string;
};

const DATE = /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d)(:\d\d)?(?:\.\d{1,9})?(?:([Zz])|([+-])(\d\d):?(\d\d)))?$/;

/** Reads a date (`2026-01-31`, midnight in UTC) or a time of RFC 3339 with its offset. */
export function parseSeedDate(text: string): SeedDate | undefined {
  const [, day, minutes = "00:00", seconds = ":00", , sign, hours = "00", rest = "00"] =
    DATE.exec(text) ?? [];
  if (day === undefined) return undefined;
  const zone = sign === undefined ? "Z" : `${sign}${hours}:${rest}`;
  const date = new Date(`${day}T${minutes}${seconds}${zone}`);
  const isReal =
    Number(hours) < 24 && Number(rest) < 60 && !Number.isNaN(date.getTime()) && date.getTime() >= 0;
  // JavaScript takes 30 February for 2 March.
  const isDay = new Date(`${day}T00:00:00Z`).toJSON()?.slice(0, 10) === day;
  return isReal && isDay
    ? { date, offset: sign === undefined ? "+0000" : `${sign}${hours}${rest}` }
    : undefined;
}

const UNITS: Readonly<Record<string, number>> = {
  m: MINUTE_MS,
  h: HOUR_MS,
  d: DAY_MS,
  w: 7 * DAY_MS,
};

/** Reads when something ends: `30d` from now, `-1d` ago, or a date. */
export function parseExpiry(text: string, now: Date): Date | undefined {
  const [, sign, digits, unit] = /^(-?)(\d{1,6})([mhdw])$/.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return parseSeedDate(text)?.date;
  const ms = Number(digits) * UNITS[unit]!;
  return new Date(now.getTime() + (sign === "-" ? -ms : ms));
}
