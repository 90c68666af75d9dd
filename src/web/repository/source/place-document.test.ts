import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../../tests/support/fuzzing/seeded-properties.ts";
import type { RepositorySlug, WorkspaceSlug } from "../../../model/slug.ts";
import { renderMarkdown } from "../../../representations/markdown/render-markdown.ts";
import { placeDocument } from "./place-document.ts";

const PLACE = {
  repository: { workspace: { slug: "acme" as WorkspaceSlug }, slug: "demo" as RepositorySlug },
  revision: "feature/x",
  folder: "a/b",
};

function place(markdown: string, nodesMax = 1000): { readonly markup: string; readonly isCut: boolean } {
  const { content, isCut } = placeDocument(renderMarkdown(markdown, "document"), PLACE, nodesMax);
  return { markup: content.toString(), isCut };
}

const SRC = "/acme/demo/src/feature%2Fx";
const RAW = "/acme/demo/raw/feature%2Fx";

for (const [markdown, part] of [
  ["[x](c.md)", `href="${SRC}/a/b/c.md"`],
  ["[x](./c.md?y#z)", `href="${SRC}/a/b/c.md#z"`],
  ["[x](../../../../c)", `href="${SRC}/c"`],
  ["[x](/c d)", "[x](/c d)"],
  ["[x](</c d>)", `href="${SRC}/c%20d"`],
  ["[x](%2e%2e/c)", `href="${SRC}/a/c"`],
  ["[x](c%2Fd)", `href="${SRC}/a/b/c/d"`],
  ["[x](%zz)", `href="${SRC}/a/b/%25zz"`],
  ["[x](#part)", 'href="#part"'],
  ["[x](https://e.example/?a&b)", 'href="https://e.example/?a&amp;b" rel="nofollow noreferrer"'],
  ["[x](//e.example/y)", 'href="//e.example/y"'],
  ["![x](y.png)", `<img src="${RAW}/a/b/y.png" alt="x" loading="lazy">`],
  ["![x](/y.png)", `<img src="${RAW}/y.png"`],
  ["![x](https://e.example/y.png)", "[x]</span>"],
  ["![](//e.example/y.png)", "[//e.example/y.png]</span>"],
  ['![a" onerror="b](y.png)', 'alt="a&quot; onerror=&quot;b"'],
  ["# a\n\n# b\n\n### c\n\n## d", "<h3>a</h3>\n<h3>b</h3>\n<h4>c</h4>\n<h4>d</h4>"],
  ["###### a\n\n# b", "<h3>a</h3>\n<h3>b</h3>"],
] as const)
  test(`places ${JSON.stringify(markdown)}`, () => {
    const { markup } = place(markdown);
    assert.ok(markup.includes(part), markup);
  });

test("a document is cut between its paragraphs, whatever is open", () => {
  const { markup, isCut } = place("# a\n\n* b\n\n  > c\n\n  d\n\ne\n", 5);
  assert.deepEqual({ markup, isCut }, { markup: "<h3>a</h3>", isCut: true });
  assert.equal(place("# a\n\nb\n", 2).isCut, false);
  assert.deepEqual(place("* b\n* c\n", 1), { markup: "", isCut: true });
});

test("no text makes a tag of its own, and no picture is asked of another host", () => {
  const parts = fc.constantFrom(
    ..."[a](|![a](|)|](|https://x.example/y|//x|\\\\x|../|/|#|?|\"|'|<|>|&|&quot;|%22|%3Cscript%3E|`|**|# |- |> |\n|\n\n|javascript:|data:|onerror=|é| ".split(
      "|",
    ),
  );
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 40 }), (all) => {
      const { markup } = place(all.join(""));
      const rest = markup
        .replaceAll(
          /<\/?(?:p|br|em|strong|code|pre|h[3-6]|ul|li|blockquote|hr|ol|span|table|thead|tbody|tr|th|td|s)(?: class="[a-z-]*")?(?: start="\d+")?>/g,
          "",
        )
        .replaceAll(
          /<a (?:href="[^"<>]*"(?: title="[^"<>]*")? rel="nofollow noreferrer"|rel="nofollow")>|<\/a>/g,
          "",
        )
        .replaceAll(/<img src="\/acme\/demo\/raw\/[^"<>]*" alt="[^"<>]*" loading="lazy">/g, "");
      assert.doesNotMatch(rest, /</, markup);
      assert.doesNotMatch(markup, /href="(?:javascript|data):/i);
    }),
    { numRuns: 2000 },
  );
});
