import assert from "node:assert/strict";
import { test } from "node:test";
import type { Route } from "../../src/http/routes/route.ts";
import { ROUTES } from "../../src/rest/routes.ts";
import { crowdedPath, startCrowdedApp } from "../support/server/crowded-app.ts";

/** Every list of the API, as soon as its route is listed: it filters and sorts by what it is asked, or refuses to. */
const crowded = await startCrowdedApp();
const { rest } = crowded;

const PAGELEN = 100;

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

function withQuery(path: string, ...pairs: readonly (readonly [string, string])[]): string {
  const query = new URLSearchParams({ pagelen: String(PAGELEN) });
  for (const [name, value] of pairs) query.append(name, value);
  return `${path}?${query}`;
}

/** The paths to all that is no object or list in an entry, links apart. */
function leaves(value: Json, path: readonly string[] = []): readonly (readonly string[])[] {
  if (Array.isArray(value)) return [];
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value)
    .filter(([key]) => key !== "links")
    .flatMap(([key, member]) => leaves(member, [...path, key]));
}

function valueAt(entry: Json, path: readonly string[]): Json {
  return path.reduce<Json>(
    (value, key) =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? ((value as { readonly [key: string]: Json })[key] ?? null)
        : null,
    entry,
  );
}

const DATE = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)$/;

function literal(value: Json): string {
  if (typeof value !== "string") return String(value);
  return DATE.test(value) ? value : `"${value.replaceAll(/["\\]/g, "\\$&")}"`;
}

/** Of the same type, and in no entry. */
function elsewhere(value: Json): string | undefined {
  if (typeof value === "number") return "987654321";
  if (typeof value !== "string") return undefined;
  if (DATE.test(value)) return "1999-09-09";
  return value.startsWith("{") ? '"{00000000-0000-4000-8000-000000000000}"' : '"no such value"';
}

function fieldsOf(json: { error: { fields: object } }): readonly string[] {
  return Object.keys(json.error.fields);
}

// All are asked before there is a test: once the tests there are have run, the app is closed.
const lists: { readonly route: Route; readonly path: string; readonly entries: readonly Json[] }[] = [];
for (const route of ROUTES.filter(({ method }) => method === "GET")) {
  const path = crowdedPath(crowded, route);
  const { status, json } = await rest("GET", withQuery(path));
  if (status === 200 && Array.isArray(json?.values)) lists.push({ route, path, entries: json.values });
}

/** Documented: it takes two conditions of its own, and no other. */
const CHECKS = "/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}/mergeability/checks";

/** Recorded: its conditions are parameters of their own, and `q` is ignored. */
const PIPELINES = "/2.0/repositories/{workspace}/{repo_slug}/pipelines";

for (const { route, path, entries } of lists) {
  test(`${route.path}: what it cannot heed is refused, and not passed over`, async () => {
    for (const [pairs, field] of [
      [[["q", 'no_such_field="x"']], "no_such_field"],
      [[["q", 'constructor="x"']], "constructor"],
      [[["q", 'no_such_field!="x"']], "no_such_field"],
      [[["q", "("]], "q"],
      [[["sort", "no_such_field"]], "no_such_field"],
      [[["sort", "-no_such_field"]], "no_such_field"],
      [[["sort", "a,b"]], "sort"],
      [
        [
          ["q", 'x="a"'],
          ["q", 'x="b"'],
        ],
        "q",
      ],
      [
        [
          ["sort", "a"],
          ["sort", "b"],
        ],
        "sort",
      ],
    ] as const) {
      if (route.path === PIPELINES && pairs[0][0] === "q") continue;
      const refused = await rest("GET", withQuery(path, ...pairs));
      assert.equal(refused.status, 400, `${JSON.stringify(pairs)}: ${refused.text.slice(0, 200)}`);
      const isByField = route.readsFilter === true && route.path !== CHECKS;
      const expected = isByField ? [field, "sort"] : [pairs[0][0]];
      assert.ok(
        fieldsOf(refused.json).some((name) => expected.includes(name)),
        refused.text,
      );
    }
    for (const pairs of [[["q", ""]], [["q", " "]], [["sort", ""]]] as const)
      assert.equal(
        (await rest("GET", withQuery(path, ...pairs))).status,
        200,
        "what is empty asks for nothing",
      );
  });

  if (route.readsFilter !== true || [CHECKS, PIPELINES].includes(route.path) || entries.length === 0)
    continue;

  test(`${route.path}: filters by what it shows, and sorts both ways`, async () => {
    const taken = { filtering: 0, sorting: 0 };
    for (const leaf of leaves(entries[0]!)) {
      const field = leaf.join(".");
      const value = valueAt(entries[0]!, leaf);
      const ask = async (name: string, text: string) => {
        const { status, json, text: body } = await rest("GET", withQuery(path, [name, text]));
        if (status === 400)
          assert.ok(
            fieldsOf(json).some((each) => each === field || each === "sort"),
            body,
          );
        else assert.equal(status, 200, `${text}: ${body}`);
        return status === 400 ? undefined : (json.values as readonly Json[]);
      };
      const equal = await ask("q", `${field} = ${literal(value)}`);
      if (equal !== undefined) {
        taken.filtering += 1;
        assert.ok(equal.length > 0, `${field} = ${literal(value)} finds what has it`);
        for (const entry of equal) assert.deepEqual(valueAt(entry, leaf), value, field);
        const others = await ask("q", `${field} != ${literal(value)}`);
        for (const entry of others ?? []) assert.notDeepEqual(valueAt(entry, leaf), value, field);
        const nothing = elsewhere(value);
        // A word that a field can never have may be refused in place of finding nothing.
        if (nothing !== undefined)
          assert.deepEqual((await ask("q", `${field} = ${nothing}`)) ?? [], [], field);
      }
      const [up, down] = [await ask("sort", field), await ask("sort", `-${field}`)];
      assert.equal(up === undefined, down === undefined, field);
      if (up === undefined || down === undefined) continue;
      taken.sorting += 1;
      const values = (list: readonly Json[]) => list.map((entry) => valueAt(entry, leaf));
      assert.equal(up.length, entries.length, field);
      // Of more than a page the two orders show different ends.
      if (up.length < PAGELEN) assert.deepEqual(values(down), values(up).toReversed(), field);
    }
    assert.ok(taken.filtering > 0, "it filters by nothing that it shows");
    assert.ok(taken.sorting > 0, "it sorts by nothing that it shows");
  });
}
