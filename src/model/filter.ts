import { textLength } from "./text-length.ts";
/** A literal of the filter language. */
export type FilterValue =
  /** Well-formed, without U+0000: PostgreSQL keeps no such text. */
  | { readonly kind: "text"; readonly text: string }
  /** Finite. Digits beyond the precision of a double are rounded. */
  | { readonly kind: "number"; readonly number: number }
  | { readonly kind: "boolean"; readonly boolean: boolean }
  | { readonly kind: "instant"; readonly instant: Date }
  | { readonly kind: "null" };

export type ComparisonOperator = "=" | "!=" | "~" | "!~" | ">" | ">=" | "<" | "<=";

/**
 * A condition on objects of a collection: the `q` of Bitbucket's "Filter and sort API objects". `field` is a path
 * in the object's JSON, such as `mainbranch.name`. `and` and `or` have two filters or more.
 */
export type Filter =
  | { readonly kind: "and"; readonly filters: readonly Filter[] }
  | { readonly kind: "or"; readonly filters: readonly Filter[] }
  | {
      readonly kind: "comparison";
      readonly field: string;
      readonly operator: ComparisonOperator;
      readonly value: FilterValue;
    }
  | {
      readonly kind: "membership";
      readonly field: string;
      readonly operator: "IN" | "NOT IN";
      readonly values: readonly FilterValue[];
    };

export type ParsedFilter =
  | { readonly kind: "filter"; readonly filter: Filter }
  /** `column` is 1-based and counts UTF-16 code units; one past the text where something more is expected. */
  | { readonly kind: "malformed"; readonly column: number; readonly problem: string };

export type Sort = { readonly field: string; readonly direction: "asc" | "desc" };

/** In UTF-16 code units. Half of what servers and proxies usually allow for a whole URL. */
export const FILTER_LENGTH_MAX = 4096;
/** Parentheses within parentheses. */
export const FILTER_DEPTH_MAX = 32;
/** Comparisons and memberships in one filter. */
export const FILTER_COMPARISONS_MAX = 100;
/** Values in one list of IN or NOT IN. */
export const FILTER_LIST_VALUES_MAX = 100;
/** In UTF-16 code units, with the dots. */
export const SORT_FIELD_LENGTH_MAX = 255;

const FIELD = /^[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_-]*)*$/;
const RESERVED_WORDS: ReadonlySet<string> = new Set(["and", "or", "not", "in", "null", "true", "false"]);
/** The longer operators stand first, so that `>=` is not read as `>`. */
const OPERATORS: readonly ComparisonOperator[] = ["!=", "!~", ">=", "<=", "=", "~", ">", "<"];

/**
 * Reads a filter. Never throws; takes time linear in the length of the text.
 *
 * Source: Bitbucket's REST introduction, "Filter and sort API objects". AND binds tighter than OR; both, IN and
 * NOT IN may be written in any case.
 */
export function parseFilter(text: string): ParsedFilter {
  if (textLength(text) > FILTER_LENGTH_MAX) {
    return malformed(FILTER_LENGTH_MAX, `the text is longer than ${FILTER_LENGTH_MAX} characters`);
  }
  return new FilterParser(text).parse();
}

/** Reads `field` or `-field` (descending). Several fields are not a sort: Bitbucket takes one only. */
export function parseSort(text: string): Sort | undefined {
  const isDescending = text.startsWith("-");
  const field = isDescending ? text.slice(1) : text;
  if (field.length > SORT_FIELD_LENGTH_MAX || !isField(field)) return undefined;
  return { field, direction: isDescending ? "desc" : "asc" };
}

function isField(text: string): boolean {
  return FIELD.test(text) && !RESERVED_WORDS.has(text.toLowerCase());
}

function malformed(offset: number, problem: string): ParsedFilter {
  return { kind: "malformed", column: offset + 1, problem };
}

/**
 * Recursive descent over the text. A method returns undefined once the text has proved malformed; `#malformed` then
 * says where. Recursion is bounded by FILTER_DEPTH_MAX, and no character is looked at more than a few times.
 */
class FilterParser {
  readonly #text: string;
  #offset = 0;
  #comparisons = 0;
  #malformed: ParsedFilter | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): ParsedFilter {
    const filter = this.#compound("or", 0);
    if (filter !== undefined && this.#offset === this.#text.length) return { kind: "filter", filter };
    return this.#malformed ?? malformed(this.#offset, "expected AND, OR or the end");
  }

