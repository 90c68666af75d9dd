import assert from "node:assert/strict";
import { test } from "node:test";
import { BODY_BYTES_MAX, openBodyRecorder } from "./body-recorder.ts";

for (const [bytes, kept, isCut] of [
  [BODY_BYTES_MAX, BODY_BYTES_MAX, false],
  [BODY_BYTES_MAX + 1, BODY_BYTES_MAX, true],
] as const)
  test(`of ${bytes} bytes of text ${kept} are kept`, () => {
    const recorder = openBodyRecorder();
    recorder.add(Buffer.alloc(bytes - 10, "a"));
    recorder.add(Buffer.alloc(10, "b"));
    const body = recorder.end("text/plain; charset=utf-8", "shown");
    assert.deepEqual([body.bytes, body.text?.length, body.isCut], [bytes, kept, isCut]);
  });

for (const type of ["application/x-git-upload-pack-result", "text/html", "image/png", ""])
  test(`${type || "a body without a type"} is counted, and not kept`, () => {
    const recorder = openBodyRecorder();
    recorder.add(Buffer.from("bytes"));
    assert.deepEqual(recorder.end(type, "shown"), { bytes: 5, type, text: undefined, isCut: false });
  });

for (const [why, type, text, values, kept] of [
  [
    "a new value of a secured variable",
    "application/json",
    '{"key":"K","value":"abc"}',
    "hidden",
    '{"key":"K","value":"[secret]"}',
  ],
  [
    "a plain variable",
    "application/json",
    '{"value":"abc","secured":false}',
    "hidden",
    '{"value":"abc","secured":false}',
  ],
  ["what is no variable", "application/json", '{"value":"abc"}', "shown", '{"value":"abc"}'],
  ["a form", "application/x-www-form-urlencoded", "key=K&value=abc", "hidden", "key=K&value=[secret]"],
  [
    "a secured form",
    "application/x-www-form-urlencoded",
    "value=a&secured=True",
    "shown",
    "value=[secret]&secured=True",
  ],
  [
    "JSON that is said to be a form",
    "application/x-www-form-urlencoded",
    ' {"password":"a=b&c"}',
    "shown",
    ' {"password":"[secret]"}',
  ],
  [
    "JSON that is said to be text",
    "text/plain",
    '[{"client_secret":"abc"}]',
    "shown",
    '[{"client_secret":"[secret]"}]',
  ],
] as const)
  test(`secrets are masked in ${why}`, () => {
    const recorder = openBodyRecorder();
    recorder.add(Buffer.from(text));
    assert.equal(recorder.end(type, values).text, kept);
  });

test("secrets are masked whose end has been cut off", () => {
  const recorder = openBodyRecorder();
  const variables = [{ key: "K", value: "abc", x: "x".repeat(BODY_BYTES_MAX), secured: true }];
  recorder.add(Buffer.from(JSON.stringify({ variables })));
  assert.doesNotMatch(recorder.end("application/json", "hidden").text ?? "", /abc/);
});
