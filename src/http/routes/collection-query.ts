import { Failure, invalidField } from "../../model/failure.ts";
import { type Filter, parseFilter, parseSort, type Sort } from "../../model/filter.ts";

/** Reads the filter and the sort of a list. @throws Failure invalid-input if either cannot be read. */
export function readFilterAndSort(query: URLSearchParams): { filter?: Filter; sort?: Sort } {
  return { ...readFilter(query), ...readSort(query) };
}

/**
 * For routes without filter and sort: a caller who asks for a part must not be sent all of it. @throws Failure
 * invalid-input.
 */
export function refuseFilterAndSort(query: URLSearchParams): void {
  for (const [name, what] of [
    ["q", "filtering"],
    ["sort", "sorting"],
  ] as const)
    if (oneOf(query, name).trim() !== "") throw invalidField(name, `this does not support ${what}`);
}

/** The parameter's text, empty if it is missing. Given twice, it is refused, since only one could be used. */
function oneOf(query: URLSearchParams, name: "q" | "sort"): string {
  const texts = query.getAll(name);
  if (texts.length > 1) throw invalidField(name, "given more than once");
  return texts[0] ?? "";
}

/** Reads `q`. @throws Failure invalid-input that names the column at which it cannot be read. */
export function readFilter(query: URLSearchParams): { filter?: Filter } {
  const text = oneOf(query, "q");
  if (text.trim() === "") return {};
  const parsed = parseFilter(text);
  if (parsed.kind === "filter") return { filter: parsed.filter };
  const problem = `column ${parsed.column}: ${parsed.problem}`;
  throw new Failure("invalid-input", `Invalid query: ${problem}`, { fields: { q: [problem] } });
}

/** Reads `sort`. @throws Failure invalid-input if it is not one field, with or without a dash in front. */
export function readSort(query: URLSearchParams): { sort?: Sort } {
  const text = oneOf(query, "sort");
  if (text === "") return {};
  const sort = parseSort(text);
  if (sort === undefined)
    throw new Failure("invalid-input", "Invalid sort: must be one field", {
      fields: { sort: ["must be one field, with - in front to turn it round"] },
    });
  return { sort };
}
