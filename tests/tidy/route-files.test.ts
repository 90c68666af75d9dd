import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";
import type { Method } from "../../src/http/routes/declaration.ts";
import type { Route } from "../../src/http/routes/route.ts";
import { OWN_ROUTES } from "../../src/own-routes/routes.ts";
import { ROUTES } from "../../src/rest/routes.ts";
import { routeName } from "../support/examples/route-examples.ts";

const REST = join(import.meta.dirname, "..", "..", "src", "rest");
const OWN = join(import.meta.dirname, "..", "..", "src", "own-routes");

/** What operations of a method are called. */
const VERBS: Record<Method, RegExp> = {
  GET: /^(get|list)-/,
  POST: /^(create|upload|approve|bulk-put|list|decline|merge|request|resolve|stop)-/,
  PUT: /^(put|update)-/,
  DELETE: /^(delete|unapprove|withdraw|reopen)-/,
};

/** Several URLs that have one answer. */
const ONE_ANSWER = ["removed-operations.ts", "account-variables.ts"];

const OPERATIONS = join(import.meta.dirname, "..", "..", "reference", "operations.tsv");

/** Paths as segments; parameters are `{}`, since their names differ. */
const segmentsOf = (path: string) =>
  path
    .replace(/\{[^}]*\}/g, "{}")
    .split("/")
    .slice(1);
const isWord = (segment: string | undefined) => segment !== "{}";

/** Each word of a published path that has a parameter below it, as the path up to the word. */
const WITH_ITEMS = new Set(
  readFileSync(OPERATIONS, "utf8")
    .split("\n")
    .slice(1, -1)
    .map((line) => segmentsOf(line.split("\t")[1]!))
    .flatMap((segments) =>
      segments.map((_, at) => (segments.includes("{}", at + 1) ? segments.slice(0, at + 1).join("/") : "")),
    ),
);

/**
 * The first word of a path, the first one after its parameters, and of the rest each word after a parameter that has items
 * of its own: `rest/user` for `/2.0/user/emails`, `rest/repositories/refs` for
 * `/2.0/repositories/{workspace}/{repo_slug}/refs/branches`, `rest/repositories/commit/comments` for
 * `.../commit/{commit}/comments`, and `rest/repositories/commit` for `.../commit/{commit}/approve`, which has no items.
 */
function folderOf(path: string): string {
  const segments = segmentsOf(path.replace(/^\/[12]\.0\//, "/"));
  const first = segments.findIndex(isWord);
  const makesFolder = (at: number) => {
    const isBehindParameter = isWord(segments[at]) && !isWord(segments[at - 1]);
    const isSecond = !segments.slice(first + 1, at).some(isWord);
    return (
      at === first || (isBehindParameter && (isSecond || WITH_ITEMS.has(segments.slice(0, at + 1).join("/"))))
    );
  };
  return segments
    .filter((_, at) => makesFolder(at))
    .join("/")
    .replaceAll("_", "-");
}

function isRoute(value: unknown): value is Route {
  return typeof value === "object" && value !== null && "path" in value && "handle" in value;
}

const files = globSync("*/**/*.ts", { cwd: REST }).filter((file) => !file.endsWith(".test.ts"));
const declared: { readonly file: string; readonly route: Route }[] = [];
for (const file of [...files, ...ONE_ANSWER]) {
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
    .filter(({ file }) => !ONE_ANSWER.includes(file))
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

/** Of Pail's own routes, which no reference names. */
const OWN_VERBS: Record<Method, RegExp> = {
  ...VERBS,
  POST: /^(create|derive|rotate|introspect)-/,
  DELETE: /^(delete|revoke)-/,
};

test("every route below /-/ lies in the folder of its first word, and is in own-routes/routes.ts", async () => {
  const own: Route[] = [];
  for (const file of globSync("*/**/*.ts", { cwd: OWN }).filter((each) => !each.endsWith(".test.ts"))) {
    const exported: unknown[] = Object.values(await import(join(OWN, file)));
    for (const route of exported.flat().filter(isRoute)) {
      own.push(route);
      const [folder, name] = [route.path.split("/")[2]!, basename(file)];
      assert.ok(route.path.startsWith("/-/"), `${route.path}: what is below /2.0/ belongs in src/rest/`);
      assert.equal(dirname(file), folder, `${routeName(route)} is in ${file}`);
      assert.match(name, OWN_VERBS[route.method], `${routeName(route)} is in ${file}`);
    }
  }
  assert.deepEqual(new Set(OWN_ROUTES.map(routeName)), new Set(own.map(routeName)));
  assert.equal(OWN_ROUTES.length, own.length);
});
