import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import { parseTree } from "./parse-tree.ts";

const ID = "12".repeat(20);

function entry(mode: string, name: string | Buffer, id = ID): Buffer {
  return Buffer.concat([
    Buffer.from(`${mode} `),
    Buffer.from(name),
    Buffer.from([0]),
    Buffer.from(id, "hex"),
  ]);
}

for (const [mode, kind] of [
  ["100644", "file"],
  ["100664", "file"],
  ["100755", "executable"],
  ["40000", "directory"],
  ["040000", "directory"],
  ["120000", "link"],
  ["160000", "submodule"],
] as const) {
  test(`mode ${mode} is a ${kind}`, () => {
    const [found] = parseTree(entry(mode, "a b")) ?? [];
    assert.deepEqual(found, { mode: Number.parseInt(mode, 8), kind, name: Buffer.from("a b"), id: ID });
  });
}

test("entries keep their order and the bytes of their names", () => {
  const names = ["b", "a", "\u{1f9a3}", Buffer.from([0xff, 0x0a])].map((name) => Buffer.from(name));
  const tree = Buffer.concat(names.map((name) => entry("100644", name)));
  assert.deepEqual(
    parseTree(tree)?.map(({ name }) => name),
    names,
  );
  assert.deepEqual(parseTree(Buffer.alloc(0)), []);
});

for (const [why, content] of [
  ["an id that is cut off", entry("100644", "a").subarray(0, -1)],
  ["no name", entry("100644", "")],
  ["a mode that is no number", entry("1006x4", "a")],
  ["a mode of nothing that git knows", entry("010000", "a")],
  ["no mode", entry("", "a")],
  ["text", Buffer.from("no tree at all")],
] as const) {
  test(`${why} is no tree`, () => assert.equal(parseTree(content), undefined));
}

test("no bytes make it throw", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void parseTree(Buffer.from(bytes))));
});
