import type { Caller } from "../model/caller.ts";
import { Failure } from "../model/failure.ts";
import { isReadOnlyAt } from "../model/who-acts.ts";

/** @throws Failure hours-refused. */
export function requireWritingHours(caller: Caller, now: Date): void {
  if (!isReadOnlyAt(caller, now)) return;
  throw new Failure("hours-refused", "The credential only reads at this hour", { reason: now.toISOString() });
}
