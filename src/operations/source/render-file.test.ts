import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeText } from "./render-file.ts";

for (const [what, bytes, text] of [
  ["UTF-8", Buffer.from("é\u{1f600}"), "é\u{1f600}"],
  ["UTF-8 with a mark", Buffer.from("\ufeffé"), "é"],
  ["UTF-16, small end first", Buffer.from("\ufeffé", "utf16le"), "é"],
  ["UTF-16, big end first", Buffer.from([0xfe, 0xff, 0x00, 0xe9]), "é"],
  ["Latin-1", Buffer.from([0xe9]), "é"],
] as const) {
  test(`reads ${what}`, () => assert.equal(decodeText(bytes), text));
}
