import assert from "node:assert/strict";
import { test } from "node:test";
import { multipartBody, type RawPart } from "../../../tests/support/clients/form-client.ts";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import { Failure } from "../../model/failure.ts";
import { PART_HEADER_BYTES_MAX, parseBoundary, readMultipart } from "./multipart.ts";

async function* inPieces(body: Buffer, lengths: readonly number[]): AsyncGenerator<Buffer> {
  let start = 0;
  for (let turn = 0; start < body.length; turn += 1) {
    const length = lengths[turn % lengths.length]!;
    yield body.subarray(start, start + length);
    start += length;
  }
}

type Read = { readonly headers: Record<string, string>; readonly content: Buffer };

async function readAll(body: Buffer, boundary: string, lengths: readonly number[] = [7]): Promise<Read[]> {
  const parts: Read[] = [];
  for await (const { headers, content } of readMultipart(inPieces(body, lengths), boundary)) {
    const pieces: Buffer[] = [];
    for await (const piece of content) pieces.push(piece);
    parts.push({ headers: Object.fromEntries(headers), content: Buffer.concat(pieces) });
  }
  return parts;
}

test("what was written is read, however it is cut, also what looks like a boundary", async () => {
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc
      .array(fc.constantFrom("\r", "\n", "\r\n", "-", "--", "b", "\r\n--", "\r\n--b", "--bx--", "x"), {
        maxLength: 20,
      })
      .map((pieces) => Buffer.from(pieces.join("")))
      .filter((bytes) => !`\r\n${bytes}\r\n`.includes("\r\n--bx")),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(content, { maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
      async (contents, lengths) => {
        const parts: RawPart[] = contents.map((each, index) => ({
          headers: [`X-Index: ${index}`],
          content: each,
        }));
        const read = await readAll(multipartBody(parts, "bx"), "bx", lengths);
        assert.deepEqual(
          read.map((part) => part.content),
          contents,
        );
        assert.deepEqual(
          read.map((part) => part.headers["x-index"]),
          contents.map((_, index) => String(index)),
        );
      },
    ),
    { numRuns: 500 },
  );
});

test("bodies that Node's own client writes", async () => {
  const form = new FormData();
  form.append("field", "väl\r\nue");
  form.append('näme"x', new Blob([Buffer.from([0, 1, 2])]), "file.bin");
  const sent = new Request("http://x.test/", { method: "POST", body: form });
  const boundary = parseBoundary(sent.headers.get("content-type")!)!;
  const [field, file] = await readAll(Buffer.from(await sent.arrayBuffer()), boundary, [1]);
  assert.equal(field!.content.toString(), "väl\r\nue");
  assert.deepEqual(file!.content, Buffer.from([0, 1, 2]));
  assert.match(file!.headers["content-disposition"]!, /name="näme%22x"; filename="file.bin"/);
});

test("what is left unread of a part is passed over", async () => {
  const body = multipartBody(
    ["one", "two", "three"].map((name) => ({ headers: [`X-Name: ${name}`], content: `${name} `.repeat(20) })),
    "b",
  );
  const seen: string[] = [];
  for await (const { headers, content } of readMultipart(inPieces(body, [9]), "b")) {
    seen.push(headers.get("x-name")!);
    for await (const _ of content) break;
  }
  assert.deepEqual(seen, ["one", "two", "three"]);
});

test("preamble, epilogue, padding, folded and repeated headers", async () => {
  const text =
    "preamble\r\n--b \t\r\nA: one\r\n two\r\nB: 1\r\nb: 2\r\n\r\ncontent\r\n--b\r\n\r\nbare\r\n--b--\r\nepilogue --b\r\n";
  const [first, second, ...more] = await readAll(Buffer.from(text), "b");
  assert.deepEqual(first, { headers: { a: "one two", b: "1, 2" }, content: Buffer.from("content") });
  assert.deepEqual(second, { headers: {}, content: Buffer.from("bare") });
  assert.deepEqual(more, []);
});

