import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/**
 * The document that Bitbucket publishes (Swagger 2.0). It is Atlassian's and no part of the checkout, so what needs it is
 * skipped where nobody has downloaded it.
 */
const REFERENCE_FILE = resolve(
  process.env.BITBUCKET_OPENAPI ??
    join(import.meta.dirname, "..", "..", "..", "reference", "bitbucket-openapi.json"),
);

/** For tests that need it: false if it is here, else why they are skipped and how to get it. */
export const referenceIsMissing = existsSync(REFERENCE_FILE)
  ? false
  : "no reference/bitbucket-openapi.json: curl -o reference/bitbucket-openapi.json https://api.bitbucket.org/swagger.json";

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

export function listPublishedOperations(reference: PublishedReference): readonly PublishedOperation[] {
  return Object.entries(reference.paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([method]) => METHODS.has(method))
      .map(([method, operation]) => ({ ...operation, name: `${method.toUpperCase()} ${path}` })),
  );
}

/** Beside these a path has its parameters. */
const METHODS = new Set(["get", "put", "post", "delete"]);

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
