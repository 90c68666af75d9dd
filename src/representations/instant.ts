/** A point in time as the wire has it: ISO-8601, UTC written `+00:00`, microseconds (of which we know the first three). */
export function representInstant(instant: Date): string {
  return instant.toISOString().replace("Z", "000+00:00");
}
