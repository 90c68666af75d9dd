import { Failure } from "../model/failure.ts";
import { type Filter, parseFilter, parseSort, type Sort } from "../model/filter.ts";

/** Reads `q`. @throws Failure invalid-input that names the column at which it cannot be read. */
export function readFilter(query: URLSearchParams): { filter?: Filter } {
  const text = query.get("q");
  if (text === null || text.trim() === "") return {};
  const parsed = parseFilter(text);
  if (parsed.kind === "filter") return { filter: parsed.filter };
  const problem = `column ${parsed.column}: ${parsed.problem}`;
  throw new Failure("invalid-input", `Invalid query: ${problem}`, { fields: { q: [problem] } });
}

/** Reads `sort`. @throws Failure invalid-input if it is not one field, with or without a dash in front. */
export function readSort(query: URLSearchParams): { sort?: Sort } {
  const text = query.get("sort");
  if (text === null || text === "") return {};
  const sort = parseSort(text);
  if (sort === undefined)
    throw new Failure("invalid-input", "Invalid sort: must be one field", {
      fields: { sort: ["must be one field, with - in front to turn it round"] },
    });
  return { sort };
}
