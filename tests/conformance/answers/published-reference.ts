import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A copy of the published reference (Swagger 2.0). It lies beside the checkout and is not part of it. */
export const REFERENCE_FILE = join(
  import.meta.dirname,
  ...["..", "..", "..", "..", "shared", "contract", "bitbucket-openapi.json"],
);

/** For tests that need it: false if it is here, else why they are skipped. */
export const referenceIsMissing = existsSync(REFERENCE_FILE)
  ? false
  : "no copy of the published reference beside the checkout: shared/contract/bitbucket-openapi.json";

type Response = { readonly schema?: object };
type Operation = { readonly responses: Readonly<Record<string, Response>> };

export type PublishedReference = {
  readonly definitions: Readonly<Record<string, object>>;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};

export type PublishedOperation = Operation & {
  /** Such as `GET /repositories/{workspace}`. */
  readonly name: string;
};

export function readPublishedReference(): PublishedReference {
  return JSON.parse(readFileSync(REFERENCE_FILE, "utf8")) as PublishedReference;
}

/** Parameters whose values have slashes. */
const SPANNING = new Set(["path", "name", "revision", "spec", "revspec", "key"]);

/**
 * Finds the operation of a request.
 *
 * @returns a function of a method and a path below `/2.0`, with or without a slash at the end.
 */
export function openOperationFinder(
  reference: PublishedReference,
): (method: string, path: string) => PublishedOperation | undefined {
  const paths = Object.entries(reference.paths)
    .map(([path, operations]) => ({ path, operations, pattern: patternOf(path) }))
    // Where two fit, the one with more fixed words is meant.
    .sort((one, other) => fixedWords(other.path) - fixedWords(one.path));
  return (method, path) => {
    for (const { path: template, operations, pattern } of paths) {
      const operation = operations[method.toLowerCase()];
      if (operation !== undefined && pattern.test(path))
        return { ...operation, name: `${method} ${template}` };
    }
    return undefined;
  };
}

function fixedWords(path: string): number {
  return path.split("/").filter((part) => !part.startsWith("{")).length;
}

function patternOf(path: string): RegExp {
  const parts = path
    .slice(1)
    .split("/")
    .map((part, index, all) => {
      const parameter = /^\{(\w+)\}$/.exec(part)?.[1];
      if (parameter === undefined) return `/${part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}`;
      const isLast = index === all.length - 1;
      if (isLast && parameter === "path") return "(?:/.*)?";
      return isLast && SPANNING.has(parameter) ? "/.+" : "/[^/]+";
    });
  return new RegExp(`^${parts.join("")}/?$`);
}
