import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { renderInWorker } from "./render-in-worker.ts";
import { renderMarkdown } from "./render-markdown.ts";

const { signal } = new AbortController();
const options = { repositoryUuid: "one", signal, timeLimitMs: 60_000 };
/** Takes a second. */
const SLOW = "> *a_\n".repeat(80_000);

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

for (const part of ["* a\n", "a\n\n", "#\n", "> * > * a\n\n", `|${"a|".repeat(100)}\n`])
  test(`the longest text of ${JSON.stringify(part.slice(0, 20))} has room`, async () => {
    const head = part.startsWith("|") ? `${part}|${"-|".repeat(100)}\n` : "";
    const text = `${head}${part.repeat(512 * 1024)}`.slice(0, 512 * 1024);
    const html = await renderInWorker({ text, kind: "document" }, options);
    assert.ok(html !== undefined && html.length > text.length);
  });

test("what is longer is not rendered", async () => {
  const text = "*".repeat(512 * 1024 + 1);
  assert.equal(await renderInWorker({ text, kind: "document" }, options), undefined);
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
  // A large text waits for two turns: by now it has both.
  await setImmediate();
  const order: string[] = [];
  const same = renderInWorker({ text: "a", kind: "document" }, options).then(() => order.push("same"));
  await renderInWorker({ text: "a", kind: "document" }, { ...options, repositoryUuid: "two" });
  order.push("other");
  abort.abort();
  await ended;
  await same;
  assert.deepEqual(order, ["other", "same"]);
});
