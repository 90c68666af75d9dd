import assert from "node:assert/strict";
import { test } from "node:test";
import { runChild } from "./run-child.ts";

for (const [what, command, outcome] of [
  ["a status", ["sh", "-c", "exit 3"], { kind: "ended", status: 3 }],
  ["a signal", ["sh", "-c", "kill -KILL $$"], { kind: "ended", status: 137 }],
  ["no program", ["no-such-program"], { kind: "not-started", status: 127, why: "not found" }],
  ["a folder", ["/"], { kind: "not-started", status: 126, why: "EACCES" }],
] as const) {
  test(`a command that ends with ${what}`, async () => {
    assert.deepEqual(await runChild(command, process.env), outcome);
  });
}
