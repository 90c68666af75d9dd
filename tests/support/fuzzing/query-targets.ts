import assert from "node:assert/strict";
import { parseFields, selectFields } from "../../../src/http/routes/fields.ts";
import { parsePage, representPage } from "../../../src/http/routes/paging.ts";
import { Failure } from "../../../src/model/failure.ts";
import { type Filter, type FilterValue, parseFilter, parseSort } from "../../../src/model/filter.ts";
import { compileMatch, compileOrder, type MatchFields } from "../../../src/model/match-filter.ts";
import { parseDiffSpec } from "../../../src/rest/repositories/diff/diff-spec.ts";
import { namesEtag, parseRange } from "../../../src/rest/repositories/src/conditions.ts";
import { fuzzTarget, unlessRefused } from "./fuzz-target.ts";
import { makeText, type TextSource } from "./make-text.ts";
import type { Random } from "./random.ts";

type Row = {
  readonly name?: string;
  readonly size?: number;
  readonly made?: Date;
  readonly tags: readonly string[];
};

const FIELDS: MatchFields<Row> = {
  name: { type: "text", read: (row) => row.name },
  size: { type: "integer", read: (row) => row.size },
  made: { type: "instant", read: (row) => row.made },
  tags: { type: "text-list", read: (row) => row.tags },
};

const ROWS: readonly Row[] = [
  { tags: [] },
  { name: "Main", size: 0, made: new Date(0), tags: ["a"] },
  { name: "", size: 7, made: new Date("2026-01-02T03:04:05Z"), tags: ["b", "A"] },
  { name: 'x"\\é', size: -3, tags: ["main", ""] },
];

const TEXTS = ["", "main", "MAIN", "a", "A", 'x"\\é', "b"];

function makeValue(random: Random, field: string): FilterValue {
  if (random.chance(0.1)) return { kind: "null" };
  if (field === "size") return { kind: "number", number: random.pick([0, 7, -3, 1.5]) };
  if (field === "made") return { kind: "instant", instant: random.pick([ROWS[1]!.made!, ROWS[2]!.made!]) };
  return { kind: "text", text: random.pick(TEXTS) };
}

function makeFilter(random: Random, depth: number): Filter {
  if (depth > 0 && random.chance(0.5)) {
    const kind = random.pick(["and", "or"] as const);
    return {
      kind,
      filters: Array.from({ length: 2 + random.below(2) }, () => makeFilter(random, depth - 1)),
    };
  }
  const field = random.pick(Object.keys(FIELDS));
  if (random.chance(0.2)) {
    const values = Array.from({ length: 1 + random.below(3) }, () => makeValue(random, field));
    return { kind: "membership", field, operator: random.pick(["IN", "NOT IN"] as const), values };
  }
  const value = makeValue(random, field);
  const order = ["=", "!=", ">", ">=", "<", "<="] as const;
  const search = ["~", "!~"] as const;
  const fitting =
    value.kind === "null" ? (["=", "!="] as const) : value.kind === "text" ? [...order, ...search] : order;
  return { kind: "comparison", field, operator: random.pick(fitting), value };
}

function writeValue(value: FilterValue): string {
  switch (value.kind) {
    case "text":
      return `"${value.text.replaceAll(/["\\]/g, "\\$&")}"`;
    case "number":
      return String(value.number);
    case "instant":
      return value.instant.toISOString();
    case "boolean":
      return String(value.boolean);
    case "null":
      return "null";
  }
}

function writeFilter(filter: Filter, space: string): string {
  switch (filter.kind) {
    case "comparison":
      return `${filter.field}${space}${filter.operator}${space}${writeValue(filter.value)}`;
    case "membership":
      return `${filter.field} ${filter.operator}${space}(${filter.values.map(writeValue).join(`${space},`)})`;
    default:
      return filter.filters.map((part) => `(${space}${writeFilter(part, space)})`).join(` ${filter.kind} `);
  }
}

