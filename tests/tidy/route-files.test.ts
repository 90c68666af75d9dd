import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";
import type { Method, Route } from "../../src/http/routes/route.ts";
import { ROUTES } from "../../src/rest/routes.ts";

const REST = join(import.meta.dirname, "..", "..", "src", "rest");

/** What operations of a method are called. */
const VERBS: Record<Method, RegExp> = {
  GET: /^(get|list)-/,
  POST: /^(create|upload|approve|bulk-put|list)-/,
  PUT: /^(put|update)-/,
  DELETE: /^(delete|unapprove)-/,
};

/** Five URLs that have one answer. */
const REMOVED = "removed-operations.ts";

/**
 * The first literal segment of a path, and in it the first one after its parameters: `rest/repositories/refs` for
 * `/2.0/repositories/{workspace}/{repo_slug}/refs/branches`, `rest/user` for `/2.0/user/emails`.
 */
function folderOf(path: string): string {
  const segments = path.replace(/^\/2\.0\//, "/").split("/");
  const isLiteral = (segment: string) => segment !== "" && !segment.startsWith("{");
  const first = segments.findIndex(isLiteral);
  const hasParameters = segments[first + 1]?.startsWith("{");
  const below = hasParameters ? segments.slice(first + 1).find(isLiteral) : undefined;
  return [segments[first]!, below]
    .filter((name) => name !== undefined)
    .join("/")
    .replaceAll("_", "-");
}

function isRoute(value: unknown): value is Route {
  return typeof value === "object" && value !== null && "path" in value && "handle" in value;
}

const files = globSync("*/**/*.ts", { cwd: REST }).filter((file) => !file.endsWith(".test.ts"));
const declared: { readonly file: string; readonly route: Route }[] = [];
for (const file of [...files, REMOVED]) {
  const exported: unknown[] = Object.values(await import(join(REST, file)));
  declared.push(
    ...exported
      .flat()
      .filter(isRoute)
      .map((route) => ({ file, route })),
  );
}

test("every route lies in the folder that its URL says, under the name of what it does", () => {
  const misplaced = declared
    .filter(({ file }) => file !== REMOVED)
    .flatMap(({ file, route }) => {
      const folder = folderOf(route.path);
      const isNamed = VERBS[route.method].test(basename(file));
      if (dirname(file) === folder && isNamed) return [];
      return [`${route.method} ${route.path} is in ${file}: it belongs in ${folder}/, named verb-noun.ts`];
    });
  assert.deepEqual(misplaced, []);
});

test("every route that is declared is in route-list.ts", () => {
  const unlisted = declared.filter(({ route }) => !ROUTES.includes(route)).map(({ file }) => file);
  assert.deepEqual(unlisted, [], "add a line to src/rest/route-list.ts");
  assert.equal(ROUTES.length, declared.length);
});
