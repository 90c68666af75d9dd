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
    const body = recorder.end("text/plain; charset=utf-8");
    assert.deepEqual([body.bytes, body.text?.length, body.isCut], [bytes, kept, isCut]);
  });

for (const type of ["application/x-git-upload-pack-result", "text/html", "image/png", ""])
  test(`${type || "a body without a type"} is counted, and not kept`, () => {
    const recorder = openBodyRecorder();
    recorder.add(Buffer.from("bytes"));
    assert.deepEqual(recorder.end(type), { bytes: 5, type, text: undefined, isCut: false });
  });
