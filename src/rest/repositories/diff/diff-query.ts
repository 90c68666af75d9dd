import { Failure, invalidField } from "../../../model/failure.ts";

/** Far more lines than any file has that people read. */
export const CONTEXT_LINES_MAX = 10_000;
const CONTEXT_LINES_DEFAULT = 3;

/** @throws Failure invalid-input that names the parameter. */
export function readFlag(query: URLSearchParams, name: string, byDefault: boolean): boolean {
  const text = query.get(name);
  if (text === null) return byDefault;
  switch (text.toLowerCase()) {
    case "true":
    case "1":
      return true;
    case "false":
    case "0":
      return false;
    default:
      throw invalidField(name, "must be true or false");
  }
}

/** Lines of `context`. @throws Failure invalid-input that names it. */
export function readContextLines(query: URLSearchParams): number {
  const text = query.get("context");
  if (text === null) return CONTEXT_LINES_DEFAULT;
  const lines = /^\d{1,5}$/.test(text) ? Number(text) : undefined;
  if (lines === undefined || lines > CONTEXT_LINES_MAX)
    throw invalidField("context", `must be a whole number from 0 to ${CONTEXT_LINES_MAX}`);
  return lines;
}

/**
 * Whether the diff is against the common ancestor. `merge` is the older name of the switch and may not be given beside it
 * (the reference). Its diff of a merge's result is the one against the common ancestor wherever the two sides have not changed
 * the same lines; that it is this one everywhere is our choice.
 *
 * @throws Failure invalid-input.
 */
export function readTopic(query: URLSearchParams): boolean {
  if (query.has("topic") && query.has("merge")) {
    const problem = "cannot be used together with topic";
    throw new Failure("invalid-input", `merge: ${problem}`, { fields: { merge: [problem] } });
  }
  return readFlag(query, query.has("merge") ? "merge" : "topic", true);
}

/** What `diff` and `diffstat` have in common. @throws Failure invalid-input. */
export function readComparison(query: URLSearchParams) {
  return {
    isTopic: readTopic(query),
    paths: query.getAll("path"),
    ignoresWhitespace: readFlag(query, "ignore_whitespace", false),
    detectsRenames: readFlag(query, "renames", true),
  };
}
