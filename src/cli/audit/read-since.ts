import { parseMinutes } from "../terminal/parse-duration.ts";
import { UsageError } from "../terminal/problem.ts";

/** Reads how long ago something was, or when. @throws UsageError that names `flag`. */
export function readSince(flag: string, text: string, now: Date): Date {
  const minutes = parseMinutes(text);
  const since = minutes === undefined ? new Date(text) : new Date(now.getTime() - minutes * 60_000);
  if (Number.isNaN(since.getTime()))
    throw new UsageError(
      `${flag}: must be a time such as 30m, 12h or 7d, or an instant like 2026-11-27T08:00Z`,
    );
  return since;
}
