import { invalidField } from "./failure.ts";
import type { ComparisonOperator, Filter, FilterValue, Sort } from "./filter.ts";
import { foldCase } from "./fold-case.ts";
import { parseUuid, type Uuid } from "./uuid.ts";

/** A field of objects that are in no table. A list is compared by its members: one that fits is enough. */
export type MatchField<Row> =
  | { readonly type: "text"; readonly read: (row: Row) => string | undefined }
  | { readonly type: "integer"; readonly read: (row: Row) => number | undefined }
  | { readonly type: "instant"; readonly read: (row: Row) => Date | undefined }
  | { readonly type: "boolean"; readonly read: (row: Row) => boolean }
  | { readonly type: "uuid"; readonly read: (row: Row) => Uuid | undefined }
  | { readonly type: "text-list"; readonly read: (row: Row) => readonly string[] };

export type MatchFields<Row> = Readonly<Record<string, MatchField<Row>>>;

type Operand = string | number;

const EXPECTED: Record<MatchField<unknown>["type"], string> = {
  text: "must be compared with text in double quotes",
  "text-list": "must be compared with text in double quotes",
  integer: "must be compared with a number",
  instant: "must be compared with a date, without quotes",
  boolean: "must be compared with true or false",
  uuid: "must be compared with a UUID in double quotes",
};

/**
 * The test for a filter, by the rules of `compileFilter` for tables: `!=`, `!~` and NOT IN hold where there is no value,
 * `~` looks without regard to case, by `foldCase`.
 *
 * @throws Failure `invalid-input`, naming the field, if it is not in `fields`, or if the operator or the value does not
 * fit its type.
 */
export function compileMatch<Row>(filter: Filter, fields: MatchFields<Row>): (row: Row) => boolean {
  switch (filter.kind) {
    case "and": {
      const tests = filter.filters.map((part) => compileMatch(part, fields));
      return (row) => tests.every((test) => test(row));
    }
    case "or": {
      const tests = filter.filters.map((part) => compileMatch(part, fields));
      return (row) => tests.some((test) => test(row));
    }
    case "comparison": {
      const field = fieldOf(filter.field, fields, "does not support filtering");
      const test = compileComparison(filter.field, field.type, filter.operator, filter.value);
      return (row) => test(valuesOf(field, row));
    }
    case "membership": {
      const field = fieldOf(filter.field, fields, "does not support filtering");
      const tests = filter.values.map((value) => compileComparison(filter.field, field.type, "=", value));
      const isIn = (row: Row) => tests.some((test) => test(valuesOf(field, row)));
      return filter.operator === "IN" ? isIn : (row) => !isIn(row);
    }
  }
}

/** The order for a sort: no value comes before every value. @throws Failure as `compileMatch`. */
export function compileOrder<Row>(sort: Sort, fields: MatchFields<Row>): (a: Row, b: Row) => number {
  const field = fieldOf(sort.field, fields, "does not support sorting");
  const sign = sort.direction === "asc" ? 1 : -1;
  return (a, b) => sign * compareOperands(valuesOf(field, a)[0], valuesOf(field, b)[0]);
}

/** The rows that a filter lets through, in the order of a sort, for lists that are read whole. @throws Failure as `compileMatch`. */
export function selectRows<Row>(
  rows: readonly Row[],
  fields: MatchFields<Row>,
  { filter, sort }: { readonly filter?: Filter; readonly sort?: Sort },
): readonly Row[] {
  const matching = filter === undefined ? rows : rows.filter(compileMatch(filter, fields));
  return sort === undefined ? matching : matching.toSorted(compileOrder(sort, fields));
}

function compareOperands(a: Operand | undefined, b: Operand | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  return a < b ? -1 : 1;
}

function fieldOf<Row>(name: string, fields: MatchFields<Row>, problem: string): MatchField<Row> {
  // An own property: "constructor" is no field.
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field === undefined) throw invalidField(name, problem);
  return field;
}

function valuesOf<Row>(field: MatchField<Row>, row: Row): readonly Operand[] {
  switch (field.type) {
    case "text-list":
      return field.read(row);
    case "boolean":
      return [field.read(row) ? 1 : 0];
    case "instant": {
      const instant = field.read(row);
      return instant === undefined ? [] : [instant.getTime()];
    }
    default: {
      const value = field.read(row);
      return value === undefined ? [] : [value];
    }
  }
}

function compileComparison(
  name: string,
  type: MatchField<unknown>["type"],
  operator: ComparisonOperator,
  value: FilterValue,
): (values: readonly Operand[]) => boolean {
  if (value.kind === "null") {
    if (operator === "=") return (values) => values.length === 0;
    if (operator === "!=") return (values) => values.length > 0;
    throw invalidField(name, `does not support the operator ${operator} with null`);
  }
  if ((type === "boolean" || type === "uuid") && operator !== "=" && operator !== "!=")
    throw invalidField(name, `does not support the operator ${operator}`);
  const operand = operandOf(name, type, value);
  const isText = typeof operand === "string";
  switch (operator) {
    case "~":
    case "!~": {
      if (!isText) throw invalidField(name, `does not support the operator ${operator}`);
      const part = foldCase(operand);
      const contains = (values: readonly Operand[]) =>
        values.some((each) => foldCase(String(each)).includes(part));
      return operator === "~" ? contains : (values) => !contains(values);
    }
    case "=":
      return (values) => values.includes(operand);
    case "!=":
      return (values) => !values.includes(operand);
    case ">":
      return (values) => values.some((each) => each > operand);
    case ">=":
      return (values) => values.some((each) => each >= operand);
    case "<":
      return (values) => values.some((each) => each < operand);
    case "<=":
      return (values) => values.some((each) => each <= operand);
  }
}

function operandOf(name: string, type: MatchField<unknown>["type"], value: FilterValue): Operand {
  if ((type === "text" || type === "text-list") && value.kind === "text") return value.text;
  if (type === "integer" && value.kind === "number") return value.number;
  if (type === "boolean" && value.kind === "boolean") return value.boolean ? 1 : 0;
  // What is no UUID is none that any row has.
  if (type === "uuid" && value.kind === "text") return parseUuid(value.text) ?? "";
  if (type === "instant" && value.kind === "instant") return value.instant.getTime();
  throw invalidField(name, EXPECTED[type]);
}
