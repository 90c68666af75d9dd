import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import { MalformedChangesError, parseChanges } from "./parse-changes.ts";

const RAW = ":100644 100644 1111111 2222222";

function output(...fields: string[]): Buffer {
  return Buffer.from(fields.map((field) => `${field}\0`).join(""), "latin1");
}

for (const [why, fields] of [
  ["a status that no two trees have", [`${RAW} U`, "a", "1\t1\ta"]],
  ["a change without a path", [`${RAW} M`]],
  ["a rename without its second path", [`${RAW} R100`, "a"]],
  ["an empty path", [`${RAW} M`, ""]],
  ["line counts that are no numbers", [`${RAW} M`, "a", "x\t1\ta"]],
  ["something after the line counts", [`${RAW} M`, "a", "1\t1\ta", "more"]],
] as const) {
  test(`refuses ${why}`, () => {
    assert.throws(() => parseChanges(output(...fields)), MalformedChangesError);
  });
}

test("refuses output that was cut off", () => {
  assert.throws(() => parseChanges(Buffer.from(`${RAW} M\0a`)), MalformedChangesError);
});

test("no output is no change", () => assert.deepEqual(parseChanges(Buffer.alloc(0)), []));

test("keeps bytes that are no UTF-8, tabs and line ends in paths", () => {
  const path = "\xff\t1\t\n2";
  const [change] = parseChanges(output(`${RAW} M`, path, `3\t4\t${path}`));
  assert.deepEqual(change, {
    status: "modified",
    oldPath: Buffer.from(path, "latin1"),
    newPath: Buffer.from(path, "latin1"),
    linesAdded: 3,
    linesRemoved: 4,
  });
});

test("a change without line counts is left out, as with white space ignored", () => {
  const changes = parseChanges(output(`${RAW} M`, "a", `${RAW} M`, "b", "1\t0\tb"));
  assert.deepEqual(
    changes.map((change) => "newPath" in change && change.newPath.toString()),
    ["b"],
  );
});

test("throws nothing but its own error, whatever comes", () => {
  const field = fc.oneof(
    fc.string(),
    fc.constant(`${RAW} M`),
    fc.constant(`${RAW} R050`),
    fc.constant("1\t-\t"),
  );
  fc.assert(
    fc.property(fc.array(field), (fields) => {
      try {
        parseChanges(output(...fields));
      } catch (error) {
        assert.ok(error instanceof MalformedChangesError);
      }
    }),
  );
});

test("a list of as many files as git may print takes little memory beside its bytes", async () => {
  const script = `
    import { parentPort } from "node:worker_threads";
    import { parseChanges } from ${JSON.stringify(new URL("parse-changes.ts", import.meta.url).href)};
    const id = "1".repeat(40);
    const parts = [];
    for (const print of [(n) => \`:100644 000000 \${id} \${id} D\\0f\${n}\\0\`, (n) => \`0\\t1\\tf\${n}\\0\`]) {
      const part = Buffer.alloc(48 * 1024 * 1024);
      let length = 0;
      for (let n = 100_000; n < 500_000; n += 1) length += part.write(print(n), length, "latin1");
      parts.push(part.subarray(0, length));
    }
    const changes = parseChanges(Buffer.concat(parts));
    parentPort.postMessage([changes.length, changes.at(-1).oldPath.toString(), changes.at(-1).linesRemoved]);
  `;
  const url = new URL(`data:text/javascript,${encodeURIComponent(script)}`);
  const worker = new Worker(url, { resourceLimits: { maxOldGenerationSizeMb: 160 } });
  assert.deepEqual(await once(worker, "message"), [[400_000, "f499999", 1]]);
});
