import type { Hours } from "./hours.ts";

/** ISO 8601: Monday is 1. */
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const DAYS_IN_WEEK = DAYS.length;
const DAILY = "daily";

/**
 * Reads hours as people write them: `mon-fri 18:00-08:00 Europe/Berlin`. Days are names of three letters, ranges of them
 * (over the end of the week too), lists of both, or `daily`. `24:00` is midnight.
 */
export function parseHours(text: string): Hours | undefined {
  const [daysText = "", span = "", timeZone = "", ...rest] = text.trim().split(/\s+/);
  const [, from, to] = /^(\d\d:\d\d)-(\d\d:\d\d)$/.exec(span) ?? [];
  const days = parseDays(daysText.toLowerCase());
  if (days === undefined || from === undefined || to === undefined || rest.length > 0) return undefined;
  const [begin, end] = [parseTime(from), parseTime(to)];
  if (begin === undefined || end === undefined || !isTimeZone(timeZone)) return undefined;
  return { days, from: begin, to: end, timeZone };
}

/** The same as text again. */
export function writeHours({ days, from, to, timeZone }: Hours): string {
  return `${writeDays(days)} ${from}-${to} ${timeZone}`;
}

function parseDays(text: string): readonly number[] | undefined {
  if (text === DAILY) return DAYS.map((_, index) => index + 1);
  const days = new Set<number>();
  for (const part of text.split(",")) {
    const [first = "", last = first, ...rest] = part.split("-");
    const [from, to] = [dayNumber(first), dayNumber(last)];
    if (from === 0 || to === 0 || rest.length > 0) return undefined;
    for (let day = from; ; day = (day % DAYS_IN_WEEK) + 1) {
      days.add(day);
      if (day === to) break;
    }
  }
  return [...days].sort((one, other) => one - other);
}

/** 0: there is no such day. */
function dayNumber(name: string): number {
  return (DAYS as readonly string[]).indexOf(name) + 1;
}

function parseTime(text: string): string | undefined {
  if (text === "24:00") return "00:00";
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(text) ? text : undefined;
}

/** A name of the IANA database. Offsets are none: they know no summer time. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{1,63}$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function writeDays(days: readonly number[]): string {
  if (days.length === DAYS_IN_WEEK) return DAILY;
  const runs: number[][] = [];
  for (const day of days) {
    const run = runs.at(-1);
    if (run?.at(-1) === day - 1) run.push(day);
    else runs.push([day]);
  }
  return runs
    .map((run) => (run.length === 1 ? nameOf(run[0]!) : `${nameOf(run[0]!)}-${nameOf(run.at(-1)!)}`))
    .join(",");
}

function nameOf(day: number): string {
  return DAYS[day - 1]!;
}
