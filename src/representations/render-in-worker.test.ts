import assert from "node:assert/strict";
import { test } from "node:test";
import { renderInWorker } from "./render-in-worker.ts";
import { renderMarkdown } from "./render-markdown.ts";

const { signal } = new AbortController();
const options = { repositoryUuid: "one", signal, timeLimitMs: 60_000 };
/** Takes far longer than any limit here. */
const SLOW = "* a\n".repeat(400_000);

for (const kind of ["message", "document"] as const) {
  test(`a worker renders and sanitizes a ${kind} as the serving thread does`, async () => {
    const text =
      "# a\n* b\nc\n\n<script>x</script> [a](javascript:x) [b](https://x.example 'y') ![c](data:x)";
    const html = await renderInWorker({ text, kind }, options);
    assert.equal(html, renderMarkdown(text, kind));
    assert.doesNotMatch(html!, /<script|href="javascript|src=/);
  });
}

test("what takes longer than the limit is ended, and another worker renders the next text", async () => {
  const slow = renderInWorker({ text: SLOW, kind: "document" }, { ...options, timeLimitMs: 50 });
  const next = renderInWorker({ text: "a", kind: "document" }, options);
  assert.equal(await slow, undefined);
  assert.equal(await next, "<p>a</p>");
});

test("what takes too much memory is not rendered, and the process goes on", async () => {
  const text = "*a* ".repeat(2_000_000);
  assert.equal(await renderInWorker({ text, kind: "document" }, options), undefined);
  assert.equal(await renderInWorker({ text: "a", kind: "document" }, options), "<p>a</p>");
});

test("what is too deep for the stack is not rendered", async () => {
  const text = `${"![".repeat(30_000)}a${"](b)".repeat(30_000)}`;
  const html = await renderInWorker({ text, kind: "document" }, options);
  assert.ok(html === undefined || html.startsWith("<p>"));
  assert.equal(await renderInWorker({ text: "a", kind: "document" }, options), "<p>a</p>");
});

test("a client that goes ends the rendering", async () => {
  const abort = new AbortController();
  const rendering = renderInWorker({ text: SLOW, kind: "document" }, { ...options, signal: abort.signal });
  setTimeout(() => abort.abort(), 20);
  await assert.rejects(rendering, { name: "AbortError" });
});

test("one repository has one of the two workers at most", async () => {
  const abort = new AbortController();
  const slow = renderInWorker({ text: SLOW, kind: "document" }, { ...options, signal: abort.signal });
  const ended = assert.rejects(slow, { name: "AbortError" });
  const order: string[] = [];
  const same = renderInWorker({ text: "a", kind: "document" }, options).then(() => order.push("same"));
  await renderInWorker({ text: "a", kind: "document" }, { ...options, repositoryUuid: "two" });
  order.push("other");
  abort.abort();
  await ended;
  await same;
  assert.deepEqual(order, ["other", "same"]);
});
