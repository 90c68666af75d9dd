import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { createDeflate, createInflate, deflateSync } from "node:zlib";
import { zlibPieces } from "./zlib-pieces.ts";

const CONTENT = Buffer.alloc(1_000_000, "content");

async function collect(pieces: AsyncIterable<Buffer>): Promise<Buffer[]> {
  const collected: Buffer[] = [];
  for await (const piece of pieces) collected.push(piece);
  return collected;
}

test("gives the whole", async () => {
  const pieces = await collect(zlibPieces(Readable.from([deflateSync(CONTENT)]), createInflate()));
  assert.ok(Buffer.concat(pieces).equals(CONTENT));
});

test("throws what is wrong with the input, and with what is in it", async () => {
  const broken = new Readable({ read: () => broken.destroy(new Error("broken")) });
  await assert.rejects(collect(zlibPieces(broken, createDeflate())), /broken/);
  const damaged = Readable.from([Buffer.from("no zlib")]);
  await assert.rejects(collect(zlibPieces(damaged, createInflate())), { code: "Z_DATA_ERROR" });
});

test("leaving early ends both", async () => {
  const input = Readable.from([CONTENT, CONTENT, CONTENT]);
  const inflate = createInflate();
  for await (const _ of zlibPieces(Readable.from([deflateSync(CONTENT)]), inflate)) break;
  assert.ok(inflate.destroyed);
  const deflate = createDeflate();
  const closed = new Promise((resolve) => input.once("close", resolve));
  for await (const _ of zlibPieces(input, deflate)) break;
  await closed;
  assert.ok(deflate.destroyed);
});
