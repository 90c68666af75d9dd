import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { openRealGit } from "../../../tests/support/real-git.ts";
import { packTag } from "./one-object-pack.ts";

const git = openRealGit();
const folder = git.newPath("repository");
await git.out(["init", "--quiet", "--bare", folder]);

test("git reads the pack and finds the tag by its id, whatever its length", async () => {
  for (const length of [0, 1, 15, 16, 2047, 2048, 300_000]) {
    const headers = `object ${"1".repeat(40)}\ntype commit\ntag v1\ntagger A <a@example.com> 1 +0000\n\n`;
    const content = Buffer.concat([Buffer.from(headers), Buffer.from(randomBytes(length).toString("hex"))]);
    const { id, pack } = packTag(content);
    await git.out(["index-pack", "--stdin"], { folder, input: pack });
    assert.deepEqual(await git.bytes(["cat-file", "tag", id], { folder }), content);
  }
});
