import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import { Failure } from "../../model/failure.ts";
import { readFormUrlencoded } from "./form-urlencoded.ts";

async function* inPieces(body: Buffer, length: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < body.length; start += length) yield body.subarray(start, start + length);
}

async function readAll(body: Buffer, length: number): Promise<[string, Buffer][]> {
  const pairs: [string, Buffer][] = [];
  for await (const { name, content } of readFormUrlencoded(inPieces(body, length))) {
    const pieces: Buffer[] = [];
    for await (const piece of content) pieces.push(piece);
    pairs.push([name, Buffer.concat(pieces)]);
  }
  return pairs;
}

test("pairs are what URLSearchParams reads, however the body is cut", async () => {
  // ASCII alone, as such bodies are: of "ü%" with a raw "ü" Node 24 makes something else than the URL Standard says.
  const body = fc
    .array(fc.constantFrom("a", "=", "&", "+", "%", "%2", "%20", "%C3%A4", "%26", "%3d", "/", "%zz", "=="), {
      maxLength: 30,
    })
    .map((pieces) => pieces.join(""))
    // Bytes that are no UTF-8 are the next test's.
    .filter((text) => !new URLSearchParams(text).toString().includes("%EF%BF%BD"));
  await fc.assert(
    fc.asyncProperty(body, fc.integer({ min: 1, max: 9 }), async (text, length) => {
      const read = await readAll(Buffer.from(text), length);
      assert.deepEqual(
        read.map(([name, content]) => [name, content.toString()]),
        [...new URLSearchParams(text)],
      );
    }),
    { numRuns: 1000 },
  );
});

test("a value is bytes, and a name must be UTF-8", async () => {
  assert.deepEqual(await readAll(Buffer.from("a=%FF%00"), 2), [["a", Buffer.from([0xff, 0])]]);
  await assert.rejects(
    readAll(Buffer.from("%FF=a"), 2),
    (error) => error instanceof Failure && error.kind === "invalid-input",
  );
});

test("what is left unread of a value is passed over", async () => {
  const names: string[] = [];
  for await (const { name, content } of readFormUrlencoded(inPieces(Buffer.from("a=12345678&b=1&c=2"), 3))) {
    names.push(name);
    for await (const _ of content) break;
  }
  assert.deepEqual(names, ["a", "b", "c"]);
});

test("a name may have the limit and no byte more", async () => {
  const limit = 16 * 1024;
  assert.equal((await readAll(Buffer.from(`${"n".repeat(limit)}=x`), 1000))[0]![0].length, limit);
  await assert.rejects(
    readAll(Buffer.from(`${"n".repeat(limit + 1)}=x`), 1000),
    (error) => error instanceof Failure && error.kind === "too-large",
  );
});

test("a piece without bytes is no pair", async () => {
  async function* pieces() {
    for (const piece of ["a=1&", ""]) yield Buffer.from(piece);
  }
  const names: string[] = [];
  for await (const { name } of readFormUrlencoded(pieces())) names.push(name);
  assert.deepEqual(names, ["a"]);
});