/** By the rules of the documentation, written without regard to how `compileMatch` does it. */
function holds(filter: Filter, row: Row): boolean {
  switch (filter.kind) {
    case "and":
      return !filter.filters.some((part) => !holds(part, row));
    case "or":
      return filter.filters.filter((part) => holds(part, row)).length > 0;
    case "membership": {
      const isIn = filter.values.some((value) => compares(filter.field, "=", value, row));
      return isIn === (filter.operator === "IN");
    }
    case "comparison":
      return filter.operator.startsWith("!")
        ? !compares(filter.field, filter.operator === "!~" ? "~" : "=", filter.value, row)
        : compares(filter.field, filter.operator, filter.value, row);
  }
}

function compares(field: string, operator: string, value: FilterValue, row: Row): boolean {
  const held = row[field as keyof Row];
  const values = (held === undefined ? [] : Array.isArray(held) ? held : [held]) as (
    | string
    | number
    | Date
  )[];
  if (value.kind === "null") return values.length === 0;
  const asked =
    value.kind === "text"
      ? value.text
      : value.kind === "number"
        ? value.number
        : +(value as { instant: Date }).instant;
  const lower = (text: unknown) => String(text).replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  for (const each of values.map((one) => (one instanceof Date ? one.getTime() : one))) {
    if (operator === "~" && lower(each).includes(lower(asked))) return true;
    if (operator.includes("=") && each === asked) return true;
    if (operator.includes(">") && each > asked) return true;
    if (operator.includes("<") && each < asked) return true;
  }
  return false;
}

const filterMeaning = fuzzTarget(
  "what q means",
  (random) => ({ filter: makeFilter(random, 2), space: random.pick(["", " ", "\t \n"]) }),
  ({ filter, space }) => {
    const parsed = parseFilter(writeFilter(filter, space));
    assert.deepEqual(parsed, { kind: "filter", filter });
    const test = compileMatch(filter, FIELDS);
    for (const row of ROWS) assert.equal(test(row), holds(filter, row));
  },
);

const Q: TextSource = {
  samples: [
    'name = "main" AND (size > 7 OR made < 2026-01-02T03:04:05.678901+01:30)',
    'tags IN ("a", "b") or name !~ "x\\"y"',
    "size NOT IN (1, 2.5e3, null, true)",
    'mainbranch.name ~ "a"',
  ],
  words: [
    ...[
      "name",
      "size",
      "made",
      "a.b",
      "and",
      "OR",
      "not",
      "in",
      "IN",
      "null",
      "true",
      "(",
      ")",
      ",",
      '"',
      "\\",
    ],
    ...[
      "=",
      "!=",
      "~",
      "!~",
      ">",
      ">=",
      "<",
      "<=",
      " ",
      "\t",
      "7",
      "-1",
      "1e999",
      "2026-02-30",
      "2026-01-01",
      '"a"',
    ],
  ],
  lengthMax: 5_000,
};

const filterText = fuzzTarget(
  "q",
  (random) => makeText(random, Q),
  (text) => {
    const parsed = parseFilter(text);
    if (parsed.kind === "malformed") return assert.ok(parsed.column >= 1 && parsed.column <= text.length + 1);
    const test = unlessRefused([Failure], () => compileMatch(parsed.filter, FIELDS));
    if (test !== undefined) for (const row of ROWS) assert.equal(test(row), holds(parsed.filter, row));
  },
);

const sort = fuzzTarget(
  "sort",
  (random) =>
    makeText(random, {
      samples: ["-made", "name", "a.b"],
      words: ["-", "name", ".", "size", ","],
      lengthMax: 300,
    }),
  (text) => {
    const parsed = parseSort(text);
    if (parsed === undefined) return;
    assert.equal((parsed.direction === "desc" ? "-" : "") + parsed.field, text);
    const order = unlessRefused([Failure], () => compileOrder(parsed, FIELDS));
    if (order === undefined) return;
    for (const a of ROWS) for (const b of ROWS) assert.ok(order(a, b) + order(b, a) === 0);
  },
);

const SHOWN = {
  values: [
    { hash: "a", author: { raw: "x", user: null } },
    { hash: "b", links: { self: { href: "h" } } },
  ],
  page: 1,
  next: undefined,
  ["__proto__"]: { constructor: [1, [2]] },
};

