// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the tests of the test are sources.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { type AnyNode, type Expression, parse, type TaggedTemplateExpression } from "acorn";

const WEB = join(import.meta.dirname, "..", "..", "src", "web");

/** Names, which no language translates. */
const NAMES = /\b(?:Pail)\b/g;
/** Attributes that people read or hear. */
const READ = new Set(["title", "aria-label", "placeholder", "alt", "aria-description"]);
const HOLE = "\u0000";

function isNode(value: unknown): value is AnyNode {
  return typeof (value as AnyNode | undefined)?.type === "string";
}

function* nodesOf(node: AnyNode): Generator<AnyNode> {
  yield node;
  for (const value of Object.values(node)) {
    for (const part of Array.isArray(value) ? value : [value]) if (isNode(part)) yield* nodesOf(part);
  }
}

type Place = "text" | "data" | "read-attribute" | "attribute";

/**
 * Goes through the markup of a template. @returns the words that stand in it, and of each hole the place that it is in.
 */
function readTemplate({ quasi }: TaggedTemplateExpression): { words: string[]; holes: Place[] } {
  const markup = quasi.quasis.map(({ value }) => value.cooked ?? "").join(HOLE);
  const words: string[] = [];
  const holes: Place[] = [];
  const note = (place: Place, text: string) => {
    for (const _ of text.matchAll(new RegExp(HOLE, "g"))) holes.push(place);
    if (place !== "text" && place !== "read-attribute") return;
    const rest = text.replaceAll(/&\w+;|&#\w+;/g, "").replaceAll(NAMES, "");
    if (/\p{L}/u.test(rest)) words.push(rest.replaceAll(HOLE, "…").trim());
  };
  const readAttributes = (text: string) => {
    let from = 0;
    for (const found of text.matchAll(/([\w-]+)="([^"]*)"/g)) {
      note("attribute", text.slice(from, found.index));
      note(READ.has(found[1]!) ? "read-attribute" : "attribute", found[2]!);
      from = found.index + found[0].length;
    }
    note("attribute", text.slice(from));
  };
  // A template may be attributes alone, to stand within a tag.
  if (
    /^(?:\s+[\w-]+(?:="[^"]*")?|\s*\0)+\s*$/.test(markup) &&
    /=|^ (?:checked|hidden|open|required|selected)/.test(markup)
  ) {
    readAttributes(markup);
    return { words, holes };
  }
  // Commands and names of scopes are data, and are set in `code` or `pre`.
  let dataDepth = 0;
  let from = 0;
  for (const tag of markup.matchAll(/<(\/?)([\w-]+|!doctype)((?:"[^"]*"|[^>"])*)>/g)) {
    note(dataDepth > 0 ? "data" : "text", markup.slice(from, tag.index));
    from = tag.index + tag[0].length;
    if (/^(?:code|pre|textarea|option)$/.test(tag[2]!) && tag[2] !== "option")
      dataDepth += tag[1] === "/" ? -1 : 1;
    readAttributes(tag[3]!);
  }
  note(dataDepth > 0 ? "data" : "text", markup.slice(from));
  return { words, holes };
}

/** What a hole may become: both sides of a choice. */
function outcomesOf(expression: Expression): Expression[] {
  switch (expression.type) {
    case "ConditionalExpression":
      return [...outcomesOf(expression.consequent), ...outcomesOf(expression.alternate)];
    case "LogicalExpression":
      return [...outcomesOf(expression.left), ...outcomesOf(expression.right)];
    default:
      return [expression];
  }
}

function wordsOfHole(expression: Expression): string[] {
  return outcomesOf(expression).flatMap((outcome) => {
    const text =
      outcome.type === "Literal" && typeof outcome.value === "string"
        ? outcome.value
        : outcome.type === "TemplateLiteral"
          ? outcome.quasis.map(({ value }) => value.cooked ?? "").join("")
          : "";
    return /\p{L}/u.test(text.replaceAll(NAMES, "")) ? [text] : [];
  });
}

function listWords(text: string): string[] {
  const program = parse(stripTypeScriptTypes(text), { ecmaVersion: "latest", sourceType: "module" });
  return [...nodesOf(program)].flatMap((node) => {
    if (node.type !== "TaggedTemplateExpression") return [];
    if (node.tag.type !== "Identifier" || node.tag.name !== "html") return [];
    const { words, holes } = readTemplate(node);
    const inHoles = node.quasi.expressions.flatMap((expression, index) =>
      holes[index] === "text" || holes[index] === "read-attribute" ? wordsOfHole(expression) : [],
    );
    return [...words, ...inHoles];
  });
}

for (const [source, found] of [
  ["html`<p>Hello</p>`", ["Hello"]],
  ['html`<p title="Hello">${x}</p>`', ["Hello"]],
  ['html`<p class="hello">${isOpen ? "Open" : "Closed"}</p>`', ["Open", "Closed"]],
  ['html`<p class="${isOpen ? "open" : ""}">${t(texts.open)} · Pail &nbsp;</p>`', []],
  ["html`<pre>git clone ${url}</pre><code>main</code>`", []],
  ['html` data-theme="${theme}"`', []],
  ['html` aria-label="Hello"`', ["Hello"]],
  ['html`<a href="/x?y=>" rel="next">${n} 件</a>`', ["… 件"]],
] as const) {
  test(`the words of ${source} are ${found.length === 0 ? "none" : found}`, () => {
    assert.deepEqual(listWords(source), found);
  });
}

test("all words of the pages stand in the catalogue", () => {
  const words = globSync("**/*.ts", { cwd: WEB })
    .filter((file) => !file.endsWith(".test.ts") && !file.startsWith("catalogue/"))
    .flatMap((file) => listWords(readFileSync(join(WEB, file), "utf8")).map((text) => `${file}: ${text}`));
  assert.deepEqual(words, [], "a text is an entry of src/web/catalogue/, in both languages");
});
