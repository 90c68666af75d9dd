import type { Bound, Network } from "../../../model/bound.ts";
import { type Codec, list, number, optional, record, text } from "../../../model/codec.ts";
import type { Hours } from "../../../model/hours.ts";
import type { Uuid } from "../../../model/uuid.ts";

type StoredBound = { readonly [Key in keyof Bound]-?: Bound[Key] | undefined };

const UUIDS = optional(list(text<Uuid>()));

/** `refusedBy` and `privateRefusals` are worked out when the token is looked up. */
const BOUND: Codec<Bound> = record<Omit<StoredBound, "refusedBy" | "privateRefusals">>({
  repositories: UUIDS,
  projects: UUIDS,
  workspaces: UUIDS,
  refs: optional(list(text())),
  addresses: optional(list(text<Network>())),
  readOnlyHours: optional(
    list(record<Hours>({ days: list(number), from: text(), to: text(), timeZone: text() })),
  ),
  outer: optional({ encode: (bound) => BOUND.encode(bound), decode: (stored) => BOUND.decode(stored) }),
}) as Codec<Bound>;

export function writeBound(bound: Bound | undefined): string | null {
  return bound === undefined ? null : JSON.stringify(BOUND.encode(bound));
}

export function toBound(stored: string | null): Bound | undefined {
  return stored === null ? undefined : withoutUndefined(BOUND.decode(JSON.parse(stored)));
}

function withoutUndefined(bound: Bound): Bound {
  const parts = Object.entries(bound).filter(([, part]) => part !== undefined);
  const { outer, ...own } = Object.fromEntries(parts) as Bound;
  return outer === undefined ? own : { ...own, outer: withoutUndefined(outer) };
}