const FIELD_LIST: TextSource = {
  samples: ["values.hash,next", "-values.author", "+values.committer,*", "-*,+page", "values.*.raw"],
  words: [
    "values",
    ".",
    ",",
    "*",
    "-",
    "+",
    "hash",
    "author",
    "raw",
    "user",
    "links",
    "self",
    "page",
    "next",
    " ",
  ],
  lengthMax: 5_000,
};

/** Whether all of `part` stands in `whole` too: arrays may have lost elements, objects members. */
function isWithin(part: unknown, whole: unknown): boolean {
  if (Array.isArray(part)) {
    return Array.isArray(whole) && part.every((each) => whole.some((other) => isWithin(each, other)));
  }
  if (typeof part !== "object" || part === null) return part === whole;
  return (
    typeof whole === "object" &&
    whole !== null &&
    Object.entries(part).every(
      ([name, member]) => Object.hasOwn(whole, name) && isWithin(member, whole[name as keyof typeof whole]),
    )
  );
}

const fields = fuzzTarget(
  "fields",
  (random) => makeText(random, FIELD_LIST),
  (text) => {
    const asked = unlessRefused([Failure], () => parseFields(text));
    const selected = selectFields(SHOWN, asked);
    assert.ok(isWithin(selected, SHOWN));
    assert.deepEqual(selectFields(selected, asked), selected);
  },
);

const PAGE: TextSource = {
  samples: ["page=2&pagelen=10", "pagelen=100", "page=999999999&q=a+b"],
  words: ["page", "pagelen", "=", "&", "0", "1", "9", "-", "%20", "+", "e", "."],
  lengthMax: 2_000,
};

const paging = fuzzTarget(
  "pages",
  (random) => ({ text: makeText(random, PAGE), size: random.below(5_000) }),
  ({ text, size }) => {
    const url = new URL("http://x/2.0/things");
    url.search = text;
    const limits = { pagelenDefault: 10, pagelenMax: 100 };
    const asked = unlessRefused([Failure], () => parsePage(url.searchParams, limits));
    if (asked === undefined) return;
    assert.ok(asked.page >= 1 && asked.pagelen >= 1 && asked.pagelen <= 100);
    const { next, previous } = representPage({ ...asked, size, values: [] }, url);
    if (next !== undefined) {
      assert.deepEqual(parsePage(new URL(next).searchParams, limits), { ...asked, page: asked.page + 1 });
    }
    assert.equal(previous === undefined, asked.page === 1);
    assert.equal(next === undefined, asked.page * asked.pagelen >= size);
  },
);

const diffSpec = fuzzTarget(
  "diff specs",
  (random) => {
    const words = ["main", "..", ".", "/", ":", "\r", "a", "b", "\\", "{", "}"];
    return makeText(random, { samples: ["a..b", "acme/demo:x\ry", "feature/a.b"], words, lengthMax: 4_000 });
  },
  (text) => {
    const spec = parseDiffSpec(text);
    if (spec === undefined) return;
    for (const each of [spec.source, spec.destination]) {
      if (each !== undefined) assert.ok(each.revision !== "" && !each.revision.includes(".."));
    }
  },
);

const RANGE: TextSource = {
  samples: ["bytes=0-9", "bytes=-5", "bytes=7-", "bytes=0-1,3-4"],
  words: ["bytes", "=", "-", "0", "9", ",", " ", "999999999999999", '"x"', "W/", "*"],
  lengthMax: 2_000,
};

const range = fuzzTarget(
  "Range and If-None-Match",
  (random) => ({ text: makeText(random, RANGE), size: random.pick([0, 1, 10, 2 ** 31]) }),
  ({ text, size }) => {
    const asked = parseRange(text, size);
    if (asked.kind === "part") {
      const { first, last } = asked.range;
      assert.ok(first >= 0 && first <= last && last < size, `${first}-${last}`);
    }
    const words = text.split(",").map((word) => word.trim());
    assert.equal(
      namesEtag(text, '"x"'),
      words.some((word) => ['"x"', 'W/"x"'].includes(word)) || text.trim() === "*",
    );
  },
);

export const QUERY_TARGETS = [filterMeaning, filterText, sort, fields, paging, diffSpec, range];
