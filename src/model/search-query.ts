import { Failure } from "./failure.ts";
import { textLength } from "./text-length.ts";

/**
 * A query of the code search. Words are AND-ed unless `OR` stands between them; `NOT` or a `-` in front excludes. All texts
 * are in small letters.
 */
export type SearchQuery =
  | { readonly kind: "and" | "or"; readonly parts: readonly SearchQuery[] }
  | { readonly kind: "not"; readonly part: SearchQuery }
  | SearchTerm
  | { readonly kind: Modifier; readonly value: string };

/** Words that follow each other with nothing but punctuation between them; one at least. Letters, digits and `_` alone. */
export type SearchTerm = { readonly kind: "term"; readonly words: readonly string[] };

type Modifier = "repo" | "project" | "path" | "ext" | "lang";

const MODIFIERS: Readonly<Record<string, Modifier>> = {
  repo: "repo",
  project: "project",
  path: "path",
  ext: "ext",
  lang: "lang",
  language: "lang",
};

/** In characters. */
export const SEARCH_LENGTH_MAX = 500;
/** Each is a process for each repository. */
export const SEARCH_TERMS_MAX = 10;

type Token =
  | { readonly kind: "open" | "close" | "and" | "or" | "not" }
  | { readonly kind: "operand"; readonly query: SearchQuery | undefined };

/**
 * Reads a query; takes time linear in its length. The keys of refusals are our own.
 *
 * @throws Failure invalid-input with a `key` in its data.
 */
export function parseSearchQuery(text: string): SearchQuery {
  if (textLength(text) > SEARCH_LENGTH_MAX)
    throw malformed("too-long", `must not have more than ${SEARCH_LENGTH_MAX} characters`);
  const tokens = readTokens(text);
  const query = new Reader(tokens).read();
  const terms = query === undefined ? [] : listTerms(query);
  if (terms.length > SEARCH_TERMS_MAX)
    throw malformed("too-many-terms", `must not have more than ${SEARCH_TERMS_MAX} terms`);
  if (query === undefined || listTerms(query, { areExcludedLeftOut: true }).length === 0)
    throw malformed("no-term", "must have a word to look for");
  return query;
}

function malformed(key: string, problem: string): Failure {
  return new Failure("invalid-input", `search_query: ${problem}`, {
    fields: { search_query: [problem] },
    data: { key: `search.query.${key}` },
  });
}

/** All terms of a query, or only those whose matches are wanted. */
export function listTerms(query: SearchQuery, options?: { readonly areExcludedLeftOut: true }): SearchTerm[] {
  switch (query.kind) {
    case "and":
    case "or":
      return query.parts.flatMap((part) => listTerms(part, options));
    case "not":
      return options === undefined ? listTerms(query.part) : [];
    case "term":
      return [query];
    default:
      return [];
  }
}

/** The values of a modifier one of which every result has. Undefined: the query leaves it open. */
export function requiredValues(
  query: SearchQuery,
  modifier: "repo" | "project",
): readonly string[] | undefined {
  switch (query.kind) {
    case "repo":
    case "project":
      return query.kind === modifier ? [query.value] : undefined;
    case "and":
      return query.parts.map((part) => requiredValues(part, modifier)).find((each) => each !== undefined);
    case "or": {
      const values = query.parts.map((part) => requiredValues(part, modifier));
      return values.some((each) => each === undefined) ? undefined : values.flatMap((each) => each ?? []);
    }
    default:
      return undefined;
  }
}

const OPERATORS: Readonly<Record<string, "and" | "or" | "not">> = { AND: "and", OR: "or", NOT: "not" };

function readTokens(text: string): Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  let at = 0;
  while (at < text.length) {
    const character = text[at]!;
    if (/\s/.test(character)) {
      at += 1;
    } else if (character === "(" || (character === ")" && depth > 0)) {
      depth += character === "(" ? 1 : -1;
      tokens.push({ kind: character === "(" ? "open" : "close" });
      at += 1;
    } else if (character === "-" && /[^\s-]/.test(text[at + 1] ?? " ")) {
      tokens.push({ kind: "not" });
      at += 1;
    } else {
      const end = endOfOperand(text, at, depth > 0);
      tokens.push(readOperand(text.slice(at, end)));
      at = end;
    }
  }
  if (depth > 0) throw malformed("unbalanced", "has a parenthesis that is not closed");
  return tokens;
}

