/** How values of the model are kept in columns of both databases. */

export function instant(epochMs: number): Date {
  return new Date(epochMs);
}

export function optionalInstant(epochMs: number | null): Date | undefined {
  return epochMs === null ? undefined : new Date(epochMs);
}

export function flag(value: boolean): number {
  return value ? 1 : 0;
}
