import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import { hashObject } from "./hash-object.ts";
import { digestSha1dc, hashObjectSha1dc } from "./sha1dc.ts";

/** The published collision: the first 320 bytes of one of two files with one SHA-1 (Stevens and others, 2017, shattered.io). */
const COLLIDING = Buffer.from(
  [
    "255044462d312e330a25e2e3cfd30a0a0a312030206f626a0a3c3c2f57696474682032203020522f4865696768742033",
    "203020522f547970652034203020522f537562747970652035203020522f46696c7465722036203020522f436f6c6f72",
    "53706163652037203020522f4c656e6774682038203020522f42697473506572436f6d706f6e656e7420383e3e0a7374",
    "7265616d0affd8fffe00245348412d3120697320646561642121212121852fec092339759c39b1a1c63c4c97e1fffe01",
    "7346dc9166b67e118f029ab621b2560ff9ca67cca8c7f85ba84c79030c2b3de218f86db3a90901d5df45c14f26fedfb3",
    "dc38e96ac22fe7bd728f0e45bce046d23c570feb141398bb552ef5a0a82be331fea48037b8b5d71f0e332edf93ac3500",
    "eb4ddc0decc1a864790c782c76215660dd309791d06bd0af3f98cda4bc4629b1",
  ].join(""),
  "hex",
);
/** Where the other file differs. */
const SECOND_BLOCK = 256;

const sha1 = (bytes: Buffer) => createHash("sha1").update(bytes).digest("hex");

test("it is SHA-1, for contents of every length", async () => {
  const contents = fc.uint8Array({ maxLength: 400, size: "max" }).map((bytes) => Buffer.from(bytes));
  await fc.assert(fc.asyncProperty(contents, async (bytes) => (await digestSha1dc(bytes)) === sha1(bytes)));
  for (const type of ["blob", "commit"] as const) {
    const content = Buffer.alloc(50_000, "content of some length\n");
    assert.equal(await hashObjectSha1dc(type, content), hashObject(type, content));
  }
});

test("a file that was made to collide is seen, whatever follows", async () => {
  for (const length of [0, 1, 64, 5000])
    assert.equal(await digestSha1dc(Buffer.concat([COLLIDING, Buffer.alloc(length)])), undefined);
});

test("the same with one bit changed, or without its second block, is nothing special", async () => {
  for (const at of [10, 200, 300]) {
    const changed = Buffer.from(COLLIDING);
    changed[at]! ^= 1;
    assert.equal(await digestSha1dc(changed), sha1(changed));
  }
  const start = COLLIDING.subarray(0, SECOND_BLOCK);
  assert.equal(await digestSha1dc(start), sha1(start));
});
