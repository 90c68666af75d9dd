import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  COMPATIBILITY_FILE,
  compareOperations,
  readReferenceOperations,
  renewDocument,
  routeName,
  shapeOf,
} from "../../reference/compatibility.ts";
import { DIFFERENCES, EXTRAS, STRICTER_SCOPES } from "../../reference/differences.ts";
import { ROUTES } from "../../src/rest/routes.ts";

const OPERATIONS = readReferenceOperations();
const COMPARED = compareOperations(OPERATIONS, ROUTES, DIFFERENCES);

test("docs/compatibility.md says of every operation what is so: npm run compatibility makes it anew", () => {
  const document = readFileSync(COMPATIBILITY_FILE, "utf8");
  assert.equal(document, renewDocument(document, COMPARED, EXTRAS));
});

test("each route is an operation of the reference, or among the extras", () => {
  const known = new Set([...OPERATIONS.map(({ name }) => name), ...Object.keys(EXTRAS)].map(shapeOf));
  assert.deepEqual(
    ROUTES.map(routeName).filter((name) => !known.has(shapeOf(name))),
    [],
  );
});

test("each extra is served and is none of the reference's operations", () => {
  const served = new Set(ROUTES.map((route) => shapeOf(routeName(route))));
  const inReference = new Set(OPERATIONS.map(({ name }) => shapeOf(name)));
  assert.deepEqual(
    Object.keys(EXTRAS).filter((name) => !served.has(shapeOf(name)) || inReference.has(shapeOf(name))),
    [],
  );
});

test("what is told to differ is an operation that is served", () => {
  const served = new Set(
    COMPARED.filter(({ route }) => route !== undefined).map(({ operation }) => operation.name),
  );
  const told = [...Object.keys(DIFFERENCES), ...Object.keys(STRICTER_SCOPES)];
  assert.deepEqual(
    told.filter((name) => !served.has(name)),
    [],
  );
});

test("each route asks for the scopes of the reference", () => {
  const wrong: string[] = [];
  for (const { operation, route } of COMPARED) {
    if (route === undefined || operation.name in STRICTER_SCOPES) continue;
    for (const [ours, theirs] of [
      [route.apiTokenScopes, operation.apiTokenScopes],
      [route.oauthScopes, operation.oauthScopes],
    ] as const) {
      if (String([...ours].sort()) !== String([...theirs].sort()))
        wrong.push(`${operation.name}: ${ours}, and not ${theirs}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("a route with stricter scopes than the reference asks for all of the reference's", () => {
  for (const { operation, route } of COMPARED) {
    if (!(operation.name in STRICTER_SCOPES)) continue;
    const asked: readonly string[] = route?.apiTokenScopes ?? [];
    assert.ok(asked.length > operation.apiTokenScopes.length, operation.name);
    assert.deepEqual(
      operation.apiTokenScopes.filter((scope) => !asked.includes(scope)),
      [],
    );
  }
});

test("the reference has 294 operations", () => {
  assert.equal(OPERATIONS.length, 294);
});
