import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Failure } from "./failure.ts";
import { parseSearchQuery, requiredValues, SEARCH_LENGTH_MAX, type SearchQuery } from "./search-query.ts";

/** In a short form: `+` for AND, `|` for OR, `!` for NOT. */
function shorten(query: SearchQuery): string {
  switch (query.kind) {
    case "and":
    case "or":
      return `(${query.parts.map(shorten).join(query.kind === "and" ? " + " : " | ")})`;
    case "not":
      return `!${shorten(query.part)}`;
    case "term":
      return query.words.join("_");
    default:
      return `${query.kind}=${query.value}`;
  }
}

for (const [text, shown] of [
  ["foo", "foo"],
  ["Foo bar", "(foo + bar)"],
  ["foo AND bar", "(foo + bar)"],
  ["foo OR bar baz", "(foo | (bar + baz))"],
  ["foo and or", "(foo + and + or)"],
  ['"AND"', "and"],
  ["foo NOT bar", "(foo + !bar)"],
  ["foo -bar", "(foo + !bar)"],
  ["foo -(bar OR baz)", "(foo + !(bar | baz))"],
  ["foo NOT NOT bar", "(foo + bar)"],
  ["foo-bar", "foo_bar"],
  ['"abstract  class"', "abstract_class"],
  ["abstract(class", "abstract_class"],
  ["print()", "print"],
  ["(print() OR echo)", "(print | echo)"],
  ["std::vector<int>", "std_vector_int"],
  ["Größe", "größe"],
  ["a\nb\0c", "(a + b_c)"],
  ['REPO:demo foo path:"src/My File" ext:.TS', "(repo=demo + ext=.ts + foo + path=src/my file)"],
  ["foo ext:js ext:ts", "((ext=js | ext=ts) + foo)"],
  ["language:Go foo", "(lang=go + foo)"],
  ["constructor:foo AND", "constructor_foo"],
  ["--open-files-in-pager=touch", "open_files_in_pager_touch"],
  ["-O foo", "(!o + foo)"],
  ["foo ) bar", "(foo + bar)"],
] as const) {
  test(`reads ${JSON.stringify(text)}`, () => assert.equal(shorten(parseSearchQuery(text)), shown));
}

describe("refuses, with a key", () => {
  for (const [text, key] of [
    ["()", "no-term"],
    ["-foo", "no-term"],
    ["repo:demo", "no-term"],
    ["OR AND NOT", "no-term"],
    ["foo repo:", "no-value"],
    ['foo ext:""', "no-value"],
    ['"foo', "unbalanced"],
    ["(foo", "unbalanced"],
    ["(".repeat(10_000), "too-long"],
    ["(".repeat(SEARCH_LENGTH_MAX), "unbalanced"],
    [`${"(".repeat(245)}foo${")".repeat(245)} ${"a ".repeat(2)}`, undefined],
    ["a b c d e f g h i j k", "too-many-terms"],
  ] as const) {
    test(JSON.stringify(text.slice(0, 20)), () => {
      if (key === undefined) return assert.ok(parseSearchQuery(text));
      assert.throws(
        () => parseSearchQuery(text),
        (error) => error instanceof Failure && error.details.data?.key === `search.query.${key}`,
      );
    });
  }
});

test("repositories are required only where every result has one of them", () => {
  const required = (text: string) => requiredValues(parseSearchQuery(text), "repo");
  assert.deepEqual(required("foo repo:a repo:b"), ["a", "b"]);
  assert.deepEqual(required("(foo repo:a) OR (bar repo:b)"), ["a", "b"]);
  assert.equal(required("(foo repo:a) OR bar"), undefined);
  assert.equal(required("foo -repo:a"), undefined);
});