  /** Records the problem and returns undefined, so that a method can `return this.#refuse(…)`. */
  #refuse(problem: string, offset: number = this.#offset): undefined {
    this.#malformed ??= malformed(offset, problem);
    return undefined;
  }

  /** A chain of ANDs, or of ORs between such chains, up to what cannot continue it. */
  #compound(kind: "and" | "or", depth: number): Filter | undefined {
    const filters: Filter[] = [];
    do {
      const filter = kind === "or" ? this.#compound("and", depth) : this.#primary(depth);
      if (filter === undefined) return undefined;
      filters.push(filter);
    } while (this.#takeKeyword(kind));
    return filters.length === 1 ? filters[0] : { kind, filters };
  }

  #primary(depth: number): Filter | undefined {
    this.#skipSpace();
    const start = this.#offset;
    if (!this.#take("(")) return this.#condition();
    if (depth >= FILTER_DEPTH_MAX) {
      return this.#refuse(`more than ${FILTER_DEPTH_MAX} parentheses within each other`, start);
    }
    const filter = this.#compound("or", depth + 1);
    if (filter === undefined) return undefined;
    return this.#take(")") ? filter : this.#refuse('expected AND, OR or ")"');
  }

  #condition(): Filter | undefined {
    this.#skipSpace();
    const start = this.#offset;
    const field = this.#takeWord();
    if (!isField(field)) return this.#refuse('expected the name of a field or "("', start);
    this.#comparisons += 1;
    if (this.#comparisons > FILTER_COMPARISONS_MAX) {
      return this.#refuse(`more than ${FILTER_COMPARISONS_MAX} comparisons`, start);
    }
    if (this.#takeKeyword("in")) return this.#membership(field, "IN");
    if (this.#takeKeyword("not")) {
      return this.#takeKeyword("in")
        ? this.#membership(field, "NOT IN")
        : this.#refuse("expected IN after NOT");
    }
    const operator = OPERATORS.find((candidate) => this.#take(candidate));
    if (operator === undefined)
      return this.#refuse(`expected an operator: ${OPERATORS.join(" ")} IN or NOT IN`);
    const value = this.#value();
    return value === undefined ? undefined : { kind: "comparison", field, operator, value };
  }

  #membership(field: string, operator: "IN" | "NOT IN"): Filter | undefined {
    if (!this.#take("(")) return this.#refuse(`expected "(" after ${operator}`);
    const values: FilterValue[] = [];
    do {
      if (values.length === FILTER_LIST_VALUES_MAX) {
        return this.#refuse(`more than ${FILTER_LIST_VALUES_MAX} values in a list`);
      }
      const value = this.#value();
      if (value === undefined) return undefined;
      values.push(value);
    } while (this.#take(","));
    return this.#take(")")
      ? { kind: "membership", field, operator, values }
      : this.#refuse('expected "," or ")" in a list');
  }

  #value(): FilterValue | undefined {
    this.#skipSpace();
    const start = this.#offset;
    if (this.#text[start] === '"') return this.#quoted();
    const word = this.#takeWord();
    return (
      parseUnquotedValue(word) ??
      this.#refuse("expected a value: text in double quotes, a number, a date, true, false or null", start)
    );
  }

  #quoted(): FilterValue | undefined {
    const start = this.#offset;
    // Runs without a quote, a backslash or U+0000, and the two escapes. The alternatives exclude each other, so the
    // match never goes back.
    const body = /"((?:[^"\\\0]+|\\["\\])*)/y;
    body.lastIndex = start;
    const escaped = body.exec(this.#text)?.[1] ?? "";
    const end = start + 1 + escaped.length;
    if (end >= this.#text.length) return this.#refuse("the text in double quotes does not end", start);
    if (this.#text[end] === "\\") return this.#refuse('only \\" and \\\\ are escapes', end);
    if (this.#text[end] !== '"' || !escaped.isWellFormed()) {
      return this.#refuse("text must not hold U+0000 or half of a surrogate pair", end);
    }
    this.#offset = end + 1;
    return { kind: "text", text: escaped.replace(/\\(.)/g, "$1") };
  }

  #skipSpace(): void {
    while (" \t\r\n".includes(this.#text[this.#offset] ?? "end")) this.#offset += 1;
  }

  /** Takes `symbol` if it comes next, after white space. */
  #take(symbol: string): boolean {
    this.#skipSpace();
    if (!this.#text.startsWith(symbol, this.#offset)) return false;
    this.#offset += symbol.length;
    return true;
  }

  /** Takes `keyword`, in any case, if the next word is exactly that. */
  #takeKeyword(keyword: "and" | "or" | "not" | "in"): boolean {
    this.#skipSpace();
    const start = this.#offset;
    if (this.#takeWord().toLowerCase() === keyword) return true;
    this.#offset = start;
    return false;
  }

  /** Takes what fields, keywords, numbers and dates are made of, possibly nothing. */
  #takeWord(): string {
    const word = /[A-Za-z0-9_.:+-]*/y;
    word.lastIndex = this.#offset;
    const taken = word.exec(this.#text)?.[0] ?? "";
    this.#offset += taken.length;
    return taken;
  }
}

function parseUnquotedValue(word: string): FilterValue | undefined {
  switch (word.toLowerCase()) {
    case "null":
      return { kind: "null" };
    case "true":
      return { kind: "boolean", boolean: true };
    case "false":
      return { kind: "boolean", boolean: false };
  }
  if (/^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(word)) {
    const number = Number(word);
    // Adding 0 makes 0 of -0.
    return Number.isFinite(number) ? { kind: "number", number: number + 0 } : undefined;
  }
  const instant = parseInstant(word);
  return instant === undefined ? undefined : { kind: "instant", instant };
}

const INSTANT =
  /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d{2})(?::?(\d{2}))?)?)?$/i;

/**
 * Reads an ISO 8601 date or date-time: a date alone is midnight, no zone is UTC. Digits beyond milliseconds are cut off
 * (Bitbucket's own timestamps have six).
 */
function parseInstant(text: string): Date | undefined {
  const match = INSTANT.exec(text);
  if (match === null) return undefined;
  const part = (index: number) => Number(match[index] ?? 0);
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  const [zoneHour, zoneMinute] = [part(9), part(10)];
  if (hour > 23 || minute > 59 || second > 59 || zoneHour > 23 || zoneMinute > 59) return undefined;
  const instant = new Date(0);
  // Not Date.UTC, which takes the years 0 to 99 for 1900 to 1999.
  instant.setUTCFullYear(year, month - 1, day);
  // A day that the month does not have has become one of the next month.
  if (instant.getUTCMonth() !== month - 1 || instant.getUTCDate() !== day) return undefined;
  instant.setUTCHours(hour, minute, second, Number((match[7] ?? "").slice(0, 3).padEnd(3, "0")));
  const zoneMs = (zoneHour * 60 + zoneMinute) * 60_000;
  return new Date(instant.getTime() - (match[8] === "-" ? -zoneMs : zoneMs));
}
