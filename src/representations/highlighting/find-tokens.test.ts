import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import { tokensOfLine } from "./encoded-tokens.ts";
import { findTokens } from "./find-tokens.ts";
import { findLanguage, LANGUAGE_IDS } from "./languages.ts";

/** The text with each token written as `kind<text>`. */
function mark(text: string, language: string): string {
  const tokens = findTokens(text, language)!;
  const lines = text.split("\n").map((line, index) => {
    let marked = "";
    let at = 0;
    for (const { start, end, kind } of tokensOfLine(tokens, index + 1)) {
      marked += `${line.slice(at, start)}${kind}<${line.slice(start, end)}>`;
      at = end;
    }
    return marked + line.slice(at);
  });
  return lines.join("\n");
}

for (const [language, text, marked] of [
  [
    "typescript",
    'export const A = 120; // x & y\nlet s = "a<b>&amp;";',
    'k<export> k<const> A = v<120>; o<// x & y>\nk<let> s = s<"a<b>&amp;">;',
  ],
  ["typescript", "/* a\n\n b */ f(null)", "o</* a>\n\no< b */> f<f>(v<null>)"],
  ["typescript", `\`a \${b + \`c\`} d\``, `s<\`a >\${b + s<\`c\`>}s< d\`>`],
  [
    "python",
    'def f(x):\n  """a\n  b"""\n  return 1.5',
    'k<def> f<f>(x):\n  s<"""a>\ns<  b""">\n  k<return> v<1.5>',
  ],
  ["json", '{"a": [1, true, "b"]}', '{f<"a">: [v<1>, k<true>, s<"b">]}'],
  [
    "xml",
    "<p a='1'>x</p><script>let b = 1</script>",
    "<k<p> f<a>=s<'1'>>x</k<p>><k<script>>k<let> b = v<1></k<script>>",
  ],
  ["markdown", "# a\n\n`b` <i>c</i>", "k<# a>\n\ns<`b`> <k<i>>c</k<i>>"],
  ["bash", 'echo "a $b" # c', 'echo s<"a $b"> o<# c>'],
  ["json", "", ""],
  ["json", "1\r\n2\n", "v<1>\r\nv<2>\n"],
] as const)
  test(`highlights ${language}: ${JSON.stringify(text.slice(0, 30))}`, () => {
    assert.equal(mark(text, language), marked);
  });

test("each language has a grammar", () => {
  for (const id of LANGUAGE_IDS) assert.notEqual(findTokens('a "b" 1\n', id), undefined, id);
});

test("tokens are within their line, in their order, and do not overlap, in any language and text", () => {
  const parts = fc.constantFrom(
    ..."<&>\"'`{}()[]#/*+-=$@:;.,\\|%!~^_ aA1é\u{1f600}",
    ...'\n|\r\n|/*|*/|//|<!--|-->|<script>|</script>|${|```|def |function |class |0x1f|"""|#if|<?php|&amp;|&lt;'.split(
      "|",
    ),
  );
  const text = fc.array(parts, { maxLength: 80 });
  fc.assert(
    fc.property(fc.constantFrom(...LANGUAGE_IDS), text, (language, all) => {
      const whole = all.join("");
      const tokens = findTokens(whole, language);
      // A grammar that cannot go on is highlight.js's fault, and harmless.
      if (tokens === undefined) return;
      const lines = whole.split("\n");
      for (const [index, line] of lines.entries()) {
        let at = 0;
        for (const { start, end } of tokensOfLine(tokens, index + 1)) {
          assert.ok(start >= at && end > start && end <= line.length);
          at = end;
        }
      }
      assert.deepEqual(tokensOfLine(tokens, lines.length + 1), []);
    }),
    { numRuns: 1500 },
  );
});

test("our own sources are highlighted throughout", () => {
  for (const name of readdirSync(import.meta.dirname)) {
    const text = readFileSync(join(import.meta.dirname, name), "utf8");
    const tokens = findTokens(text, findLanguage(name)!.id)!;
    assert.equal(tokens.firstOfLine.length, text.split("\n").length, name);
    assert.ok(tokens.tokens.length > 60, name);
  }
});
