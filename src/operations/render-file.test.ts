import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeText, renderInThread } from "./render-file.ts";

const signal = new AbortController().signal;

test("a thread renders what is long", async () => {
  const html = await renderInThread("# a\n\n* b", "one", { signal, timeLimitMs: 60_000 });
  assert.equal(html, "<h1>a</h1>\n<ul>\n<li>b</li>\n</ul>");
});

test("what takes longer than the limit is ended and told so, and the place is free again", async () => {
  const slow = "* a\n".repeat(400_000);
  await assert.rejects(renderInThread(slow, "one", { signal, timeLimitMs: 50 }), { kind: "timed-out" });
  assert.equal(await renderInThread("a", "one", { signal, timeLimitMs: 60_000 }), "<p>a</p>");
});

test("a client that goes ends the thread", async () => {
  const abort = new AbortController();
  const rendering = renderInThread("* a\n".repeat(400_000), "one", {
    signal: abort.signal,
    timeLimitMs: 60_000,
  });
  setTimeout(() => abort.abort(), 20);
  await assert.rejects(rendering, { name: "AbortError" });
});

for (const [what, bytes, text] of [
  ["UTF-8", Buffer.from("é\u{1f600}"), "é\u{1f600}"],
  ["UTF-8 with a mark", Buffer.from("\ufeffé"), "é"],
  ["UTF-16, small end first", Buffer.from("\ufeffé", "utf16le"), "é"],
  ["UTF-16, big end first", Buffer.from([0xfe, 0xff, 0x00, 0xe9]), "é"],
  ["Latin-1", Buffer.from([0xe9]), "é"],
] as const) {
  test(`reads ${what}`, () => assert.equal(decodeText(bytes), text));
}
