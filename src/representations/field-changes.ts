import { isDeepStrictEqual } from "node:util";
import type { FieldChanges } from "../model/event.ts";

/** Fields that change with every change, or independently of it, and so are not reported as changes. */
const NOT_TOLD = new Set(["updated_on", "size", "type"]);

/** What two representations of one thing differ in, field by field. A field that one of them lacks is null there. */
export function representFieldChanges(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): FieldChanges {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...names].filter(
    (name) => !NOT_TOLD.has(name) && !isDeepStrictEqual(before[name], after[name]),
  );
  return Object.fromEntries(
    changed.map((name) => [name, { new: after[name] ?? null, old: before[name] ?? null }]),
  );
}
