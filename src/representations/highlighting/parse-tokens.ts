import { type EncodedTokens, NUMBERS_PER_TOKEN, TOKEN_KINDS, type TokenKind } from "./encoded-tokens.ts";

/** highlight.js names some hundred scopes, such as `title.function.invoke`; the first part decides unless more is listed. */
const KINDS: Readonly<Record<string, TokenKind | "none">> = {
  addition: "s",
  attr: "f",
  attribute: "f",
  bullet: "k",
  "char.escape": "v",
  code: "s",
  comment: "o",
  deletion: "v",
  formula: "s",
  keyword: "k",
  link: "s",
  literal: "v",
  meta: "k",
  name: "k",
  number: "v",
  params: "none",
  quote: "o",
  regexp: "s",
  section: "k",
  "selector-attr": "f",
  "selector-class": "f",
  "selector-id": "f",
  "selector-pseudo": "f",
  "selector-tag": "k",
  string: "s",
  // What is put into a string is code again.
  subst: "none",
  symbol: "v",
  "template-tag": "k",
  title: "f",
  "title.class": "none",
};

/** In the place of a kind: ink. */
const NONE = TOKEN_KINDS.length;

const kindOfClass = new Map<string, number | undefined>();

/** @param text such as `hljs-title function_ invoke__`. Undefined: as what it is in. */
function kindOf(text: string): number | undefined {
  if (!kindOfClass.has(text)) kindOfClass.set(text, lookUpKind(text));
  return kindOfClass.get(text);
}

function lookUpKind(text: string): number | undefined {
  // A language within another one is code, whatever it stands in.
  if (text.startsWith("language-")) return NONE;
  const [first = "", second = ""] = text.replace(/^hljs-/, "").split(" ");
  const kind = KINDS[`${first}.${second.replaceAll("_", "")}`] ?? KINDS[first];
  if (kind === undefined) return undefined;
  return kind === "none" ? NONE : TOKEN_KINDS.indexOf(kind);
}

const OPENED = '<span class="';
const CLOSED = "</span>";

/**
 * Reads the tokens in the HTML of highlight.js: text with five characters escaped, and `span` with a class, within each other. Such
 * become runs after each other here, and neighbours of one kind one run.
 *
 * @param text that was highlighted.
 * @returns undefined if the HTML is not that of the text.
 */
export function parseTokens(html: string, text: string): EncodedTokens | undefined {
  /** Start, end and kind of each, from the beginning of the text. */
  const runs: number[] = [];
  const open: number[] = [];
  let position = 0;
  /** The next character that is written as an escape. */
  let escaped = html.indexOf("&");
  for (let at = 0; at < html.length; ) {
    if (html.startsWith(OPENED, at)) {
      const end = html.indexOf('">', at);
      const around = open.at(-1) ?? NONE;
      open.push(kindOf(html.slice(at + OPENED.length, end)) ?? around);
      at = end + 2;
      continue;
    }
    if (html.startsWith(CLOSED, at)) {
      open.pop();
      at += CLOSED.length;
      continue;
    }
    const next = html.indexOf("<", at);
    const end = next === -1 ? html.length : next;
    // A tag of another form is none of highlight.js.
    if (end === at) return undefined;
    const start = position;
    position += end - at;
    for (; escaped !== -1 && escaped < end; escaped = html.indexOf("&", escaped + 1))
      position -= html.indexOf(";", escaped) - escaped;
    addRun(runs, start, position, open.at(-1) ?? NONE);
    at = end;
  }
  return position === text.length ? splitIntoLines(runs, text) : undefined;
}

function addRun(runs: number[], start: number, end: number, kind: number): void {
  if (kind === NONE) return;
  const before = runs.length - NUMBERS_PER_TOKEN;
  if (before >= 0 && runs[before + 1] === start && runs[before + 2] === kind) runs[before + 1] = end;
  else runs.push(start, end, kind);
}

function splitIntoLines(runs: readonly number[], text: string): EncodedTokens {
  const firstOfLine: number[] = [];
  const tokens: number[] = [];
  let at = 0;
  for (let start = 0; start <= text.length; ) {
    const newline = text.indexOf("\n", start);
    const end = newline === -1 ? text.length : newline;
    firstOfLine.push(tokens.length);
    for (; at < runs.length && runs[at]! < end; at += NUMBERS_PER_TOKEN) {
      const first = Math.max(runs[at]!, start);
      const last = Math.min(runs[at + 1]!, end);
      if (last > first) tokens.push(first - start, last - start, runs[at + 2]!);
      // It goes on in the next line.
      if (runs[at + 1]! > end) break;
    }
    start = end + 1;
  }
  return { firstOfLine: Uint32Array.from(firstOfLine), tokens: Uint32Array.from(tokens) };
}
