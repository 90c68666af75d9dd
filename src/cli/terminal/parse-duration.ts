const MINUTES: Readonly<Record<string, number>> = { m: 1, h: 60, d: 24 * 60 };

/** Reads `30m`, `12h` or `7d` as minutes. */
export function parseMinutes(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,7})([mhd])$/.exec(text) ?? [];
  return digits === undefined || unit === undefined ? undefined : Number(digits) * MINUTES[unit]!;
}

/** Reads `30d` as days. */
export function parseDays(text: string): number | undefined {
  const [, digits] = /^(\d{1,7})d$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
