import assert from "node:assert/strict";
import { test } from "node:test";
import { visibleText } from "./visible-text.ts";

const tag = (digits: string) => `<span class="tag">U+${digits}</span>`;

for (const [text, markup] of [
  ["a < b && c > \"d\" 'e'", "a &lt; b &amp;&amp; c &gt; &quot;d&quot; &#39;e&#39;"],
  ["\tindented", "\tindented"],
  ["access\u202e\u2066// \u2069", `access${tag("202E")}${tag("2066")}// ${tag("2069")}`],
  ["a\0\x1b[31m\x7f", `a${tag("0000")}${tag("001B")}[31m${tag("007F")}`],
  ["zero\u200bwidth\ufeff", `zero${tag("200B")}width${tag("FEFF")}`],
  ["pay\u200dpal", `pay${tag("200D")}pal`],
  ["\u{1f468}\u200d\u{1f469}", "\u{1f468}\u200d\u{1f469}"],
  ["می\u200cخواهم", "می\u200cخواهم"],
  ["\u{e0041}", tag("E0041")],
  ["bytes \u{10ffff}", "bytes \u{fffd}"],
  ["日本語 naïve", "日本語 naïve"],
] as const)
  test(JSON.stringify(text), () => assert.equal(visibleText(text).toString(), markup));
