import {
  findNamedProject,
  findNamedRepository,
  findNamedWorkspace,
  MALFORMED,
  type ReadEntry,
} from "../../authorization/limit-locations.ts";
import { isInNetwork, parseNetwork } from "../../authorization/network.ts";
import type { Bound, Network } from "../../model/bound.ts";
import { matchesGlob } from "../../model/branch-restriction.ts";
import type { Caller, Operator } from "../../model/caller.ts";
import type { Hours } from "../../model/hours.ts";
import { parseHours } from "../../model/hours-text.ts";
import {
  LIMIT_EXAMPLES,
  LIMIT_FIELDS,
  type LimitField,
  limitEntriesMax,
  REF_PATTERN_LENGTH_MAX,
  type WrittenLimits,
} from "../../model/written-limits.ts";
import type { Ports } from "../../ports.ts";

/** What is wrong with one entry. */
export type LimitProblem = {
  readonly field: LimitField;
  /**
   * - `malformed`: it has not the form that the field asks for.
   * - `unknown`: there is no such thing, or it may not be seen, or the token that is narrowed does not reach it.
   * - `wider`: the token that is narrowed does not allow all of it.
   * - `too-many`: more entries than a field may have; `value` is how many.
   * - `empty`: a list without entries, which would let nothing through.
   */
  readonly kind: "malformed" | "unknown" | "wider" | "too-many" | "empty";
  readonly value: string;
};

type LimitPorts = Pick<Ports, "database">;

export type FoundLimits = {
  /** Undefined: no limits at all, or some are wrong. */
  readonly bound: Bound | undefined;
  readonly problems: readonly LimitProblem[];
};

/**
 * Reads limits and finds what they name. Somebody with a credential names only what that opens, so the answer does not tell
 * what exists elsewhere. With `outer`, the limits of a token that is narrowed, each must lie within it.
 */
export async function findLimits(
  ports: LimitPorts,
  who: Caller | Operator,
  wanted: WrittenLimits,
  outer?: Bound,
): Promise<FoundLimits> {
  const counts = LIMIT_FIELDS.flatMap((field) => countProblem(field, wanted[field]) ?? []);
  if (counts.length > 0) return { bound: undefined, problems: counts };
  const read = {
    repositories: await readAll(wanted, "repositories", (text) => findNamedRepository(ports, who, text)),
    projects: await readAll(wanted, "projects", (text) => findNamedProject(ports, who, text)),
    workspaces: await readAll(wanted, "workspaces", (text) => findNamedWorkspace(ports, who, text)),
    refs: await readAll(wanted, "refs", (text) => readRefs(text, outer)),
    addresses: await readAll(wanted, "addresses", (text) => readAddresses(text, outer)),
    readOnlyHours: await readAll(wanted, "read_only_hours", readHours),
  };
  const problems = Object.values(read).flatMap((each) => each?.problems ?? []);
  const parts = Object.entries(read).flatMap(([name, each]) =>
    each === undefined ? [] : [[name, each.values] as const],
  );
  const isBound = problems.length === 0 && parts.length > 0;
  return { bound: isBound ? (Object.fromEntries(parts) as Bound) : undefined, problems };
}

/** What is wrong, by field, in words for who wrote it. */
export function limitFields(problems: readonly LimitProblem[]): Readonly<Record<string, readonly string[]>> {
  const fields: Record<string, string[]> = {};
  for (const problem of problems)
    fields[problem.field] = [...(fields[problem.field] ?? []), describeLimitProblem(problem)];
  return fields;
}

export function describeLimitProblem({ field, kind, value }: LimitProblem): string {
  const shown = JSON.stringify(value.slice(0, SHOWN_LENGTH_MAX));
  switch (kind) {
    case "malformed":
      return `${shown} must be written like ${JSON.stringify(LIMIT_EXAMPLES[field])}`;
    case "unknown":
      return `${shown} does not exist, or you have no access to it`;
    case "wider":
      return `${shown} is more than the token itself may`;
    case "too-many":
      return `has ${value} entries, and may have ${limitEntriesMax(field)}`;
    case "empty":
      return "must have an entry, or be left out";
  }
}

const SHOWN_LENGTH_MAX = 200;

function countProblem(field: LimitField, texts: readonly string[] | undefined): LimitProblem | undefined {
  if (texts === undefined) return undefined;
  if (texts.length === 0) return { field, kind: "empty", value: "" };
  return texts.length > limitEntriesMax(field)
    ? { field, kind: "too-many", value: String(texts.length) }
    : undefined;
}

async function readAll<Value>(
  wanted: WrittenLimits,
  field: LimitField,
  read: (text: string) => ReadEntry<Value> | Promise<ReadEntry<Value>>,
): Promise<{ readonly values: readonly Value[]; readonly problems: readonly LimitProblem[] } | undefined> {
  const texts = wanted[field];
  if (texts === undefined) return undefined;
  const values: Value[] = [];
  const problems: LimitProblem[] = [];
  for (const value of new Set(texts.map((text) => text.trim()))) {
    const entry = await read(value);
    if ("wrong" in entry) problems.push({ field, kind: entry.wrong, value });
    else values.push(entry.value);
  }
  // By different names the same may have been meant.
  return { values: [...new Set(values)], problems };
}

/** A pattern for whole names. */
function readRefs(text: string, outer: Bound | undefined): ReadEntry<string> {
  if (text.length > REF_PATTERN_LENGTH_MAX || !/^refs\/[^\p{Cc}\s~^:?[\\]+$/u.test(text)) return MALFORMED;
  return isPatternWithin(text, outer) ? { value: text } : { wrong: "wider" };
}

/**
 * Whether all that a pattern matches is matched by one of each outer bound. A pattern that matches the text of another, with
 * its `*` as a character, matches whatever that `*` stands for. Some that lie within several patterns together are refused.
 */
function isPatternWithin(pattern: string, outer: Bound | undefined): boolean {
  if (outer === undefined) return true;
  const isWithin = outer.refs === undefined || outer.refs.some((each) => matchesGlob(each, pattern));
  return isWithin && isPatternWithin(pattern, outer.outer);
}

/** Addresses in CIDR notation, or one address. */
function readAddresses(text: string, outer: Bound | undefined): ReadEntry<Network> {
  const network = parseNetwork(text.includes("/") ? text : `${text}/${text.includes(":") ? 128 : 32}`);
  if (network === undefined) return MALFORMED;
  return isNetworkWithin(network, outer) ? { value: network } : { wrong: "wider" };
}

function isNetworkWithin(network: Network, outer: Bound | undefined): boolean {
  if (outer === undefined) return true;
  const [start = "", bits] = network.split("/");
  const isWithin =
    outer.addresses === undefined ||
    outer.addresses.some((each) => Number(each.split("/")[1]) <= Number(bits) && isInNetwork(start, each));
  return isWithin && isNetworkWithin(network, outer.outer);
}

function readHours(text: string): ReadEntry<Hours> {
  const hours = parseHours(text);
  return hours === undefined ? MALFORMED : { value: hours };
}
