/** Hours of some days of the week, by the clock of a time zone. */
export type Hours = {
  /** ISO 8601: Monday is 1, Sunday 7. They are the days on which the hours begin. */
  readonly days: readonly number[];
  /** `HH:MM`. */
  readonly from: string;
  /** `HH:MM`, not included. If it is not after `from`, the hours end on the next day. */
  readonly to: string;
  /** Of the IANA time zone database: `Europe/Berlin`. */
  readonly timeZone: string;
};

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

const formats = new Map<string, Intl.DateTimeFormat>();
/** There are some 600 time zones. */
const FORMATS_MAX = 100;

function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  if (formats.size >= FORMATS_MAX) formats.clear();
  formats.set(timeZone, made);
  return made;
}

/** @throws RangeError for a time zone that does not exist. */
export function isWithinHours({ days, from, to, timeZone }: Hours, now: Date): boolean {
  const parts = Object.fromEntries(
    formatFor(timeZone)
      .formatToParts(now)
      .map(({ type, value }) => [type, value]),
  );
  const day = DAYS.indexOf(parts.weekday!) + 1;
  const time = `${parts.hour}:${parts.minute}`;
  const dayBefore = day === 1 ? 7 : day - 1;
  if (from < to) return days.includes(day) && from <= time && time < to;
  return (days.includes(day) && from <= time) || (days.includes(dayBefore) && time < to);
}
