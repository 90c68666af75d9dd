import assert from "node:assert/strict";
import { after, test } from "node:test";
import SqliteDatabase from "better-sqlite3";
import { Kysely, PostgresDialect, SqliteDialect, sql } from "kysely";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import { Failure } from "../../model/failure.ts";
import { type Filter, parseFilter, parseSort, type Sort } from "../../model/filter.ts";
import { compileFilter, compileSort, type FieldMap } from "./compile-filter.ts";
import { addSqliteFunctions } from "./sqlite/sqlite-functions.ts";

type Schema = {
  sample: {
    id: number;
    name: string;
    website: string | null;
    size: number | null;
    is_private: number;
    created_at: number;
    closed_at: number | null;
    uuid: string;
    parent_uuid: string | null;
  };
};

const FIELDS: FieldMap = {
  id: { column: "id", type: "integer" },
  name: { column: "sample.name", type: "text" },
  website: { column: "website", type: "text", nullable: true },
  size: { column: "size", type: "integer", nullable: true },
  is_private: { column: "is_private", type: "boolean" },
  created_on: { column: "created_at", type: "instant" },
  closed_on: { column: "closed_at", type: "instant", nullable: true },
  uuid: { column: "uuid", type: "uuid" },
  "parent.uuid": { column: "parent_uuid", type: "uuid", nullable: true },
};

const UUID = (digit: number) => `${String(digit).repeat(8)}-abcd-4000-8000-${"0".repeat(12)}`;
const at = (text: string) => Date.parse(text);

const database = new Kysely<Schema>({
  dialect: new SqliteDialect({ database: addSqliteFunctions(new SqliteDatabase(":memory:")) }),
});
after(() => database.destroy());
await sql`create table sample (
  id integer primary key, name text not null, website text, size integer, is_private integer not null,
  created_at integer not null, closed_at integer, uuid text not null, parent_uuid text
)`.execute(database);
await database
  .insertInto("sample")
  .values([
    {
      id: 1,
      name: "Alpha",
      website: "100% sure",
      size: 10,
      is_private: 0,
      created_at: at("2015-03-04"),
      closed_at: null,
      uuid: UUID(1),
      parent_uuid: null,
    },
    {
      id: 2,
      name: "beta_x",
      website: null,
      size: null,
      is_private: 1,
      created_at: at("2015-03-04T12:00:00Z"),
      closed_at: at("2020-01-01"),
      uuid: UUID(2),
      parent_uuid: UUID(1),
    },
    {
      id: 3,
      name: "Über\\x",
      website: "a'b\"c",
      size: -5,
      is_private: 1,
      created_at: at("2020-01-01"),
      closed_at: null,
      uuid: UUID(3),
      parent_uuid: UUID(2),
    },
    {
      id: 4,
      name: "betaXx",
      website: "",
      size: 9007199254740991,
      is_private: 0,
      created_at: at("2026-01-01"),
      closed_at: at("2026-02-01"),
      uuid: UUID(4),
      parent_uuid: null,
    },
  ])
  .execute();

function filterOf(query: string): Filter {
  const parsed = parseFilter(query);
  return parsed.kind === "filter" ? parsed.filter : assert.fail(JSON.stringify(parsed));
}

async function idsOf(filter: Filter): Promise<number[]> {
  const rows = await database
    .selectFrom("sample")
    .select("id")
    .where(compileFilter(filter, FIELDS))
    .orderBy("id")
    .execute();
  return rows.map((row) => row.id);
}

