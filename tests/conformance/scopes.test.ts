import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROUTES } from "../../src/rest/routes.ts";

/** The facts table: method, path, OAuth scopes, API-token scopes. It lies beside the checkout and is not part of it. */
const TABLE = join(import.meta.dirname, "..", "..", "..", "shared", "contract", "operation-scopes.tsv");
const skip = existsSync(TABLE)
  ? false
  : `the facts table is not there: ${TABLE.split("/").slice(-3).join("/")}`;

/** Where we ask for more than the table says, and why. */
const STRICTER = new Map([
  [
    "GET /repositories/{}/{}/file-conflicts/{}",
    "the table has no API-token scope; without one a token that may not read repositories would learn their paths",
  ],
]);

/** Outside the table: taken away from the reference, or not part of `/2.0`. */
function isOutside(path: string): boolean {
  return (
    !path.startsWith("/2.0/") ||
    ["/2.0/repositories", "/2.0/workspaces", "/2.0/snippets"].includes(path) ||
    path.startsWith("/2.0/user/permissions/")
  );
}

function shapeOf(method: string, path: string): string {
  return `${method} ${path.replace(/^\/2\.0/, "").replaceAll(/\{\w+\}/g, "{}")}`;
}

function listOf(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .filter((word) => word !== "")
    .sort();
}

test("each route asks for the scopes of the reference", { skip }, () => {
  const table = new Map(
    readFileSync(TABLE, "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split("\t"))
      .map(([method, path, oauth, granular]) => [
        shapeOf(method!, path!),
        { oauth: listOf(oauth), granular: listOf(granular) },
      ]),
  );
  const wrong: string[] = [];
  for (const route of ROUTES) {
    if (isOutside(route.path)) continue;
    const shape = shapeOf(route.method, route.path);
    const facts = table.get(shape);
    if (facts === undefined) wrong.push(`${shape}: no such operation in the reference`);
    else if (!STRICTER.has(shape)) {
      if (String([...route.scopes].sort()) !== String(facts.granular))
        wrong.push(`${shape}: ${route.scopes}, and not ${facts.granular}`);
      if (String([...route.oauthScopes].sort()) !== String(facts.oauth))
        wrong.push(`${shape}: OAuth ${route.oauthScopes}, and not ${facts.oauth}`);
    }
  }
  assert.deepEqual(wrong, []);
});
