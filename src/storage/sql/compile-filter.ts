import { type Expression, type RawBuilder, type SqlBool, sql } from "kysely";
import { invalidField } from "../../model/failure.ts";
import type { ComparisonOperator, Filter, FilterValue, Sort } from "../../model/filter.ts";
import { foldCase } from "../../model/fold-case.ts";
import { parseUuid } from "../../model/uuid.ts";

/**
 * How a field is kept, on both databases: `instant` as an integer (milliseconds since 1970, UTC), `boolean` as 0 or 1,
 * `uuid` as text in lower case without braces, `hash` as a full object name, which may be compared with an abbreviated
 * one. Text is compared and ordered by the collation of its column.
 */
export type FieldType = "text" | "integer" | "boolean" | "instant" | "uuid" | "hash";

/** The fields that a collection can be filtered and sorted by. `column` may be qualified: `repository.name`. */
export type FieldMap = {
  readonly [field: string]: {
    readonly column: string | RawBuilder<unknown>;
    readonly type: FieldType;
    readonly nullable?: boolean;
    /**
     * For a field of which an object has several, such as the names of its reviewers, each in a row of its own: whether
     * the condition holds for any of these rows.
     */
    readonly amongRows?: (condition: RawBuilder<SqlBool>) => RawBuilder<SqlBool>;
  };
};

type Condition = RawBuilder<SqlBool>;
type Column = {
  readonly field: string;
  readonly type: FieldType;
  readonly isNullable: boolean;
  readonly reference: RawBuilder<unknown>;
  readonly amongRows: FieldMap[string]["amongRows"];
};

const ORDERED: readonly ComparisonOperator[] = ["=", "!=", ">", ">=", "<", "<="];
const OPERATORS: Record<FieldType, readonly ComparisonOperator[]> = {
  text: [...ORDERED, "~", "!~"],
  integer: ORDERED,
  instant: ORDERED,
  boolean: ["=", "!="],
  uuid: ["=", "!="],
  hash: ["=", "!="],
};

const EXPECTED: Record<FieldType, string> = {
  text: "must be compared with text in double quotes",
  integer: "must be compared with a number",
  instant: "must be compared with a date, without quotes",
  boolean: "must be compared with true or false",
  uuid: "must be compared with a UUID in double quotes",
  hash: "must be compared with at least seven hexadecimal digits in double quotes",
};

const SQL_OPERATOR = { "=": sql`=`, "!=": sql`<>`, ">": sql`>`, ">=": sql`>=`, "<": sql`<`, "<=": sql`<=` };
// Written as comparisons, since old versions of SQLite have no other spelling in common with PostgreSQL.
const ALWAYS: Condition = sql`1 = 1`;
const NEVER: Condition = sql`1 = 0`;

/**
 * The SQL condition for a filter: `selectFrom(…).where(compileFilter(filter, fields))`. All values are bound.
 * `!=`, `!~` and NOT IN hold for rows whose column is null, unlike in SQL.
 *
 * @throws Failure `invalid-input`, naming the field, if it is not in `fields`, or if the operator or the value does not
 * fit its type.
 */
export function compileFilter(filter: Filter, fields: FieldMap): Expression<SqlBool> {
  return compile(filter, fields);
}

/**
 * The SQL order for a sort: `.orderBy(compileSort(sort, fields))`. Null comes before every value, and after every value
 * when descending. Rows with equal values come in any order: add a unique column behind it to page through them.
 *
 * @throws Failure `invalid-input`, naming the field, if it is not in `fields`.
 */
export function compileSort(sort: Sort, fields: FieldMap): Expression<unknown> {
  const column = columnOf(sort.field, fields, NO_SORTING);
  if (column.amongRows !== undefined) throw invalidField(sort.field, NO_SORTING);
  const direction = sort.direction === "asc" ? sql`asc` : sql`desc`;
  if (!column.isNullable) return sql`${column.reference} ${direction}`;
  // Written only where it matters: the defaults of PostgreSQL and SQLite are opposite, and an index only serves its own
  // default.
  const nulls = sort.direction === "asc" ? sql`nulls first` : sql`nulls last`;
  return sql`${column.reference} ${direction} ${nulls}`;
}

