import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import {
  BOUNDARY,
  fieldPart,
  filePart,
  multipartBody,
  type RawPart,
} from "../../../tests/support/clients/form-client.ts";
import { Failure } from "../../model/failure.ts";
import { FIELD_BYTES_MAX, FORM_PARTS_MAX, type FormPart, readField, readFormParts } from "./form-parts.ts";

const TAKEN = {
  types: ["multipart/form-data", "application/x-www-form-urlencoded"],
  otherType: "format-unsupported",
} as const;

function parts(body: Buffer, contentType: string): AsyncGenerator<FormPart> {
  return readFormParts(Readable.from([body]), { "content-type": contentType }, TAKEN);
}

function multipart(sent: readonly RawPart[]): AsyncGenerator<FormPart> {
  return parts(multipartBody(sent), `Multipart/Form-Data; boundary=${BOUNDARY}`);
}

function pairs(text: string): AsyncGenerator<FormPart> {
  return parts(Buffer.from(text), "application/x-www-form-urlencoded; charset=utf-8");
}

async function names(form: AsyncIterable<FormPart>): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of form) found.push(name);
  return found;
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Failure && error.kind === "too-large";
}

test("both encodings give the same parts", async () => {
  assert.deepEqual(await names(multipart([fieldPart("a", "1"), filePart("b", "2")])), ["a", "b"]);
  assert.deepEqual(await names(pairs("a=1&b=2")), ["a", "b"]);
  assert.deepEqual(await names(readFormParts(undefined, {}, TAKEN)), []);
});

test("a form may have the limit of parts and none more", async () => {
  const many = Array.from({ length: FORM_PARTS_MAX }, () => fieldPart("a", ""));
  assert.equal((await names(multipart(many))).length, FORM_PARTS_MAX);
  await assert.rejects(names(multipart([...many, fieldPart("a", "")])), isTooLarge);
  assert.equal((await names(pairs("a&".repeat(FORM_PARTS_MAX)))).length, FORM_PARTS_MAX);
  await assert.rejects(names(pairs("a&".repeat(FORM_PARTS_MAX + 1))), isTooLarge);
});

test("a field may have the limit of bytes and none more, and must be text", async () => {
  const read = async (content: string | Buffer) => {
    for await (const part of multipart([{ headers: fieldPart("a", "").headers, content }]))
      return readField(part);
    return undefined;
  };
  assert.equal((await read("x".repeat(FIELD_BYTES_MAX)))?.length, FIELD_BYTES_MAX);
  await assert.rejects(read("x".repeat(FIELD_BYTES_MAX + 1)), isTooLarge);
  assert.equal(await read("\ufeffä"), "\ufeffä");
  await assert.rejects(read(Buffer.from([0xff])), /not UTF-8/);
  await assert.rejects(read("a\0b"), /U\+0000/);
});
