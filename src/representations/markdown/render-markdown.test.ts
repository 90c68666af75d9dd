import assert from "node:assert/strict";
import { test } from "node:test";
import MarkdownIt from "markdown-it";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import { isQuicklyRendered, renderMarkdown, renderPlainText } from "./render-markdown.ts";

const renderMessage = (text: string) => renderMarkdown(text, "message");
const renderDocument = (text: string) => renderMarkdown(text, "document");

/** Those with a list are recorded of commits and pull requests. */
for (const [text, html] of [
  ["", ""],
  ["Add Apache 2.0 License\n", "<p>Add Apache 2.0 License</p>"],
  ["[CI] Release version 1.0.0", "<p>[CI] Release version 1.0.0</p>"],
  ["Provide some change:\n* add a new\n", "<p>Provide some change:<br>\n* add a new</p>"],
  [
    "* Add license\r\n\r\n* [CI] Release",
    "<ul>\n<li>\n<p>Add license</p>\n</li>\n<li>\n<p>[CI] Release</p>\n</li>\n</ul>",
  ],
  [
    "* Provide:\n\n    * add\n    * modify\n    \n* Provide",
    "<ul>\n<li>\n<p>Provide:</p>\n<ul>\n<li>add</li>\n<li>modify</li>\n</ul>\n</li>\n<li>\n<p>Provide</p>\n</li>\n</ul>",
  ],
  ["* a\n  * b\n* c", "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n<li>c</li>\n</ul>"],
  ["1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>"],
  ['19. "', '<ol start="19">\n<li>"</li>\n</ol>'],
  ['a"\n~~~z\n', '<p>a"</p>\n<pre><code class="language-z"></code></pre>'],
  ["# head\ntext", "<h1>head</h1>\n<p>text</p>"],
  ["`a*b*` **c** snake_case_name", "<p><code>a*b*</code> <strong>c</strong> snake_case_name</p>"],
  ["```js\n<b>\n```", '<pre><code class="language-js">&lt;b&gt;\n</code></pre>'],
  ["[a](https://x.y 'z')", '<p><a href="https://x.y" title="z" rel="nofollow">a</a></p>'],
  ["![a](https://x.y/z.png)", '<p><img src="https://x.y/z.png" alt="a"></p>'],
  ["one\n![a](https://x.y/)", '<p>one<br>\n<img src="https://x.y/" alt="a"></p>'],
  ["a & b < c > d \"e\" 'f'", "<p>a &amp; b &lt; c &gt; d &quot;e&quot; 'f'</p>"],
  ["\u{1f600} \0", "<p>\u{1f600} \u{fffd}</p>"],
] as const) {
  test(`renders ${JSON.stringify(text)}`, () => assert.equal(renderMessage(text), html));
}

const markdownIt = new MarkdownIt("default", { html: false, breaks: true });

/** A line within a paragraph that looks like an item: there a message is no CommonMark, as recorded. */
const ITEM_IN_TEXT = /\n\s*(?:[-+*]|\d+[.)])/;

const MEANINGLESS = [
  ..."azAZ09 .,;:!?'\"/()#@%$+=>-",
  "\n",
  "\n\n",
  "  ",
  "word",
  "www.example.com",
  "a: b",
  "---",
];
const MEANINGFUL = [
  "_",
  "`",
  "~",
  "~~",
  "\\",
  "&amp;",
  "&",
  "<",
  "]",
  "|",
  "|-|",
  "\t",
  "\r\n",
  "\u00e9",
  "\u00a0",
  "    ",
];

