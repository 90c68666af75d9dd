import assert from "node:assert/strict";
import { test } from "node:test";
import { writeHumanLog } from "./human-log.ts";

const TIME = "2026-11-29T08:00:00.000Z";

for (const [why, line, text] of [
  [
    "what happened and its fields",
    { level: "info", time: TIME, url: "http://127.0.0.1:1", workers: 2, msg: "listening" },
    " listening url=http://127.0.0.1:1 workers=2\n",
  ],
  [
    "a request by what it asked for and what it got",
    {
      level: "info",
      time: TIME,
      "request.id": "1",
      method: "GET",
      route: "/2.0/user",
      status: 401,
      duration_ms: 1.5,
      "failure.kind": "credential-missing",
      msg: "request",
    },
    " GET /2.0/user 401 1.5 ms failure.kind=credential-missing\n",
  ],
  [
    "a warning as such, and nothing that moves the cursor",
    { level: "warn", time: TIME, host: "\u001b[2Jx\u0007\nfake", msg: "this is plain HTTP" },
    " WARN this is plain HTTP host=x??fake\n",
  ],
  [
    "an error with its trace",
    { level: "error", time: TIME, err: { stack: "Error: no\n    at x" }, msg: "request failed" },
    " ERROR request failed\nError: no\n    at x\n",
  ],
] as const) {
  test(`a person reads ${why}`, () => {
    const written = writeHumanLog(`${JSON.stringify(line)}\n`);
    assert.match(written, /^\d\d:\d\d:\d\d /);
    assert.equal(written.slice(8), text);
  });
}

test("what is no JSON is passed on", () => {
  assert.equal(writeHumanLog("plain\n"), "plain\n");
});
