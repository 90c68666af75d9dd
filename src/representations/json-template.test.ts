import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonTemplate } from "./json-template.ts";
import { JsonWriter } from "./json-writer.ts";

function written(write: (writer: JsonWriter) => void): string {
  const writer = new JsonWriter();
  write(writer);
  return writer.finish().toString();
}

test("writes what stands around the values as JSON has it, and the values as they are", () => {
  const write = jsonTemplate(["id"], ["more"], ({ id, more }) => ({
    first: more,
    link: `https://x/${id}/y/${id}`,
    'a "quoted" name': [more, more, { id }],
    none: undefined,
  }));
  for (const more of ['"text"', "17", '{"a":[]}', "null"]) {
    const value: unknown = JSON.parse(more);
    const link = "https://x/f00/y/f00";
    assert.equal(
      written((writer) => write({ id: "f00", more }, writer)),
      JSON.stringify({ first: value, link, 'a "quoted" name': [value, value, { id: "f00" }] }),
    );
  }
});

test("writes an example that is nothing but a value, one without values, and marks that touch", () => {
  const whole = jsonTemplate([], ["all"], ({ all }) => all);
  assert.equal(
    written((writer) => whole({ all: "[1]" }, writer)),
    "[1]",
  );
  const none = jsonTemplate(["id"], ["all"], () => ({ a: 1 }));
  assert.equal(
    written((writer) => none({ id: "x", all: "2" }, writer)),
    '{"a":1}',
  );
  const touching = jsonTemplate(["a", "b"], ["c"], ({ a, b, c }) => [a + b, c, b + a + a]);
  assert.equal(
    written((writer) => touching({ a: "1", b: "2", c: () => writer.write("3") }, writer)),
    '["12",3,"211"]',
  );
});
