import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { openRealGit } from "../../../tests/support/git/real-git.ts";
import { hashObject } from "../objects/hash-object.ts";
import { type NewObject, writePack } from "./write-pack.ts";

const git = openRealGit();
const folder = git.newPath("repository");
await git.out(["init", "--quiet", "--bare", folder]);

async function store(objects: readonly NewObject[]): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of writePack(objects)) pieces.push(piece);
  await git.out(["index-pack", "--stdin", "--strict"], { folder, input: Buffer.concat(pieces) });
}

async function* inPieces(content: Buffer, length: number) {
  for (let start = 0; start < content.length; start += length) yield content.subarray(start, start + length);
}

test("git reads the pack and finds each object by its id, whatever its length", async () => {
  const contents = [0, 1, 15, 16, 2047, 2048, 300_000].map((length) =>
    Buffer.from(randomBytes(length).toString("hex")),
  );
  await store([
    ...contents.map((content) => ({ type: "blob" as const, content })),
    ...contents.map((content) => {
      const streamed = Buffer.concat([Buffer.from("streamed "), content]);
      return { type: "blob" as const, size: streamed.length, open: () => inPieces(streamed, 1000) };
    }),
  ]);
  for (const content of contents) {
    for (const stored of [content, Buffer.concat([Buffer.from("streamed "), content])]) {
      assert.deepEqual(await git.bytes(["cat-file", "blob", hashObject("blob", stored)], { folder }), stored);
    }
  }
});

test("git takes a tree, a commit and a tag from it", async () => {
  const tree = { type: "tree" as const, content: Buffer.alloc(0) };
  const by = "A <a@example.com> 1 +0000";
  const commit = {
    type: "commit" as const,
    content: Buffer.from(
      `tree ${hashObject("tree", tree.content)}\nauthor ${by}\ncommitter ${by}\n\nempty\n`,
    ),
  };
  const id = hashObject("commit", commit.content);
  const tag = {
    type: "tag" as const,
    content: Buffer.from(`object ${id}\ntype commit\ntag v1\ntagger ${by}\n\n`),
  };
  await store([tree, commit, tag]);
  for (const { type, content } of [tree, commit, tag]) {
    assert.deepEqual(await git.bytes(["cat-file", type, hashObject(type, content)], { folder }), content);
  }
});

test("a content that has another length than was said breaks the pack off", async () => {
  const content = Buffer.from("four");
  await assert.rejects(store([{ type: "blob", size: 5, open: () => inPieces(content, 2) }]), /has 4/);
});
