import { encodeBytes } from "../../model/byte-text.ts";
import { invalidField } from "../../model/failure.ts";
import type { DiffPageRequest } from "../../operations/source/file-diffs.ts";

/** How a diff is asked for, by the address of the page that shows it. */
export type DiffQuery = Pick<DiffPageRequest, "part" | "contextLines" | "ignoresWhitespace"> & {
  readonly view: "unified" | "side-by-side";
};

/** git's own; and as far as people read around a change. */
const CONTEXT_LINES_DEFAULT = 3;
const CONTEXT_LINES_MAX = 10_000;
/** More than a list of changed files, or the rows of a file, can have. */
const POSITION_MAX = 100_000_000;

/** The parameters of a diff, which may stand beside those of its page. */
const NAMES = ["view", "whitespace", "context", "file", "row", "files"] as const;
export type DiffParameters = { readonly [Name in (typeof NAMES)[number]]?: string | undefined };

/**
 * `view=side-by-side`, `whitespace=ignore`, `context=15`; `files=51`: from that file on; `file=src/a.ts`: that file alone, with
 * `row=401` from that row on.
 *
 * @throws Failure invalid-input that names the parameter.
 */
export function readDiffQuery(query: URLSearchParams): DiffQuery {
  const path = query.get("file");
  return {
    view: readChoice(query, "view", "side-by-side") ? "side-by-side" : "unified",
    ignoresWhitespace: readChoice(query, "whitespace", "ignore"),
    contextLines: readNumber(query, "context", 0, CONTEXT_LINES_MAX) ?? CONTEXT_LINES_DEFAULT,
    part:
      path === null
        ? { firstFile: (readNumber(query, "files", 1, POSITION_MAX) ?? 1) - 1 }
        : { path, firstRow: (readNumber(query, "row", 1, POSITION_MAX) ?? 1) - 1 },
  };
}

function readChoice(query: URLSearchParams, name: string, value: string): boolean {
  const text = query.get(name);
  if (text === null || text === "") return false;
  if (text === value) return true;
  throw invalidField(name, `must be ${value}, or not given`);
}

function readNumber(query: URLSearchParams, name: string, min: number, max: number): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  const number = /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  if (number === undefined || number < min || number > max)
    throw invalidField(name, `must be a whole number from ${min} to ${max}`);
  return number;
}

/**
 * The address of the same page with other parameters of the diff. What is not changed stays; `undefined` takes a parameter away.
 *
 * @param path encoded, without a query.
 */
export function diffAddress(path: string, query: URLSearchParams, changes: DiffParameters): string {
  const kept = [...query].filter(([name]) => !(name in changes) && name !== "language");
  const changed = NAMES.flatMap((name) => {
    const value = changes[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const parts = [...kept, ...changed].map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeBytes(value)}`,
  );
  return parts.length === 0 ? path : `${path}?${parts.join("&")}`;
}
