import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../tests/support/fuzzing/seeded-properties.ts";
import { shortestCpuMs } from "../../tests/support/processes/shortest-time.ts";
import {
  type ComparisonOperator,
  FILTER_COMPARISONS_MAX,
  FILTER_DEPTH_MAX,
  FILTER_LENGTH_MAX,
  FILTER_LIST_VALUES_MAX,
  type Filter,
  type FilterValue,
  parseFilter,
  parseSort,
  SORT_FIELD_LENGTH_MAX,
} from "./filter.ts";

function parsed(text: string): Filter {
  const result = parseFilter(text);
  assert.equal(result.kind, "filter", JSON.stringify(result));
  return result.kind === "filter" ? result.filter : assert.fail();
}

const text = (value: string): FilterValue => ({ kind: "text", text: value });
const number = (value: number): FilterValue => ({ kind: "number", number: value });
const compare = (field: string, operator: ComparisonOperator, value: FilterValue): Filter => {
  return { kind: "comparison", field, operator, value };
};
const a = compare("a", "=", number(1));
const b = compare("b", "=", number(2));
const c = compare("c", "=", number(3));

for (const [query, filter] of [
  ['nickname = "evzijst"', compare("nickname", "=", text("evzijst"))],
  ["is_private != true", compare("is_private", "!=", { kind: "boolean", boolean: true })],
  ["is_private=FALSE", compare("is_private", "=", { kind: "boolean", boolean: false })],
  ['description ~ "beef"', compare("description", "~", text("beef"))],
  ['description!~"fubar"', compare("description", "!~", text("fubar"))],
  ['priority > "major"', compare("priority", ">", text("major"))],
  ['priority>="trivial"', compare("priority", ">=", text("trivial"))],
  ["id < 1234", compare("id", "<", number(1234))],
  ["id<=-10.302", compare("id", "<=", number(-10.302))],
  ["id = -0", compare("id", "=", number(0))],
  ["id = 1.5e+3", compare("id", "=", number(1500))],
  ["assignee = Null", compare("assignee", "=", { kind: "null" })],
  ['parent.owner.nickname = "bitbucket"', compare("parent.owner.nickname", "=", text("bitbucket"))],
  ['name = "say \\"\\\\o/\\""', compare("name", "=", text('say "\\o/"'))],
  ['name = ""', compare("name", "=", text(""))],
  ['name = "ÄÖ 🪣\n"', compare("name", "=", text("ÄÖ 🪣\n"))],
  ["order = 1", compare("order", "=", number(1))],
  [
    'state IN ("OPEN", "MERGED")',
    { kind: "membership", field: "state", operator: "IN", values: [text("OPEN"), text("MERGED")] },
  ],
  [
    "id not\tin(1,null)",
    { kind: "membership", field: "id", operator: "NOT IN", values: [number(1), { kind: "null" }] },
  ],
  ["a=1 AND b=2 and c=3", { kind: "and", filters: [a, b, c] }],
  ["a=1 OR b=2 AND c=3", { kind: "or", filters: [a, { kind: "and", filters: [b, c] }] }],
  ["(a=1 or b=2)AND(c=3)", { kind: "and", filters: [{ kind: "or", filters: [a, b] }, c] }],
  [" ( (\r\na = 1 ) ) ", a],
] as const satisfies readonly (readonly [string, Filter])[]) {
  test(`reads ${query}`, () => assert.deepEqual(parsed(query), filter));
}

for (const [written, instant] of [
  ["2015-03-04", "2015-03-04T00:00:00.000Z"],
  ["2015-03-04T14:08", "2015-03-04T14:08:00.000Z"],
  ["2015-03-04T14:08:59", "2015-03-04T14:08:59.000Z"],
  ["2015-03-04T14:08:59.1", "2015-03-04T14:08:59.100Z"],
  ["2015-03-04T14:08:59.123+02:00", "2015-03-04T12:08:59.123Z"],
  ["2015-03-04T14:08:59.123987-0730", "2015-03-04T21:38:59.123Z"],
  ["2015-03-04t14:08:59z", "2015-03-04T14:08:59.000Z"],
  ["2015-03-04T23:30:00-01", "2015-03-05T00:30:00.000Z"],
  ["2024-02-29", "2024-02-29T00:00:00.000Z"],
  ["0001-01-01", "0001-01-01T00:00:00.000Z"],
] as const) {
  test(`reads the date ${written}`, () => {
    assert.deepEqual(
      parsed(`updated_on > ${written}`),
      compare("updated_on", ">", { kind: "instant", instant: new Date(instant) }),
    );
  });
}

