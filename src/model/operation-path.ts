export type DescribedOperation = { readonly path: string; readonly isPublished: boolean };

/** Longer paths are cut: no published one is so long. */
const PARTS_MAX = 12;

/**
 * Describes requests for operations by what the reference publishes: `table` is its list of operations, with a method and a
 * path in the first columns of each line. What is published is told by its path; of all else only the words stay that some
 * published path has, since what a client sends may hold names and secrets.
 */
export function openOperationPaths(table: string): (method: string, path: string) => DescribedOperation {
  const operations = table
    .split("\n")
    .slice(1)
    .map((line) => line.split("\t"))
    .flatMap(([method, path]) => (method && path ? [{ method, path, parts: path.split("/").slice(1) }] : []))
    // The one with the most words of its own is what is meant: `/pullrequests/activity`, and not `/pullrequests/{id}`.
    .toSorted((a, b) => words(b.parts) - words(a.parts));
  const known = new Set([
    "1.0",
    ...operations.flatMap(({ parts }) => parts.filter((part) => !isParameter(part))),
  ]);
  return (method, path) => {
    const parts = path
      .replace(/^\/(?:2\.0|!api\/2\.0)\//, "/")
      .replace(/\/$/, "")
      .split("/")
      .slice(1);
    const published = operations.find((each) => each.method === method && fits(each.parts, parts));
    if (published !== undefined) return { path: published.path, isPublished: true };
    const shape = parts.slice(0, PARTS_MAX).map((part) => (known.has(part) ? part : "{}"));
    return {
      path: `/${[...shape, ...(parts.length > PARTS_MAX ? ["…"] : [])].join("/")}`,
      isPublished: false,
    };
  };
}

function isParameter(part: string): boolean {
  return part.startsWith("{");
}

function words(parts: readonly string[]): number {
  return parts.filter((part) => !isParameter(part)).length;
}

/** The last parameter takes the rest where it is a path. */
function fits(pattern: readonly string[], parts: readonly string[]): boolean {
  const spans = pattern.at(-1) === "{path}";
  if (spans ? parts.length < pattern.length : parts.length !== pattern.length) return false;
  return pattern.every((part, index) => isParameter(part) || part === parts[index]);
}
