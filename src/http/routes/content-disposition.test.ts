import assert from "node:assert/strict";
import { test } from "node:test";
import { shortestCpuMs } from "../../../tests/support/processes/shortest-time.ts";
import { parseContentDisposition } from "./content-disposition.ts";

const NONE = { name: undefined, filename: undefined, attributes: undefined };

for (const [value, expected] of [
  ["form-data", NONE],
  ['form-data; name="a"', { ...NONE, name: "a" }],
  ["form-data;name=a;filename=b", { ...NONE, name: "a", filename: "b" }],
  ['form-data; NAME="a"; FileName=""', { ...NONE, name: "a", filename: "" }],
  ['form-data; name="a;b=c"; filename="d"', { ...NONE, name: "a;b=c", filename: "d" }],
  ['form-data; name="a\\"b\\\\c\\d"', { ...NONE, name: 'a"b\\c\\d' }],
  ['form-data; name="a%22b%0D%0Ac%20%"', { ...NONE, name: 'a"b\r\nc%20%' }],
  ["form-data; name*=UTF-8''%e2%82%ac", { ...NONE, name: "€" }],
  ["form-data; name*=utf-8'en'x; name=y", { ...NONE, name: "x" }],
  ["form-data; name=y; name*=utf-8''x", { ...NONE, name: "x" }],
  [
    'attachment; filename="s"; x-attributes:"executable"',
    { ...NONE, filename: "s", attributes: "executable" },
  ],
  ['form-data; name="a"; x-attributes=link', { ...NONE, name: "a", attributes: "link" }],
  ["", undefined],
  ["; name=a", undefined],
  ['form-data; name="a', undefined],
  ['form-data; name="a"b', undefined],
  ["form-data; name", undefined],
  ["form-data; name=a; name=b", undefined],
  ["form-data; name*=latin1''a", undefined],
  ["form-data; name*=utf-8''%ff", undefined],
] as const) {
  test(`reads ${JSON.stringify(value)}`, () => {
    assert.deepEqual(parseContentDisposition(value), expected);
  });
}

test("a long value takes no longer than its length", () => {
  const value = `form-data; name="${"\\".repeat(15_000)}`;
  const parseBoth = () => {
    assert.equal(parseContentDisposition(value), undefined);
    parseContentDisposition(`form-data${"; a=b".repeat(3_000)}`);
  };
  assert.ok(shortestCpuMs(parseBoth, 1000) < 1000);
});