for (const [why, text] of [
  ["is empty", ""],
  ["never has the boundary", "--c\r\n\r\nx\r\n--c--\r\n"],
  ["ends within headers", "--b\r\nA: b\r\n"],
  ["is a preamble alone", "preamble"],
  ["has a longer boundary", "--bb\r\n\r\nx\r\n--b--"],
  ["has a header without a colon", "--b\r\nheader\r\n\r\nx\r\n--b--"],
  ["has a header without a name", "--b\r\n: x\r\n\r\nx\r\n--b--"],
  ["has a bare line feed in a header", "--b\r\nA: b\nC: d\r\n\r\nx\r\n--b--"],
  ["has a NUL in a header", "--b\r\nA: \0\r\n\r\nx\r\n--b--"],
] as const) {
  test(`a body that ${why} is refused`, async () => {
    await assert.rejects(
      readAll(Buffer.from(text, "latin1"), "b"),
      (error) => error instanceof Failure && error.kind === "invalid-input",
    );
  });
}

for (const [end, content] of [
  ["", "x"],
  ["\r\n", "x\r\n"],
  ["\r\n--", "x\r\n--"],
  ["\r\n--b", "x"],
  ["\r\n--b-", "x"],
  ["\r\n--b--", "x"],
] as const) {
  test(`a body that ends with ${JSON.stringify(end)} has its last part whole`, async () => {
    const body = Buffer.from(`--b\r\nA: 1\r\n\r\nfirst\r\n--b\r\nA: 2\r\n\r\nx${end}`);
    for (const pieces of [[1], [7], [1000]]) {
      const read = await readAll(body, "b", pieces);
      assert.deepEqual(
        read.map((part) => part.content.toString()),
        ["first", content],
      );
    }
  });
}

test("a source that fails within a part fails its reader", async () => {
  async function* cutOff() {
    yield Buffer.from("--b\r\n\r\nx");
    throw new Error("aborted");
  }
  const [part] = [await readMultipart(cutOff(), "b").next()];
  await assert.rejects(async () => {
    for await (const _ of part.value!.content) {
      // Read to the end.
    }
  }, /aborted/);
});

test("headers that are not UTF-8 are refused", async () => {
  await assert.rejects(readAll(Buffer.from("--b\r\nA: \xff\r\n\r\n\r\n--b--", "latin1"), "b"), /not UTF-8/);
});

test("headers may have the limit and no byte more", async () => {
  const body = (length: number) =>
    multipartBody([{ headers: [`A: ${"x".repeat(length - 5)}`], content: "c" }], "b");
  assert.equal((await readAll(body(PART_HEADER_BYTES_MAX), "b", [1000])).length, 1);
  await assert.rejects(
    readAll(body(PART_HEADER_BYTES_MAX + 1), "b", [1000]),
    (error) => error instanceof Failure && error.kind === "too-large",
  );
  await assert.rejects(
    readAll(Buffer.from(`--b\r\nA: ${"x".repeat(100_000)}`), "b", [50_000]),
    /larger than the limit/,
  );
});

for (const [contentType, boundary] of [
  ["multipart/form-data; boundary=abc", "abc"],
  ['multipart/form-data; charset=utf-8; Boundary="a b:c"', "a b:c"],
  ["multipart/form-data;boundary=abc;x=y", "abc"],
  ["multipart/form-data", undefined],
  ["multipart/form-data; boundary=", undefined],
  ['multipart/form-data; boundary=""', undefined],
  ['multipart/form-data; boundary="abc "', undefined],
  [`multipart/form-data; boundary=${"x".repeat(70)}`, "x".repeat(70)],
  [`multipart/form-data; boundary=${"x".repeat(71)}`, undefined],
] as const) {
  test(`the boundary of ${contentType.slice(0, 60)}`, () => {
    assert.equal(parseBoundary(contentType), boundary);
  });
}