for (const written of [
  "2015-02-29",
  "2015-13-01",
  "2015-00-01",
  "2015-01-00",
  "2015-1-1",
  "20150304",
  "2015-03-04T",
  "2015-03-04T24:00:00",
  "2015-03-04T10:60",
  "2015-03-04T10:00:60",
  "2015-03-04T10",
  "2015-03-04Z",
  "2015-03-04T10:00:00+24:00",
  "2015-03-04T10:00:00+02:",
  "2015-03-04T10:00:00.",
  "2015-03-04T10:00:00.1234567890",
  "2015-03-04 10:00",
] as const) {
  // A run of digits is a number, not a date.
  const isNumber = written === "20150304";
  test(`does not read ${written} as a date`, () => {
    const result = parseFilter(`a > ${written}`);
    if (isNumber) assert.deepEqual(result, { kind: "filter", filter: compare("a", ">", number(20150304)) });
    else assert.equal(result.kind, "malformed");
  });
}

for (const [query, column, problem] of [
  ["", 1, /name of a field/],
  ["  ", 3, /name of a field/],
  ["name", 5, /operator/],
  ["name == 1", 7, /value/],
  ["name = ", 8, /value/],
  ["name = main", 8, /value/],
  ["name = 'main'", 8, /value/],
  ["name = 12abc", 8, /value/],
  ["name = 1.", 8, /value/],
  ["name = +1", 8, /value/],
  ["name = 1e999", 8, /value/],
  ["name = --1", 8, /value/],
  ['name = "main', 8, /does not end/],
  ['name = "main\\"', 8, /does not end/],
  ['name = "a\\n"', 10, /escapes/],
  ['name = "a\\', 10, /escapes/],
  ['name = "a\0"', 10, /U\+0000/],
  ['name = "\ud800"', 10, /surrogate/],
  ['name = "a" name = "b"', 12, /AND, OR or the end/],
  ["name = 1)", 9, /AND, OR or the end/],
  ["(name = 1", 10, /"\)"/],
  ["()", 2, /name of a field/],
  ["a = 1 AND", 10, /name of a field/],
  ["a = 1 AND OR b = 2", 11, /name of a field/],
  ["a = 1 XOR b = 2", 7, /AND, OR or the end/],
  ["NOT a = 1", 1, /name of a field/],
  ["null = null", 1, /name of a field/],
  [".a = 1", 1, /name of a field/],
  ["a. = 1", 1, /name of a field/],
  ["a..b = 1", 1, /name of a field/],
  ["1a = 1", 1, /name of a field/],
  ["näme = 1", 2, /operator/],
  ["a IN", 5, /"\("/],
  ["a IN ()", 7, /value/],
  ["a IN (1,)", 9, /value/],
  ["a IN (1 2)", 9, /","/],
  ["a IN (1", 8, /","/],
  ["a IN 1", 6, /"\("/],
  ["a NOT = 1", 7, /IN after NOT/],
] as const) {
  test(`refuses ${JSON.stringify(query)} at column ${column}`, () => {
    const result = parseFilter(query);
    assert.equal(result.kind, "malformed");
    if (result.kind !== "malformed") return;
    assert.match(result.problem, problem);
    assert.equal(result.column, column);
  });
}

const nested = (depth: number) => `${"(".repeat(depth)}a=1${")".repeat(depth)}`;
const chained = (count: number) => Array(count).fill("a=1").join(" or ");
const listed = (count: number) => `a in (${Array(count).fill("1").join(",")})`;
const long = (length: number) => `a="${"x".repeat(length - 4)}"`;

for (const [limit, query, max, column] of [
  ["length", long, FILTER_LENGTH_MAX, FILTER_LENGTH_MAX + 1],
  ["depth", nested, FILTER_DEPTH_MAX, FILTER_DEPTH_MAX + 1],
  ["number of comparisons", chained, FILTER_COMPARISONS_MAX, FILTER_COMPARISONS_MAX * 7 + 1],
  ["number of values", listed, FILTER_LIST_VALUES_MAX, FILTER_LIST_VALUES_MAX * 2 + 7],
] as const) {
  test(`limits the ${limit} to ${max}`, () => {
    parsed(query(max));
    const beyond = parseFilter(query(max + 1));
    assert.equal(beyond.kind, "malformed");
    if (beyond.kind !== "malformed") return;
    assert.match(beyond.problem, new RegExp(`\\b${max}\\b`));
    assert.equal(beyond.column, column);
  });
}

test("counts depth, not the number of parentheses", () => {
  parsed(Array(FILTER_COMPARISONS_MAX).fill("(a=1)").join(" and "));
});

for (const [sort, expected] of [
  ["updated_on", { field: "updated_on", direction: "asc" }],
  ["-target.date", { field: "target.date", direction: "desc" }],
  ["x".repeat(SORT_FIELD_LENGTH_MAX), { field: "x".repeat(SORT_FIELD_LENGTH_MAX), direction: "asc" }],
  ["x".repeat(SORT_FIELD_LENGTH_MAX + 1), undefined],
  ["", undefined],
  ["-", undefined],
  ["--name", undefined],
  ["+name", undefined],
  ["name,-updated_on", undefined],
  ["name desc", undefined],
  [" name", undefined],
  ["name.", undefined],
  ["name;drop table", undefined],
] as const) {
  test(`reads the sort ${JSON.stringify(sort.slice(0, 20))} (${sort.length})`, () => {
    assert.deepEqual(parseSort(sort), expected);
  });
}