/** Up to white space, outside quotation marks; within a group also up to the parenthesis that closes it. */
function endOfOperand(text: string, start: number, isInGroup: boolean): number {
  let own = 0;
  let at = start;
  for (; at < text.length; at += 1) {
    const character = text[at]!;
    if (/\s/.test(character)) break;
    if (character === '"') {
      const closing = text.indexOf('"', at + 1);
      if (closing === -1) throw malformed("unbalanced", "has a quotation mark that is not closed");
      at = closing;
      // A phrase ends with its mark.
      if (text[start] === '"') return at + 1;
    }
    if (character === "(") own += 1;
    if (character === ")") {
      if (isInGroup && own === 0) break;
      own -= 1;
    }
  }
  return at;
}

function readOperand(text: string): Token {
  const operator = OPERATORS[text];
  if (operator !== undefined) return { kind: operator };
  const [, name = "", rest = ""] = /^([A-Za-z]+):(.*)$/s.exec(text) ?? [];
  const modifier = Object.hasOwn(MODIFIERS, name.toLowerCase()) ? MODIFIERS[name.toLowerCase()] : undefined;
  if (modifier !== undefined) {
    const value = rest.replaceAll('"', "").toLowerCase();
    if (value === "") throw malformed("no-value", `${modifier} has no value`);
    return { kind: "operand", query: { kind: modifier, value } };
  }
  const words = wordsOf(text);
  return { kind: "operand", query: words.length === 0 ? undefined : { kind: "term", words } };
}

/** Everything else separates them: white space, punctuation, control characters. */
function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{M}\p{N}_]+/gu) ?? [];
}

/** OR binds less than AND, which need not be written; operators at the ends are passed over. */
class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  read(): SearchQuery | undefined {
    return this.#or();
  }

  #takes(kind: Token["kind"]): boolean {
    if (this.#tokens[this.#at]?.kind !== kind) return false;
    this.#at += 1;
    return true;
  }

  #or(): SearchQuery | undefined {
    const parts = [this.#and()];
    while (this.#takes("or")) parts.push(this.#and());
    return join("or", parts);
  }

  #and(): SearchQuery | undefined {
    const parts: (SearchQuery | undefined)[] = [];
    for (;;) {
      const kind = this.#tokens[this.#at]?.kind;
      if (kind === undefined || kind === "or" || kind === "close") return join("and", gather(parts));
      if (!this.#takes("and")) parts.push(this.#not());
    }
  }

  #not(): SearchQuery | undefined {
    let isExcluded = false;
    while (this.#takes("not")) isExcluded = !isExcluded;
    const part = this.#operand();
    return isExcluded && part !== undefined ? { kind: "not", part } : part;
  }

  #operand(): SearchQuery | undefined {
    const token = this.#tokens[this.#at];
    if (token?.kind === "operand") {
      this.#at += 1;
      return token.query;
    }
    if (!this.#takes("open")) return undefined;
    const query = this.#or();
    this.#takes("close");
    return query;
  }
}

function join(kind: "and" | "or", parts: readonly (SearchQuery | undefined)[]): SearchQuery | undefined {
  const all = parts.filter((part) => part !== undefined);
  return all.length > 1 ? { kind, parts: all } : all[0];
}

/** A file has one repository, project, ending and language: several of them are alternatives, or nothing would be found. */
const ALTERNATIVES = ["repo", "project", "ext", "lang"] as const;

function gather(parts: readonly (SearchQuery | undefined)[]): (SearchQuery | undefined)[] {
  const isAlternative = (part: SearchQuery | undefined) => ALTERNATIVES.some((kind) => kind === part?.kind);
  const groups = ALTERNATIVES.map((kind) =>
    join(
      "or",
      parts.filter((part) => part?.kind === kind),
    ),
  );
  return [...groups, ...parts.filter((part) => !isAlternative(part))];
}
