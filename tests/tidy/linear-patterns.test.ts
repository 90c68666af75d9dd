import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { type Token, tokenizer } from "acorn";
import { analyse } from "scslre";
import { openRandom } from "../support/fuzzing/random.ts";
import { shortestCpuMs } from "../support/processes/shortest-time.ts";

const ROOT = join(import.meta.dirname, "..", "..");

/**
 * Made of our own words, with nothing in them that repeats but digits. Those of the search are made of words that callers send:
 * letters, digits and `_` alone. What repeats between them has none of these characters, so a text is read once for each word.
 */
const COMPOSED = [
  "src/git/diffs/list-conflicts.ts",
  "src/operations/source/match-lines.ts",
  "src/representations/markdown/render-markdown.ts",
];

type Pattern = { readonly source: string; readonly flags: string };

const FILES = globSync("src/**/*.ts", { cwd: ROOT })
  .filter((name) => !name.endsWith(".test.ts"))
  .sort()
  .map((name) => ({ name, text: readFileSync(join(ROOT, name), "utf8") }));

/** The regular expressions that are written in a source. */
function patternsOf(text: string): Pattern[] {
  const patterns: Pattern[] = [];
  const options = { ecmaVersion: "latest", sourceType: "module" } as const;
  for (const token of tokenizer(stripTypeScriptTypes(text), options)) {
    const { value } = token as Token & { readonly value: unknown };
    if (token.type.label !== "regexp") continue;
    const { pattern, flags } = value as { pattern: string; flags: string };
    patterns.push({ source: pattern, flags });
  }
  return patterns;
}

/** What makes a pattern take more time than in proportion to the text, for some text; undefined if nothing does. */
function slownessOf(pattern: Pattern): string | undefined {
  const [report] = analyse(pattern).reports;
  const shown = `/${pattern.source}/${pattern.flags}`;
  if (report !== undefined) return `${shown} ${report.exponential ? "doubles" : "squares"} (${report.type})`;
  const text = doublingText(pattern);
  return text === undefined ? undefined : `${shown} doubles: ${JSON.stringify(text)}`;
}

const REPETITIONS = 24;
const TEXTS = 300;
const TEXT_MS_MAX = 50;

/**
 * A short text that takes long. The analysis sees repetitions only, and not that two ways through an alternative make the same
 * words; where they do, each repetition doubles the time.
 */
function doublingText({ source, flags }: Pattern): string | undefined {
  const expression = new RegExp(source, flags);
  const words = [...(source.match(/[\w "'<>=:/@.-]+|./gu) ?? []), ...source];
  const random = openRandom(source.length, 0);
  for (let index = 0; index < TEXTS; index += 1) {
    const repeated = random.pick(words) + (random.chance(0.5) ? random.pick(words) : "");
    const text = `${random.chance(0.5) ? random.pick(words) : ""}${repeated.repeat(REPETITIONS)}\u0001`;
    if (shortestCpuMs(() => testFromStart(expression, text), TEXT_MS_MAX) > TEXT_MS_MAX) return text;
  }
  return undefined;
}

function testFromStart(expression: RegExp, text: string): void {
  expression.lastIndex = 0;
  expression.test(text);
}

test("no regular expression takes more time than in proportion to the text", () => {
  let count = 0;
  const slow = FILES.flatMap(({ name, text }) =>
    patternsOf(text).flatMap((pattern) => {
      count += 1;
      const slowness = slownessOf(pattern);
      return slowness === undefined ? [] : [`${name}: ${slowness}`];
    }),
  );
  assert.ok(count > 100, `${count} expressions are found`);
  assert.deepEqual(
    slow,
    [],
    "two repetitions that can take the same letters, or one that is tried from each of its letters: split, or look from the end",
  );
});

test("expressions that are put together are listed, since nothing else looks at them", () => {
  const composing = FILES.filter(({ text }) => /\bRegExp\(/.test(text)).map(({ name }) => name);
  assert.deepEqual(composing, COMPOSED, "write the expression out, so that it can be judged");
});

for (const [why, pattern] of [
  ["doubles", /^(?:a+)+$/],
  ["doubles by two ways to go on", /^(?:a|b|ab)+$/],
  ["squares by two repetitions", /^a+[ab]*$/],
  ["squares by being tried from everywhere", /a+$/],
] as const) {
  test(`an expression is found that ${why}`, () => assert.notEqual(slownessOf(pattern), undefined));
}
