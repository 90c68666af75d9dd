/**
 * The strengths of PostgreSQL's row locks, from the weakest: that of a foreign key's check, `for share`, that of an update of
 * columns that are no key (`for no key update`), and that of a deletion (`for update`).
 */
export type Strength = "key share" | "share" | "no key update" | "update";

/** From the table of conflicting row-level locks in the manual of PostgreSQL, section 13.3.2. */
const CONFLICTS: Readonly<Record<Strength, readonly Strength[]>> = {
  "key share": ["update"],
  share: ["no key update", "update"],
  "no key update": ["share", "no key update", "update"],
  update: ["key share", "share", "no key update", "update"],
};

export function areInConflict(one: Strength, other: Strength): boolean {
  return CONFLICTS[one].includes(other);
}
