import { invalidField } from "../../model/failure.ts";

/** In bytes of UTF-8. Half of what servers and proxies usually allow for a whole URL. */
export const FIELDS_BYTES_MAX = 4096;
/** Names in one list. */
export const FIELDS_MAX = 200;
/** Parts of one name, with dots between them. */
export const FIELD_DEPTH_MAX = 16;

/** The `fields=` of a request. Opaque: see `parseFields`, `selectFields` and `isFieldRequested`. */
export type Fields = {
  readonly items: readonly Item[];
  readonly root: Branch;
  /** Whether an item without a sign is among them, so that fields that are not named are removed. */
  readonly isSelective: boolean;
};

type Item = { readonly path: readonly string[]; readonly isKept: boolean };

/** What an item says of a path and everything below it. Of two items about the same path the later one counts. */
type Verdict = { readonly order: number; readonly isKept: boolean };

/** What the items say of one path in the representation and below it. */
type Branch = {
  verdict: Verdict | undefined;
  /** A Map: a client may well ask for `__proto__`. */
  readonly children: Map<string, Branch>;
  /** The latest items that keep and that remove something further down; -1 if there is none. */
  keptBelow: number;
  removedBelow: number;
};

const WILDCARD = "*";
/** The result of `select` for a value that is removed. */
const REMOVED = Symbol("removed");

/**
 * Reads the `fields` of a query, decoded: names with commas between them. `a.b` keeps only what is so named, `-a.b`
 * removes, `+a.b` adds; `*` stands for every name of one level. Of two items about the same place the later holds:
 * `-*,+foo` leaves `foo`. Names that lead nowhere are ignored, and so are empty ones; a space belongs to its name (a `+`
 * that was not sent as `%2B` "is interpreted as an encoded space which will not match any fields").
 *
 * Source: Bitbucket's REST introduction, "Partial responses".
 *
 * @returns undefined if nothing was asked for.
 * @throws Failure `invalid-input` for `fields` beyond FIELDS_BYTES_MAX, FIELDS_MAX or FIELD_DEPTH_MAX.
 */
export function parseFields(text: string | null | undefined): Fields | undefined {
  if (text === null || text === undefined || text === "") return undefined;
  if (Buffer.byteLength(text) > FIELDS_BYTES_MAX) {
    throw invalidField("fields", `must not be longer than ${FIELDS_BYTES_MAX} bytes`);
  }
  const names = text.split(",").filter((name) => !/^[+-]?$/.test(name));
  if (names.length === 0) return undefined;
  if (names.length > FIELDS_MAX) throw invalidField("fields", `must not name more than ${FIELDS_MAX} fields`);
  const root = newBranch();
  const items = names.map((name, order) => {
    const path = name.replace(/^[+-]/, "").split(".");
    if (path.length > FIELD_DEPTH_MAX) {
      throw invalidField("fields", `must not name fields deeper than ${FIELD_DEPTH_MAX} levels`);
    }
    const isKept = !name.startsWith("-");
    plant(root, path, { order, isKept });
    return { path, isKept };
  });
  return { items, root, isSelective: names.some((name) => !/^[+-]/.test(name)) };
}

function newBranch(): Branch {
  return { verdict: undefined, children: new Map(), keptBelow: -1, removedBelow: -1 };
}

function plant(root: Branch, path: readonly string[], verdict: Verdict): void {
  let branch = root;
  for (const name of path) {
    // Items come in order, so that each is the latest so far.
    if (verdict.isKept) branch.keptBelow = verdict.order;
    else branch.removedBelow = verdict.order;
    const child = branch.children.get(name) ?? newBranch();
    branch.children.set(name, child);
    branch = child;
  }
  branch.verdict = verdict;
}

/**
 * The part of `json`, a JSON object, that was asked for; `json` itself if that is all. `json` is not changed; what is
 * returned may share parts with it. Arrays are walked through: `values.hash` is the hash of each value. An object on the
 * way to a named field stays, be it empty, and so does a null in its place.
 */
export function selectFields(json: unknown, fields: Fields | undefined): unknown {
  if (fields === undefined) return json;
  const selected = select(json, [fields.root], { order: -1, isKept: !fields.isSelective });
  return selected === REMOVED ? {} : selected;
}

/**
 * Whether a field that the representation leaves out by default is to be added: it, or something within it, is named, bare
 * or with `+`, and not removed again. `values` alone does not ask for `values.committer`; `values.*` does.
 */
export function isFieldRequested(fields: Fields | undefined, path: string): boolean {
  if (fields === undefined) return false;
  const names = path.split(".");
  const last = fields.items.findLast(({ path: item, isKept }) =>
    isKept ? startsWith(item, names) : startsWith(names, item),
  );
  return last?.isKept === true;
}

/** Whether `start` is the beginning of `path`, or all of it, where a wildcard in either equals any name. */
function startsWith(path: readonly string[], start: readonly string[]): boolean {
  return (
    start.length <= path.length &&
    start.every((name, level) => name === path[level] || name === WILDCARD || path[level] === WILDCARD)
  );
}

/**
 * @param branches all that speak about the place of `value`: several if a wildcard led here as well as the name.
 * @param verdict what holds for `value` itself.
 */
function select(value: unknown, branches: readonly Branch[], verdict: Verdict): unknown {
  // An item that came before the verdict has been overruled with all that it says further down.
  const isKeptBelow = branches.some((branch) => branch.keptBelow > verdict.order);
  if (verdict.isKept && !branches.some((branch) => branch.removedBelow > verdict.order)) return value;
  if (!verdict.isKept && !isKeptBelow) return REMOVED;
  if (Array.isArray(value)) {
    return value
      .map((element) => select(element, branches, verdict))
      .filter((element) => element !== REMOVED);
  }
  if (isObject(value)) return selectMembers(value, branches, verdict);
  return verdict.isKept || value === null ? value : REMOVED;
}

function selectMembers(value: object, branches: readonly Branch[], verdict: Verdict): object {
  const members: [string, unknown][] = [];
  for (const [name, member] of Object.entries(value)) {
    const below: Branch[] = [];
    let memberVerdict = verdict;
    for (const branch of branches) {
      for (const child of [branch.children.get(name), branch.children.get(WILDCARD)]) {
        if (child === undefined) continue;
        below.push(child);
        if (child.verdict !== undefined && child.verdict.order > memberVerdict.order)
          memberVerdict = child.verdict;
      }
    }
    const selected = select(member, below, memberVerdict);
    if (selected !== REMOVED) members.push([name, selected]);
  }
  // Object.fromEntries makes own properties only: a member called `__proto__` stays a member.
  return Object.fromEntries(members);
}

/** Anything with a class of its own, such as a Date, is a value like a string. */
function isObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