for (const [query, ids] of [
  ['name = "Alpha"', [1]],
  ['name = "alpha"', []],
  ['name != "Alpha"', [2, 3, 4]],
  ['name < "beta"', [1]],
  ['name >= "beta"', [2, 3, 4]],
  ['name ~ "ALPHA"', [1]],
  ['name ~ ""', [1, 2, 3, 4]],
  ['name ~ "a_x"', [2]],
  ['name ~ "r\\\\X"', [3]],
  ['name ~ "%"', []],
  ['name ~ "Über"', [3]],
  ['name !~ "BETA"', [1, 3]],
  ['name !~ ""', []],
  ['website ~ "0% S"', [1]],
  ['website ~ "\'B\\"c"', [3]],
  ['website !~ "sure"', [2, 3, 4]],
  ['website = ""', [4]],
  ['website != ""', [1, 2, 3]],
  ["website = null", [2]],
  ["website != null", [1, 3, 4]],
  ["name = null", []],
  ["name != null", [1, 2, 3, 4]],
  ['website IN ("", "x", null)', [2, 4]],
  ["website IN (null)", [2]],
  ['website NOT IN ("", "x")', [1, 2, 3]],
  ['website NOT IN ("", null)', [1, 3]],
  ["website NOT IN (null)", [1, 3, 4]],
  ['name NOT IN ("Alpha", "beta_x")', [3, 4]],
  ["size = 10", [1]],
  ["size != 10", [2, 3, 4]],
  ["size > -5", [1, 4]],
  ["size >= -5", [1, 3, 4]],
  ["size < 9007199254740991", [1, 3]],
  ["size = 9007199254740991", [4]],
  ["size = 10.5", []],
  ["size != 10.5", [1, 2, 3, 4]],
  ["size > 9.5", [1, 4]],
  ["size >= 10.5", [4]],
  ["size < 10.5", [1, 3]],
  ["size <= -5.5", []],
  ["size = 1e300", []],
  ["size != 1e300", [1, 2, 3, 4]],
  ["size < 1e300", [1, 3, 4]],
  ["size > 1e300", []],
  ["size > -1e300", [1, 3, 4]],
  ["size <= -1e300", []],
  ["size IN (10, -5, 1.5, 1e99)", [1, 3]],
  ["size IN (1.5)", []],
  ["size NOT IN (1.5)", [1, 2, 3, 4]],
  ["size NOT IN (10, 1.5)", [2, 3, 4]],
  ["is_private = true", [2, 3]],
  ["is_private != true", [1, 4]],
  ["is_private IN (true, false)", [1, 2, 3, 4]],
  ["created_on = 2015-03-04", [1]],
  ["created_on > 2015-03-04", [2, 3, 4]],
  ["created_on >= 2015-03-04T14:00:00+02:00", [2, 3, 4]],
  ["created_on < 2015-03-04T14:00:00.001+02:00", [1, 2]],
  ["closed_on != 2020-01-01", [1, 3, 4]],
  ["closed_on > 2000-01-01", [2, 4]],
  ["closed_on in (2020-01-01, null)", [1, 2, 3]],
  [`uuid = "{${UUID(2).toUpperCase()}}"`, [2]],
  [`uuid = "${UUID(2)}"`, [2]],
  [`uuid = "{${UUID(2)}"`, []],
  ['uuid = "x"', []],
  ['uuid != "x"', [1, 2, 3, 4]],
  [`uuid IN ("{${UUID(1)}}", "x")`, [1]],
  [`uuid NOT IN ("{${UUID(1)}}", "x")`, [2, 3, 4]],
  [`parent.uuid != "{${UUID(1)}}"`, [1, 3, 4]],
  ["parent.uuid = null", [1, 4]],
  ["id = 1 OR id = 2 AND is_private = false", [1]],
  ["(id = 1 OR id = 2) AND is_private = true", [2]],
  ["id != 1 AND (size > 0 OR website = null)", [2, 4]],
] as const) {
  test(`finds ${JSON.stringify(ids)} by ${query}`, async () =>
    assert.deepEqual(await idsOf(filterOf(query)), ids));
}

test("keeps the whole of a filter together beside other conditions", async () => {
  const condition = compileFilter(filterOf("id = 1 OR id = 2"), FIELDS);
  const rows = await database
    .selectFrom("sample")
    .select("id")
    .where("id", "=", 3)
    .where(condition)
    .execute();
  assert.deepEqual(rows, []);
});

test("contains text regardless of case, in any script", async () => {
  assert.deepEqual(await idsOf(filterOf('name ~ "ÜBER"')), [3]);
  assert.deepEqual(await idsOf(filterOf('name ~ "über"')), [3]);
});

