import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFilter, parseSort } from "./filter.ts";
import { compileMatch, compileOrder, type MatchFields } from "./match-filter.ts";

type Row = { name: string; size?: number; date?: Date; marks: readonly string[] };

const ROWS: readonly Row[] = [
  { name: "A", size: 3, date: new Date("2026-01-01T00:00:00Z"), marks: ["x", "y"] },
  { name: "b", marks: [] },
  { name: "Cab", size: 20, marks: ["x"] },
];

const FIELDS: MatchFields<Row> = {
  name: { type: "text", read: ({ name }) => name },
  size: { type: "integer", read: ({ size }) => size },
  date: { type: "instant", read: ({ date }) => date },
  marks: { type: "text-list", read: ({ marks }) => marks },
};

function matching(q: string): string {
  const parsed = parseFilter(q);
  assert.equal(parsed.kind, "filter");
  const matches = parsed.kind === "filter" ? compileMatch(parsed.filter, FIELDS) : assert.fail();
  return ROWS.filter(matches)
    .map(({ name }) => name)
    .join(" ");
}

for (const [q, expected] of [
  ['name = "A"', "A"],
  ['name ~ "a"', "A Cab"],
  ['name !~ "a"', "b"],
  ["size > 3", "Cab"],
  ["size >= 3 and size < 20", "A"],
  ["size != 3", "b Cab"],
  ["size = null", "b"],
  ["size != null", "A Cab"],
  ["size IN (3, null)", "A b"],
  ["size NOT IN (3)", "b Cab"],
  ["date <= 2026-01-01", "A"],
  ["date > 2026-01-01", ""],
  ['marks = "x"', "A Cab"],
  ['marks != "y"', "b Cab"],
  ["marks = null", "b"],
  ['(marks = "y" or size = 20) and name ~ "a"', "A Cab"],
] as const) {
  test(`${q} holds for ${expected || "nothing"}`, () => assert.equal(matching(q), expected));
}

for (const [q, field] of [
  ["nothing = 1", "nothing"],
  ["constructor = 1", "constructor"],
  ["name = 1", "name"],
  ['size = "3"', "size"],
  ["size ~ 3", "size"],
  ["name > null", "name"],
  ['date = "2026-01-01"', "date"],
] as const) {
  test(`${q} is refused, naming ${field}`, () => {
    assert.throws(() => matching(q), { name: "Failure", kind: "invalid-input", message: new RegExp(field) });
  });
}

for (const [sort, expected] of [
  ["size", "b A Cab"],
  ["-size", "Cab A b"],
  ["name", "A Cab b"],
] as const) {
  test(`sorted by ${sort}: ${expected}`, () => {
    const sorted = [...ROWS].sort(compileOrder(parseSort(sort)!, FIELDS));
    assert.equal(sorted.map(({ name }) => name).join(" "), expected);
  });
}
