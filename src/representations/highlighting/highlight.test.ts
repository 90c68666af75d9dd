import assert from "node:assert/strict";
import { test } from "node:test";
import { parseObjectId } from "../../model/object-id.ts";
import { HIGHLIGHTED_LENGTH_MAX, highlight } from "./highlight.ts";
import { findLanguage } from "./languages.ts";

const { signal } = new AbortController();
let ids = 0;

/** Each text is the content of another blob. */
function nextId() {
  ids += 1;
  return parseObjectId(ids.toString(16).padStart(40, "0"))!;
}

const options = { repositoryUuid: "one", signal, timeLimitMs: 60_000 };
/** Takes minutes: its parts are looked for again and again by the grammar. */
const SLOW = `${"[a](".repeat(1200)}\n`.repeat(100);

test("a file is highlighted by its name, in a worker", async () => {
  const id = nextId();
  const text = 'const a = "b";\n\n// c\n';
  const highlighted = await highlight({ id, path: "x/a.TS", text }, options);
  assert.deepEqual(highlighted?.tokensOf(1), [
    { start: 0, end: 5, kind: "k" },
    { start: 10, end: 13, kind: "s" },
  ]);
  assert.deepEqual(highlighted?.tokensOf(2), []);
  assert.deepEqual(highlighted?.tokensOf(3), [{ start: 0, end: 4, kind: "o" }]);
  assert.deepEqual(highlighted?.tokensOf(9), []);
});

for (const [why, path, text] of [
  ["of no known language", "a.unknown", "if (a) {}"],
  ["without an ending", "ts", "if (a) {}"],
  ["longer than the limit", "a.ts", "a\n".repeat(HIGHLIGHTED_LENGTH_MAX / 2 + 1)],
  ["with a line longer than the limit", "a.ts", `1;\n${"a".repeat(5001)}`],
] as const)
  test(`a file ${why} has no colours`, async () => {
    assert.equal(await highlight({ id: nextId(), path, text }, options), undefined);
  });

test("a file of the greatest length has colours", async () => {
  const line = "const a = 1; // b\n";
  const text = line.repeat(HIGHLIGHTED_LENGTH_MAX / line.length);
  const highlighted = await highlight({ id: nextId(), path: "a.ts", text }, options);
  assert.equal(highlighted?.tokensOf(29_000).length, 3);
});

test("of a longer file the beginning has colours, if no more is shown", async () => {
  const text = "let a = 1;\n".repeat(100_000);
  const input = { id: nextId(), path: "a.ts", text };
  const highlighted = await highlight({ ...input, lineMax: 1200 }, options);
  assert.equal(highlighted?.tokensOf(1200).length, 2);
  assert.equal(highlighted?.tokensOf(2001).length, 0);
  assert.equal(await highlight({ ...input, lineMax: 90_000 }, options), undefined);
});

test("what would take minutes is given up in time, the thread is free meanwhile, and it is not tried again", async () => {
  const slow = { id: nextId(), path: "a.md", text: SLOW };
  let turns = 0;
  const counting = setInterval(() => {
    turns += 1;
  }, 5);
  const started = performance.now();
  assert.equal(await highlight(slow, { ...options, timeLimitMs: 500 }), undefined);
  assert.ok(performance.now() - started < 15_000);
  clearInterval(counting);
  assert.ok(turns > 10, `${turns}`);
  const again = performance.now();
  assert.equal(await highlight(slow, options), undefined);
  assert.ok(performance.now() - again < 100);
});

test("two repositories with such files keep no third one waiting, and the next file has colours", async () => {
  const hang = (repositoryUuid: string) =>
    highlight({ id: nextId(), path: "a.md", text: SLOW }, { repositoryUuid, signal, timeLimitMs: 3000 });
  const hanging = [hang("two"), hang("three")];
  const started = performance.now();
  const other = await highlight({ id: nextId(), path: "a.ts", text: "1" }, options);
  assert.equal(other, undefined);
  assert.ok(performance.now() - started < 2000);
  assert.deepEqual(await Promise.all(hanging), [undefined, undefined]);
  assert.ok(await highlight({ id: nextId(), path: "a.ts", text: "1" }, options));
});

test("many requests for one file take one worker, and later ones none", async () => {
  const input = { id: nextId(), path: "a.ts", text: "let a = 1;\n".repeat(500) };
  const all = await Promise.all(Array.from({ length: 100 }, () => highlight(input, options)));
  assert.ok(all.every((highlighted) => highlighted?.tokensOf(500).length === 2));
  const started = performance.now();
  assert.ok(await highlight(input, { ...options, timeLimitMs: 0 }));
  assert.ok(performance.now() - started < 50);
});

for (const [path, title] of [
  ["Dockerfile", "Dockerfile"],
  ["a/Dockerfile.release", "Dockerfile"],
  ["CMakeLists.txt", "CMake"],
  ["a.html", "HTML"],
  [".bashrc", "Shell"],
  ["a.b.c.py", "Python"],
  ["notes.txt", undefined],
  ["constructor", undefined],
  ["a.__proto__", undefined],
  ["", undefined],
] as const)
  test(`the language of ${JSON.stringify(path)} is ${title}`, () => {
    assert.equal(findLanguage(path)?.title, title);
  });