for (const [query, field, problem] of [
  ["nope = 1", "nope", "does not support filtering"],
  ["constructor = 1", "constructor", "does not support filtering"],
  ["__proto__ = 1", "__proto__", "does not support filtering"],
  ["id = 1 AND (id = 2 OR name.nope IN (1))", "name.nope", "does not support filtering"],
  ["name = 1", "name", "must be compared with text in double quotes"],
  ["name ~ 1", "name", "must be compared with text in double quotes"],
  ["name ~ null", "name", "does not support the operator ~ with null"],
  ["name < null", "name", "does not support the operator < with null"],
  ['name IN ("a", true)', "name", "must be compared with text in double quotes"],
  ['id = "1"', "id", "must be compared with a number"],
  ['id ~ "1"', "id", "does not support the operator ~"],
  ["id = true", "id", "must be compared with a number"],
  ["id > 2015-03-04", "id", "must be compared with a number"],
  ['created_on > "2015-03-04"', "created_on", "must be compared with a date, without quotes"],
  ["created_on > 2015", "created_on", "must be compared with a date, without quotes"],
  ["created_on !~ 2015-03-04", "created_on", "does not support the operator !~"],
  ["is_private = 1", "is_private", "must be compared with true or false"],
  ["is_private > false", "is_private", "does not support the operator >"],
  ["uuid = 1", "uuid", "must be compared with a UUID in double quotes"],
  ['uuid ~ "a"', "uuid", "does not support the operator ~"],
  ['uuid < "a"', "uuid", "does not support the operator <"],
] as const) {
  test(`refuses ${query}`, () => {
    assert.throws(
      () => compileFilter(filterOf(query), FIELDS),
      (thrown) => {
        assert.ok(thrown instanceof Failure);
        assert.equal(thrown.kind, "invalid-input");
        assert.equal(thrown.message, `${field}: ${problem}`);
        assert.deepEqual(Object.entries(thrown.details.fields ?? {}), [[field, [problem]]]);
        return true;
      },
    );
  });
}

function sortOf(text: string): Sort {
  return parseSort(text) ?? assert.fail(text);
}

for (const [text, ids] of [
  ["name", [1, 4, 2, 3]],
  ["-name", [3, 2, 4, 1]],
  ["size", [2, 3, 1, 4]],
  ["-size", [4, 1, 3, 2]],
  ["closed_on", [1, 3, 2, 4]],
  ["-created_on", [4, 3, 2, 1]],
  ["is_private", [1, 4, 2, 3]],
] as const) {
  test(`sorts by ${text}`, async () => {
    const order = compileSort(sortOf(text), FIELDS);
    const rows = await database.selectFrom("sample").select("id").orderBy(order).orderBy("id").execute();
    assert.deepEqual(
      rows.map((row) => row.id),
      ids,
    );
  });
}

for (const field of ["nope", "constructor"]) {
  test(`refuses to sort by ${field}`, () => {
    assert.throws(() => compileSort({ field, direction: "asc" }, FIELDS), {
      message: `${field}: does not support sorting`,
    });
  });
}

test("binds every value and says the order of nulls, for PostgreSQL too", () => {
  const postgres = new Kysely<Schema>({
    dialect: new PostgresDialect({ pool: () => Promise.reject(new Error("nothing is sent")) }),
  });
  const query = postgres
    .selectFrom("sample")
    .select("id")
    .where(compileFilter(filterOf('name !~ "x\'_" AND size = 7 OR closed_on IN (2020-01-01, null)'), FIELDS))
    .orderBy(compileSort(sortOf("-size"), FIELDS))
    .compile();
  assert.equal(
    query.sql,
    'select "id" from "sample" where ((not (fold_case("sample"."name") like cast($1 as text) escape \'\\\')' +
      ' and "size" = cast($2 as bigint)) or ("closed_at" is null or "closed_at" in (cast($3 as bigint))))' +
      ' order by "size" desc nulls last',
  );
  assert.deepEqual(query.parameters, ["%x'\\_%", 7, at("2020-01-01")]);
});

test("answers any filter with rows or with a failure that names the field", async () => {
  const value = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 6 }).map((text) => JSON.stringify(text.replace(/\p{C}/gu, ""))),
    fc.constantFrom("null", "true", "2020-01-01", "1", "-2.5", "1e300", `"{${UUID(1)}}"`, '"%"', '"\\\\"'),
  );
  const leaf = fc.oneof(
    fc
      .tuple(
        fc.constantFrom(...Object.keys(FIELDS), "nope"),
        fc.constantFrom("=", "!=", "~", "!~", ">", "<="),
        value,
      )
      .map((parts) => parts.join(" ")),
    fc
      .tuple(
        fc.constantFrom(...Object.keys(FIELDS)),
        fc.constantFrom("in", "not in"),
        fc.array(value, { minLength: 1 }),
      )
      .map(([field, operator, values]) => `${field} ${operator} (${values.join(",")})`),
  );
  const query = fc.tuple(leaf, fc.constantFrom("and", "or"), leaf).map((parts) => parts.join(" "));
  await fc.assert(
    fc.asyncProperty(query, async (text) => {
      const filter = filterOf(text);
      try {
        await idsOf(filter);
      } catch (error) {
        assert.ok(error instanceof Failure, String(error));
        const [field] = Object.keys(error.details.fields ?? {});
        assert.ok(field !== undefined && text.includes(field) && error.message.startsWith(`${field}: `));
      }
    }),
    { numRuns: 300 },
  );
});
