const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Longer than any duration that somebody means. */
const TEXT_LENGTH_MAX = 64;

/**
 * Reads `40d`, `90m`, `1w2d`, `1.5h`, `500ms`, and ISO 8601 durations such as `P1DT2H`, as milliseconds. Months and years are not
 * read: they have no fixed length.
 */
export function parseDuration(text: string): number | undefined {
  if (text.length > TEXT_LENGTH_MAX) return undefined;
  return /^p/i.test(text) ? parseIso(text) : parseUnits(text.toLowerCase(), ["w", "d", "h", "m", "s", "ms"]);
}

/** ISO 8601-1, section 5.5.2, without years and months. */
function parseIso(text: string): number | undefined {
  const [date = "", time, ...more] = text.slice(1).toLowerCase().split("t");
  if (more.length > 0 || time === "" || (date === "" && time === undefined)) return undefined;
  const days = date === "" ? 0 : parseUnits(date, ["w", "d"]);
  const seconds = time === undefined ? 0 : parseUnits(time, ["h", "m", "s"]);
  return days === undefined || seconds === undefined ? undefined : days + seconds;
}

/** Each unit once at most, from the largest down. */
function parseUnits(text: string, units: readonly string[]): number | undefined {
  const parts = text.match(/[\d.]+|[a-z]+/g);
  if (parts === null || parts.join("") !== text || parts.length % 2 === 1) return undefined;
  let last = -1;
  let sum = 0;
  for (let index = 0; index < parts.length; index += 2) {
    const [number, unit] = [parts[index]!, parts[index + 1]!];
    const place = units.indexOf(unit);
    if (place <= last || !/^\d+(?:\.\d+)?$/.test(number)) return undefined;
    last = place;
    sum += Number(number) * UNIT_MS[unit]!;
  }
  return Number.isSafeInteger(Math.round(sum)) ? Math.round(sum) : undefined;
}
