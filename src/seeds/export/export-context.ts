import type { Account } from "../../model/account.ts";
import type { Ports } from "../../ports.ts";

/** What parts of an export have in common. */
export type ExportContext = {
  readonly ports: Ports;
  /** Tells what a seed cannot have, or must not. */
  warn(text: string): void;
  /** As the seed calls an account: its user name. Undefined for one that is no person's. */
  nameOf(account: Account | undefined): string | undefined;
};

/** A page that has everything: an export is made by the operator, for a test. */
export const ALL = { page: 1, pagelen: 1_000_000 } as const;

/** Without fields that are undefined, or an empty list. */
export function withoutEmpty<Value extends object>(value: Value): Value {
  return Object.fromEntries(
    Object.entries(value).filter(
      ([, each]) => each !== undefined && each !== "" && !(Array.isArray(each) && each.length === 0),
    ),
  ) as Value;
}

/** As seeds have times: whole seconds in UTC. */
export function showTime(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