const NO_SORTING = "does not support sorting";

function compile(filter: Filter, fields: FieldMap): Condition {
  switch (filter.kind) {
    case "and":
    case "or": {
      const conditions = filter.filters.map((part) => compile(part, fields));
      return filter.kind === "and" ? allOf(conditions) : anyOf(conditions);
    }
    case "comparison":
      return compileComparison(columnOf(filter.field, fields), filter.operator, filter.value);
    case "membership":
      return compileMembership(columnOf(filter.field, fields), filter.operator, filter.values);
  }
}

/** The operators that hold where their counterparts do not, by which objects with several values are asked. */
const OPPOSITES: Partial<Record<ComparisonOperator, ComparisonOperator>> = { "!=": "=", "!~": "~" };

/** `=` holds if any of the rows has the value, `!=` if none has. There is no row for null. */
function compileAmongRows(
  { amongRows, ...column }: Column & { readonly amongRows: NonNullable<Column["amongRows"]> },
  operator: ComparisonOperator,
  value: FilterValue,
): Condition {
  const one = { ...column, amongRows: undefined };
  const opposite = OPPOSITES[operator];
  if (value.kind === "null") {
    if (operator !== "=" && operator !== "!=") return compileComparison(one, operator, value);
    return operator === "=" ? sql`not ${amongRows(ALWAYS)}` : amongRows(ALWAYS);
  }
  return opposite === undefined
    ? amongRows(compileComparison(one, operator, value))
    : sql`not ${amongRows(compileComparison(one, opposite, value))}`;
}

function columnOf(field: string, fields: FieldMap, problem = "does not support filtering"): Column {
  // An own property: "constructor" is not a field.
  const found = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (found === undefined) throw invalidField(field, problem);
  return {
    field,
    type: found.type,
    isNullable: found.nullable === true,
    reference: typeof found.column === "string" ? sql.ref(found.column) : sql`(${found.column})`,
    amongRows: found.amongRows,
  };
}

function compileComparison(column: Column, operator: ComparisonOperator, value: FilterValue): Condition {
  const { amongRows } = column;
  if (amongRows !== undefined) return compileAmongRows({ ...column, amongRows }, operator, value);
  if (!OPERATORS[column.type].includes(operator)) {
    throw invalidField(column.field, `does not support the operator ${operator}`);
  }
  if (value.kind === "null") {
    if (operator === "=") return isNull(column);
    if (operator === "!=") return isNotNull(column);
    throw invalidField(column.field, `does not support the operator ${operator} with null`);
  }
  switch (operator) {
    case "~":
      return sql`${contains(column, value)}`;
    case "!~":
      return orNull(column, sql`not (${contains(column, value)})`);
    case "=":
    case "!=": {
      if (column.type === "hash") {
        const begins = beginsWith(column, value);
        return operator === "=" ? begins : orNull(column, sql`not (${begins})`);
      }
      const operand = operandOf(column, value);
      if (operand === undefined) return operator === "=" ? NEVER : ALWAYS;
      const condition: Condition = sql`${column.reference} ${SQL_OPERATOR[operator]} ${operand}`;
      return operator === "=" ? condition : orNull(column, condition);
    }
    default:
      return compileOrder(column, operator, value);
  }
}

/** Between whole numbers, `> 1.5` is `>= 2` and `< 1.5` is `<= 1`. */
function compileOrder(column: Column, operator: ">" | ">=" | "<" | "<=", value: FilterValue): Condition {
  if (column.type !== "integer" || value.kind !== "number" || Number.isSafeInteger(value.number)) {
    const operand = operandOf(column, value);
    return operand === undefined ? NEVER : sql`${column.reference} ${SQL_OPERATOR[operator]} ${operand}`;
  }
  const isUpward = operator === ">" || operator === ">=";
  const whole = isUpward ? Math.ceil(value.number) : Math.floor(value.number);
  // A value beyond 64 bits would be an error in PostgreSQL. Rows have only safe integers, so this bound changes no
  // result.
  const bound = Math.max(-BOUND, Math.min(BOUND, whole));
  return sql`${column.reference} ${isUpward ? SQL_OPERATOR[">="] : SQL_OPERATOR["<="]} ${integer(bound)}`;
}

