/** Splits the values, for statements that accept only so many at once. */
export function chunks<T>(values: readonly T[], length: number): T[][] {
  const parts: T[][] = [];
  for (let start = 0; start < values.length; start += length) parts.push(values.slice(start, start + length));
  return parts;
}