function printValue(value: FilterValue): string {
  switch (value.kind) {
    case "text":
      return `"${value.text.replace(/["\\]/g, "\\$&")}"`;
    case "number":
      return String(value.number);
    case "boolean":
      return String(value.boolean);
    case "instant":
      return value.instant.toISOString();
    case "null":
      return "null";
  }
}

function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case "comparison":
      return `${filter.field} ${filter.operator} ${printValue(filter.value)}`;
    case "membership":
      return `${filter.field} ${filter.operator} (${filter.values.map(printValue).join(", ")})`;
    default:
      return filter.filters
        .map((part) =>
          part.kind === "and" || part.kind === "or" ? `(${printFilter(part)})` : printFilter(part),
        )
        .join(` ${filter.kind} `);
  }
}

/** deepEqual compares prototypes too. */
const plain = { noNullPrototype: true } as const;
const reserved = /^(and|or|not|in|null|true|false)$/i;
const arbitraryField = fc
  .stringMatching(/^[a-z_][a-z0-9_-]{0,5}(\.[A-Z][a-z]{0,4}){0,2}$/)
  .filter((name) => !reserved.test(name));
const arbitraryValue: fc.Arbitrary<FilterValue> = fc.oneof(
  fc
    .string({ unit: "binary", maxLength: 8 })
    .filter((value) => !value.includes("\0"))
    .map(text),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => number(value + 0)),
  fc.boolean().map((boolean): FilterValue => ({ kind: "boolean", boolean })),
  fc
    .date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true })
    .map((instant): FilterValue => ({ kind: "instant", instant })),
  fc.constant<FilterValue>({ kind: "null" }),
);
const arbitraryLeaf: fc.Arbitrary<Filter> = fc.oneof(
  fc.record(
    {
      kind: fc.constant("comparison" as const),
      field: arbitraryField,
      operator: fc.constantFrom("=", "!=", "~", "!~", ">", ">=", "<", "<=" as const),
      value: arbitraryValue,
    },
    plain,
  ),
  fc.record(
    {
      kind: fc.constant("membership" as const),
      field: arbitraryField,
      operator: fc.constantFrom("IN" as const, "NOT IN" as const),
      values: fc.array(arbitraryValue, { minLength: 1, maxLength: 4 }),
    },
    plain,
  ),
);
const { filter: arbitraryFilter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    arbitraryLeaf,
    fc.record(
      {
        kind: fc.constantFrom("and" as const, "or" as const),
        filters: fc.array(tie("filter"), { minLength: 2, maxLength: 3 }),
      },
      plain,
    ),
  ),
}));

test("reads back every filter that is printed", () => {
  fc.assert(
    fc.property(arbitraryFilter, (filter) => {
      const printed = printFilter(filter);
      fc.pre(printed.length <= FILTER_LENGTH_MAX);
      assert.deepEqual(parsed(printed), filter);
    }),
  );
});

const junk = fc.oneof(
  fc.string({ unit: "binary", maxLength: FILTER_LENGTH_MAX + 8 }),
  fc
    .array(
      fc.constantFrom(
        "a",
        "b.c",
        "=",
        "!=",
        "~",
        "(",
        ")",
        ",",
        " ",
        '"',
        "\\",
        '\\"',
        "and",
        "or",
        "not",
        "in",
        "1",
        "-",
        "2015-01-01",
        "null",
        "\0",
      ),
      { maxLength: 200 },
    )
    .map((parts) => parts.join("")),
);

test("answers junk with a filter, or with a column within the text or one past it", () => {
  fc.assert(
    fc.property(junk, (query) => {
      const result = parseFilter(query);
      if (result.kind === "filter") return;
      assert.ok(result.column >= 1 && result.column <= Math.min(query.length, FILTER_LENGTH_MAX) + 1);
      assert.notEqual(result.problem, "");
    }),
    { numRuns: 500 },
  );
});

test("reads junk as a sort without throwing", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (query) => void parseSort(query)));
});

for (const [what, piece] of [
  ["parentheses", "("],
  ["quotes", '"'],
  ["backslashes", '"\\\\'],
  ["words", "a"],
  ["dotted names", "a."],
  ["digits", "1"],
  ["spaces", " "],
  ["conditions", "a=1 or "],
  ["lists", "a in (1,"],
] as const) {
  test(`takes no longer than linear time for ${what}`, () => {
    const query = piece.repeat(FILTER_LENGTH_MAX).slice(0, FILTER_LENGTH_MAX);
    const twentyTimes = () => {
      for (let round = 0; round < 20; round += 1) parseFilter(query);
    };
    // Quadratic time would be some 16 million steps a round; linear time takes well below a millisecond.
    assert.ok(shortestCpuMs(twentyTimes, 1000) < 1000);
  });
}