const BOUND = 2 ** 62;

function compileMembership(
  column: Column,
  operator: "IN" | "NOT IN",
  values: readonly FilterValue[],
): Condition {
  // One by one where a value is more than an operand.
  if (column.amongRows !== undefined || column.type === "hash") {
    const comparison = operator === "IN" ? "=" : "!=";
    const conditions = values.map((value) => compileComparison(column, comparison, value));
    return operator === "IN" ? anyOf(conditions) : allOf(conditions);
  }
  const hasNull = values.some((value) => value.kind === "null");
  const operands = values
    .filter((value) => value.kind !== "null")
    .map((value) => operandOf(column, value))
    .filter((operand) => operand !== undefined);
  if (operator === "IN") {
    const among: Condition =
      operands.length === 0 ? NEVER : sql`${column.reference} in (${sql.join(operands)})`;
    return hasNull ? anyOf([isNull(column), among]) : among;
  }
  const notAmong: Condition =
    operands.length === 0 ? ALWAYS : sql`${column.reference} not in (${sql.join(operands)})`;
  return hasNull ? allOf([isNotNull(column), notAmong]) : orNull(column, notAmong);
}

/**
 * The value in the form in which its column stores it, or undefined if no column of that type can store it.
 *
 * @throws Failure `invalid-input` if the value is of another type.
 */
function operandOf({ field, type }: Column, value: FilterValue): RawBuilder<unknown> | undefined {
  if (type === "text" && value.kind === "text") return sql`${value.text}`;
  if (type === "boolean" && value.kind === "boolean") return integer(value.boolean ? 1 : 0);
  if (type === "instant" && value.kind === "instant") return integer(value.instant.getTime());
  if (type === "integer" && value.kind === "number") {
    return Number.isSafeInteger(value.number) ? integer(value.number) : undefined;
  }
  if (type === "uuid" && value.kind === "text") {
    const uuid = parseUuid(value.text);
    return uuid === undefined ? undefined : sql`${uuid}`;
  }
  throw invalidField(field, EXPECTED[type]);
}

/**
 * Without the cast PostgreSQL gives the value the column's type, and refuses 3000000000 for a column of four bytes;
 * SQLite receives every number of JavaScript as a float.
 */
function integer(value: number): RawBuilder<unknown> {
  return sql`cast(${value} as bigint)`;
}

/** Case-insensitive: each database has a function `fold_case`, which does the same as `foldCase`. */
function contains(column: Column, value: FilterValue): Condition {
  if (value.kind !== "text") throw invalidField(column.field, EXPECTED[column.type]);
  const pattern = `%${foldCase(value.text).replace(/[\\%_]/g, "\\$&")}%`;
  return sql`fold_case(${column.reference}) like cast(${pattern} as text) escape '\\'`;
}

/** @throws Failure `invalid-input` if the value is no object name, whole or abbreviated. */
function beginsWith({ field, type, reference }: Column, value: FilterValue): Condition {
  if (value.kind !== "text" || !/^[0-9a-f]{7,64}$/i.test(value.text))
    throw invalidField(field, EXPECTED[type]);
  return sql`${reference} like cast(${`${value.text.toLowerCase()}%`} as text)`;
}

function isNull(column: Column): Condition {
  return sql`${column.reference} is null`;
}

function isNotNull(column: Column): Condition {
  return sql`${column.reference} is not null`;
}

function orNull(column: Column, condition: Condition): Condition {
  return column.isNullable ? anyOf([isNull(column), condition]) : condition;
}

function allOf(conditions: readonly Condition[]): Condition {
  return sql`(${sql.join(conditions, sql` and `)})`;
}

function anyOf(conditions: readonly Condition[]): Condition {
  return sql`(${sql.join(conditions, sql` or `)})`;
}
