import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import { Failure } from "../../model/failure.ts";
import {
  FIELD_DEPTH_MAX,
  FIELDS_BYTES_MAX,
  FIELDS_MAX,
  isFieldRequested,
  parseFields,
  selectFields,
} from "./fields.ts";

const page = {
  values: [
    { hash: "1", author: { user: null, raw: "A <a@example.com>" }, parents: [{ hash: "0", type: "commit" }] },
    { hash: "2", author: { user: { nickname: "b" }, raw: "B" }, parents: [] },
  ],
  pagelen: 10,
  next: "https://pail.example/2.0/x?page=2",
};
const account = {
  nickname: "evzijst",
  website: "",
  location: null,
  links: { self: { href: "s" }, html: { href: "h" } },
  events: ["a", "b"],
};

for (const [fields, json, expected] of [
  ["-links", account, { nickname: "evzijst", website: "", location: null, events: ["a", "b"] }],
  ["-links.*", account, { ...account, links: {} }],
  ["-links.*.href", account, { ...account, links: { self: {}, html: {} } }],
  [
    "-links.self,-website",
    account,
    { nickname: "evzijst", location: null, links: { html: { href: "h" } }, events: ["a", "b"] },
  ],
  ["nickname,links.self.href", account, { nickname: "evzijst", links: { self: { href: "s" } } }],
  ["links.*.href,-links.html", account, { links: { self: { href: "s" } } }],
  ["-*,+nickname", account, { nickname: "evzijst" }],
  ["-*,+links.self", account, { links: { self: { href: "s" } } }],
  ["+nickname,-*", account, {}],
  ["-*", account, {}],
  ["*", account, account],
  ["*.self", account, { location: null, links: { self: { href: "s" } }, events: [] }],
  ["*,-nickname,-links,-events", account, { website: "", location: null }],
  ["links,-links.self,links.self", account, { links: account.links }],
  ["-links.self,+links", account, account],
  ["+links.nope", account, account],
  ["nope", account, {}],
  ["-nope,-nickname.nope", account, account],
  ["nickname,nope.nope", account, { nickname: "evzijst" }],
  ["links.nope", account, { links: {} }],
  ["nickname.nope", account, {}],
  // An object that is not there is told from one that was not asked for.
  ["location.city", account, { location: null }],
  [" nickname", account, {}],
  ["nickname, website", account, { nickname: "evzijst" }],
  ["NICKNAME", account, {}],
  ["nickname.", account, {}],
  [".nickname", account, {}],
  ["links..href", account, { links: {} }],
  ["-,+,,nickname,", account, { nickname: "evzijst" }],
  ["events", account, { events: ["a", "b"] }],
  ["events.0", account, { events: [] }],
  ["-events.0", account, account],
  ["values.hash", page, { values: [{ hash: "1" }, { hash: "2" }] }],
  ["next,values.hash", page, { values: [{ hash: "1" }, { hash: "2" }], next: page.next }],
  ["values.parents.hash", page, { values: [{ parents: [{ hash: "0" }] }, { parents: [] }] }],
  [
    "values.author.user.nickname",
    page,
    { values: [{ author: { user: null } }, { author: { user: { nickname: "b" } } }] },
  ],
  ["-values.*", page, { values: [{}, {}], pagelen: 10, next: page.next }],
  ["-values.*,+values.hash,-next", page, { values: [{ hash: "1" }, { hash: "2" }], pagelen: 10 }],
  ["values.*,-values.author,-values.parents", page, { values: [{ hash: "1" }, { hash: "2" }] }],
  ["values.hash", { values: [] }, { values: [] }],
  [
    "values.hash",
    { values: [[{ hash: "1", x: 1 }], { hash: "2" }] },
    { values: [[{ hash: "1" }], { hash: "2" }] },
  ],
] as const) {
  test(`selects ${JSON.stringify(fields)}`, () => {
    assert.deepEqual(selectFields(json, parseFields(fields)), expected);
  });
}

for (const fields of [undefined, null, "", ",,", "+", "-,+"]) {
  test(`returns the very object for ${JSON.stringify(fields)}`, () => {
    assert.equal(parseFields(fields), undefined);
    assert.equal(selectFields(page, parseFields(fields)), page);
  });
}

test("copies nothing below what is kept or untouched", () => {
  const selected = selectFields(page, parseFields("-pagelen"));
  assert.ok(typeof selected === "object" && selected !== null && "values" in selected);
  assert.equal(selected.values, page.values);
});

test("keeps members in their order and values with a class as they are", () => {
  const at = new Date(0);
  const selected = selectFields({ z: at, a: at, m: 1 }, parseFields("a,z.x,z"));
  assert.equal(JSON.stringify(selected), JSON.stringify({ z: at, a: at }));
  assert.deepEqual(selectFields({ z: at, a: at }, parseFields("-z.x")), { z: at, a: at });
});

test("takes the names of Object.prototype for names like any other", () => {
  const json: unknown = JSON.parse('{"__proto__":{"isAdmin":true},"constructor":{"name":1},"a":{}}');
  for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty", "__proto__.polluted"]) {
    for (const sign of ["", "+", "-"]) {
      assert.deepEqual(selectFields({ a: 1 }, parseFields(sign + name)), sign === "" ? {} : { a: 1 });
    }
  }
  assert.equal(
    JSON.stringify(selectFields(json, parseFields("__proto__"))),
    '{"__proto__":{"isAdmin":true}}',
  );
  assert.equal(
    JSON.stringify(selectFields(json, parseFields("-constructor,-a"))),
    '{"__proto__":{"isAdmin":true}}',
  );
  const walked = selectFields(json, parseFields("__proto__.isAdmin,__proto__.polluted"));
  assert.equal(Object.getPrototypeOf(walked), Object.prototype);
  assert.equal(JSON.stringify(walked), '{"__proto__":{"isAdmin":true}}');
  assert.equal("isAdmin" in {}, false);
});