for (const [which, parts] of [
  ["that means nothing to Markdown", MEANINGLESS],
  ["with something that may mean something to Markdown", [...MEANINGLESS, ...MEANINGFUL]],
  ["of lines that begin with letters", ["\na", "\n\nB", ...MEANINGLESS, ...MEANINGFUL]],
] as const) {
  test(`renders text ${which} as markdown-it does`, () => {
    const text = fc.tuple(fc.constantFrom("a", "Z", "", " ", "1", "-"), fc.array(fc.constantFrom(...parts)));
    fc.assert(
      fc.property(text, ([first, rest]) => {
        const all = first + rest.join("");
        fc.pre(!ITEM_IN_TEXT.test(all));
        const html = markdownIt.render(all).trimEnd();
        // What has a tag with an attribute goes through sanitize-html, which writes some of it otherwise.
        fc.pre(!/<[a-z]+ [a-z]+="/.test(html));
        assert.equal(renderMessage(all), html);
      }),
      { numRuns: 5000 },
    );
  });
}

test("in a document a line end is none in HTML, and an address that is relative stays so", () => {
  assert.equal(renderDocument("a\nb [c](docs/d.md)"), '<p>a\nb <a href="docs/d.md" rel="nofollow">c</a></p>');
});

test("text that is no Markdown is shown as it is", () => {
  assert.equal(renderPlainText("*a*\n<b>"), "<pre>*a*\n&lt;b&gt;</pre>");
});

test("a text is quickly rendered if it is short, or has nothing for Markdown in it", () => {
  assert.ok(isQuicklyRendered("*a* ".padEnd(4096, "x"), "message"));
  assert.ok(!isQuicklyRendered("*a* ".padEnd(4097, "x"), "message"));
  assert.ok(isQuicklyRendered("a b, c.\n\n".repeat(10_000), "message"));
  assert.ok(!isQuicklyRendered("a b, c.\n\n".repeat(10_000), "document"));
});

/** Each makes HTML as long as the square of its length, in markdown-it alone. */
function multiplied(length: number): [what: string, text: string][] {
  const third = Math.floor(length / 6);
  return [
    [
      "a link that is used often",
      `[a]: https://x.example/${"z".repeat(length / 2)}\n\n${"[a] ".repeat(length / 8)}`,
    ],
    ["a title that is used often", `[a]: /x "${"z".repeat(length / 2)}"\n\n${"[a] ".repeat(length / 8)}`],
    ["an image that is used often", `[a]: /x "${"z".repeat(length / 2)}"\n\n${"![a] ".repeat(length / 10)}`],
    [
      "a table with rows that are too short",
      `${"|a".repeat(third)}\n${"|-".repeat(third)}\n${"x\n".repeat(third)}`,
    ],
    ["the same in a quote", `> ${"|a".repeat(third)}\n> ${"|-".repeat(third)}\n${"> x\n".repeat(third / 2)}`],
    ["the same in a list", `* ${"|a".repeat(third)}\n  ${"|-".repeat(third)}\n${"  x\n".repeat(third / 2)}`],
    [
      "tables of the most cells that are filled up",
      `${"|a".repeat(256)}\n${"|-".repeat(256)}\n${"x\n".repeat(256)}\n`.repeat(length / 1536),
    ],
  ];
}

for (const length of [4096, 60_000])
  for (const [what, text] of multiplied(length))
    test(`HTML of ${text.length} characters is not far longer than they are: ${what}`, () => {
      for (const render of [renderMessage, renderDocument]) {
        const html = render(text);
        assert.ok(html.length <= 8 * text.length + 4096, `${html.length}`);
        assertHarmless(html);
      }
    });

test("a table whose rows have all their cells is one, however large", () => {
  const row = `|${"a|".repeat(100)}\n`;
  const html = renderMessage(`${row}|${"-|".repeat(100)}\n${row.repeat(200)}`);
  assert.equal(html.match(/<td>a<\/td>/g)?.length, 20_000);
});

test("a row with fewer cells than the head is filled up", () => {
  assert.match(renderMessage("|a|b|c|\n|-|-|-|\n|x|"), /<td>x<\/td>\n<td><\/td>\n<td><\/td>/);
});

/** As a browser takes it. */
function isHarmlessAddress(value: string): boolean {
  const address = URL.parse(value.replaceAll("&amp;", "&"), "https://base.example/");
  return address === null || ["http:", "https:", "mailto:"].includes(address.protocol);
}

/** Every tag of HTML text, with its attributes. What is no tag must be escaped. */
function assertHarmless(html: string): void {
  const withoutTags = html.replaceAll(
    /<(\/?)([a-z][a-z0-9]*)((?: [a-z]+="[^"<>]*")*)>/g,
    (_, end, name, rest) => {
      assert.match(
        name,
        /^(?:p|br|em|strong|s|code|pre|blockquote|ul|ol|li|hr|h[1-6]|table|thead|tbody|tr|th|td|a|img)$/,
      );
      if (end === "/") assert.equal(rest, "");
      for (const [, attribute, value] of rest.matchAll(/ ([a-z]+)="([^"]*)"/g)) {
        assert.match(
          `${name}.${attribute}`,
          /^(?:a\.(?:href|title|rel)|img\.(?:src|alt|title)|ol\.start|code\.class)$/,
        );
        if (attribute === "href" || attribute === "src") assert.ok(isHarmlessAddress(value), value);
      }
      return "";
    },
  );
  assert.doesNotMatch(withoutTags, /[<>]/);
}

for (const attack of [
  "<script>alert(1)</script>",
  "<svg onload=alert(1)>",
  "<img src=x onerror=alert(1)>",
  '<p style="background:url(javascript:alert(1))">x</p>',
  "<style>@import 'http://evil'</style>",
  "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  "[a](javascript:alert(1))",
  "[a](JaVaScRiPt:alert(1))",
  "[a](java\nscript:alert(1))",
  "[a](java&Tab;script:alert(1))",
  "[a](&#106;avascript:alert(1))",
  "[a](&#x6A&#x61&#x76ascript:alert(1))",
  "[a](\u0001javascript:alert(1))",
  "[a]( javascript:alert(1))",
  "[a](<javascript:alert(1)>)",
  "[a](vbscript:msgbox(1))",
  "[a](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
  "![a](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+)",
  "![a](data:image/png;base64,AAAA)",
  "![a](javascript:alert(1))",
  '![a" onerror="alert(1)](x)',
  '![a](x" onerror="alert(1))',
  "![a](x 'y\" onerror=\"alert(1)')",
  '[a](https://x "y\\" onmouseover=\\"alert(1)")',
  '[a](https://x"onmouseover=alert(1))',
  "[a][b]\n\n[b]: javascript:alert(1)",
  "<javascript:alert(1)>",
  "<data:text/html,x>",
  '<https://x"onmouseover=alert(1)>',
  "[![a](javascript:1)](javascript:2)",
  "> * [a](javascript:alert(1))\n>   * ![x](javascript:1)",
  "| [a](javascript:alert(1)) |\n|-|\n| <svg/onload=alert(1)> |",
  '```"><script>alert(1)</script>\nx\n```',
  '```js" onload="alert(1)\nx\n```',
  "``<script>alert(1)</script>``",
  "&lt;script&gt;alert(1)&lt;/script&gt;",
  "\\<script>alert(1)</script>",
  "<scr<script>ipt>alert(1)</scr</script>ipt>",
  "<!--[if IE]><script>alert(1)</script><![endif]-->",
  "<![CDATA[<script>alert(1)</script>]]>",
  "<?php echo 1 ?>",
  "<a href='javascript:alert(1)'>x</a>",
  "[a](file:///etc/passwd)",
  "[a](//evil.example)",
  "[a](\\\\evil.example)",
  "[a](blob:https://x/1) [b](ftp://x) [c](x:y)",
  `${"> ".repeat(2000)}<script>`,
  `${"[".repeat(2000)}a](javascript:alert(1))`,
] as const) {
  test(`makes nothing harmful of ${JSON.stringify(attack.slice(0, 70))}`, () => {
    for (const render of [renderMessage, renderDocument, renderPlainText]) {
      const html = render(attack);
      assertHarmless(html);
      assert.doesNotMatch(html, /<[^>]*(?:javascript|vbscript|data):/i);
    }
  });
}

test("no text makes a tag, an attribute or an address of its own", () => {
  const parts = (
    "< > \" ' & &lt; &#106; <script> <svg javascript: data: http://x mailto:x ( ) [ ] ]( ![ * ** _ ~~ ` ``` " +
    "# > - 1. | |-| --- \\ : = onload= é \0"
  ).split(" ");
  const text = fc.array(
    fc.oneof(fc.constantFrom(...parts, " ", "\n", "\n\n", "\t"), fc.string({ unit: "binary", maxLength: 3 })),
    {
      maxLength: 60,
    },
  );
  fc.assert(
    fc.property(text, (all) => {
      for (const render of [renderMessage, renderDocument, renderPlainText])
        assertHarmless(render(all.join("")));
    }),
    { numRuns: 2000 },
  );
});

test("what is within each other without end has an end", () => {
  const html = renderDocument(`${">".repeat(500)} a\n\n${"* ".repeat(500)}b`);
  assert.ok((html.match(/<blockquote>/g) ?? []).length <= 20);
  assertHarmless(html);
});