for (const [fields, path, isRequested] of [
  [undefined, "values.committer", false],
  ["+values.committer", "values.committer", true],
  ["values.committer", "values.committer", true],
  ["values.hash,values.committer.raw", "values.committer", true],
  ["+values.committer", "values.committer.raw", false],
  ["values", "values.committer", false],
  ["*", "values.committer", false],
  ["*", "reviewers", true],
  ["values.*", "values.committer", true],
  ["*.committer", "values.committer", true],
  ["-values.committer", "values.committer", false],
  ["-values.hash", "values.committer", false],
  ["+values.committer,-values.committer", "values.committer", false],
  ["+values.committer,-values", "values.committer", false],
  ["+values.committer,-values.*", "values.committer", false],
  ["-values.*,+values.committer", "values.committer", true],
  ["+values.committer,-values.committer.raw", "values.committer", true],
  ["+constructor", "toString", false],
] as const) {
  test(`${isRequested ? "adds" : "does not add"} ${path} for ${JSON.stringify(fields)}`, () => {
    assert.equal(isFieldRequested(parseFields(fields), path), isRequested);
  });
}

for (const [limit, atLimit, beyond] of [
  ["bytes", `${"ä".repeat(FIELDS_BYTES_MAX / 2 - 1)},a`, `${"ä".repeat(FIELDS_BYTES_MAX / 2 - 1)},aa`],
  [
    "names",
    Array(FIELDS_MAX).fill("a").join(",,"),
    Array(FIELDS_MAX + 1)
      .fill("a")
      .join(","),
  ],
  [
    "levels",
    Array(FIELD_DEPTH_MAX).fill("a").join("."),
    Array(FIELD_DEPTH_MAX + 1)
      .fill("a")
      .join("."),
  ],
] as const) {
  test(`limits the ${limit}`, () => {
    assert.notEqual(parseFields(atLimit), undefined);
    assert.throws(() => parseFields(beyond), isRefusal);
  });
}

function isRefusal(thrown: unknown): boolean {
  assert.ok(thrown instanceof Failure, String(thrown));
  assert.equal(thrown.kind, "invalid-input");
  assert.match(thrown.message, /^fields: must not /);
  assert.deepEqual(Object.keys(thrown.details.fields ?? {}), ["fields"]);
  return true;
}

const names = fc.constantFrom("a", "b", "c", "values", "__proto__", "constructor");
const { json: arbitraryJson } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, depthSize: "medium" },
    fc.constantFrom(null, true, 1, "x"),
    fc.array(tie("json"), { maxLength: 3 }),
    fc.dictionary(names, tie("json"), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const arbitraryObject = fc.dictionary(names, arbitraryJson, { maxKeys: 5, noNullPrototype: true });
const arbitraryItems = fc.array(
  fc.record({
    sign: fc.constantFrom("", "+", "-"),
    path: fc.array(fc.oneof({ weight: 4, arbitrary: names }, fc.constant("*")), {
      minLength: 1,
      maxLength: 4,
    }),
  }),
  { minLength: 1, maxLength: 6 },
);
type Items = typeof arbitraryItems extends fc.Arbitrary<infer Value> ? Value : never;
const print = (items: Items) => items.map(({ sign, path }) => sign + path.join(".")).join(",");

function deepFreeze(json: unknown): void {
  if (typeof json !== "object" || json === null) return;
  Object.freeze(json);
  Object.values(json).forEach(deepFreeze);
}

test("selects nothing more from what it has selected, and changes nothing", () => {
  fc.assert(
    fc.property(arbitraryObject, arbitraryItems, (json, items) => {
      deepFreeze(json);
      const fields = parseFields(print(items));
      const selected = selectFields(json, fields);
      assert.deepEqual(selectFields(selected, fields), selected);
    }),
  );
});

/** Paths of the values that are no objects, arrays or null, without the places in arrays. */
function leavesOf(json: unknown, path: readonly string[] = []): string[] {
  if (json === null) return [];
  if (Array.isArray(json)) return json.flatMap((element) => leavesOf(element, path));
  if (typeof json !== "object") return [path.join(".")];
  return Object.entries(json).flatMap(([name, member]) => leavesOf(member, [...path, name]));
}

test("lets the last item about a value decide", () => {
  fc.assert(
    fc.property(arbitraryObject, arbitraryItems, (json, items) => {
      const isSelective = items.some(({ sign }) => sign === "");
      const expected = leavesOf(json).filter((leaf) => {
        const parts = leaf.split(".");
        const last = items.findLast(
          ({ path }) =>
            path.length <= parts.length && path.every((name, level) => name === "*" || name === parts[level]),
        );
        return last === undefined ? !isSelective : last.sign !== "-";
      });
      assert.deepEqual(leavesOf(selectFields(json, parseFields(print(items)))), expected);
    }),
    { numRuns: 500 },
  );
});

test("answers junk with a selection or with the refusal", () => {
  const junk = fc.oneof(
    fc.string({ unit: "binary", maxLength: FIELDS_BYTES_MAX + 8 }),
    fc
      .array(fc.constantFrom("a", ".", ",", "+", "-", "*", "values", "__proto__", "\0", " "), {
        maxLength: 600,
      })
      .map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(junk, arbitraryObject, (text, json) => {
      try {
        const fields = parseFields(text);
        assert.equal(typeof selectFields(json, fields), "object");
        isFieldRequested(fields, text);
      } catch (error) {
        isRefusal(error);
      }
    }),
  );
});
