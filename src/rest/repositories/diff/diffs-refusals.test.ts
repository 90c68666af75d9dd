import assert from "node:assert/strict";
import { get } from "node:http";
import { after, before, describe, test } from "node:test";
import { sendRequest } from "../../../../tests/support/clients/http-request.ts";
import { fc } from "../../../../tests/support/fuzzing/seeded-properties.ts";
import {
  app,
  ask,
  clone,
  git,
  ids,
  owner,
  push,
  reader,
  startComparedRepositories,
} from "../../../../tests/support/git/compared-repositories.ts";
import { commitFiles } from "../../../../tests/support/git/hosted-repository.ts";
import { requestProcesses, waitUntil } from "../../../../tests/support/processes/process-table.ts";
import { errorBody, statusOf } from "../../../http/server/answer-failure.ts";
import { Failure } from "../../../model/failure.ts";

before(startComparedRepositories);
after(() => app.close());

describe("what is wrong is said with its name", () => {
  for (const [path, status, field] of [
    ["diff/..main", 400, "spec"],
    ["diff/main..", 400, "spec"],
    ["diff/main...v1.0", 400, "spec"],
    ["diff/a..b..c", 400, "spec"],
    ["diff/a%0Ab", 400, "spec"],
    ["diffstat/..main", 400, "spec"],
    ["patch/..main", 400, "spec"],
    ["merge-base/main", 400, "revspec"],
    ["merge-base/..main", 400, "revspec"],
    ["file-conflicts/main...v1.0", 404, "spec"],
    ["diff/main?context=-1", 400, "context"],
    ["diff/main?context=10001", 400, "context"],
    ["diff/main?context=3x", 400, "context"],
    ["diff/main?context=", 400, "context"],
    ["diff/main?binary=maybe", 400, "binary"],
    ["diff/main?renames=", 400, "renames"],
    ["diff/main?ignore_whitespace=2", 400, "ignore_whitespace"],
    ["diff/main?topic=no", 400, "topic"],
    ["diff/main?topic=true&merge=true", 400, "merge"],
    ["diff/main?merge=x", 400, "merge"],
    [`diff/main?path=${"a".repeat(4097)}`, 400, "path"],
    ["diffstat/main?topic=true&merge=false", 400, "merge"],
    ["diffstat/main?pagelen=5001", 400, "pagelen"],
    ["diffstat/main?pagelen=0", 400, "pagelen"],
    ["diffstat/main?page=x", 400, "page"],
    ["file-conflicts/main..v1.0?page=0", 400, "page"],
  ] as const) {
    test(`${path.slice(0, 60)}: ${status} ${field}`, async () => {
      const answer = await ask(path);
      assert.equal(answer.status, status, answer.text);
      assert.deepEqual(Object.keys(JSON.parse(answer.text).error.fields), [field]);
    });
  }

  for (const [path, status, message] of [
    ["diff/nothing", 404, "Commit not found"],
    ["diff/main..nothing", 404, "Commit not found"],
    ["diff/HEAD:kept.txt", 404, "Commit not found"],
    ["diff/main%5E", 404, "Commit not found"],
    ["diff/--output=x", 404, "Commit not found"],
    ["diff/acme%2F..%2Fdemo:main", 404, "Commit not found"],
    ["diff/__proto__", 404, "Commit not found"],
    ["patch/-1", 404, "Commit not found"],
    ["merge-base/main..nothing", 404, "Commit not found"],
    ["file-conflicts/nothing..main", 404, "Commit not found"],
    ["diff/unrelated..main", 400, "No common ancestor"],
    ["diffstat/unrelated..main", 400, "No common ancestor"],
    ["file-conflicts/unrelated..main", 400, "No common ancestor"],
    ["merge-base/unrelated..main", 404, "No common ancestor"],
  ] as const) {
    test(`${path}: ${status} ${message}`, async () => {
      const answer = await ask(path);
      assert.deepEqual([answer.status, JSON.parse(answer.text).error.message], [status, message]);
    });
  }
});

test("another repository is named only to those who may read it, and hidden is like missing", async () => {
  for (const operation of ["diff", "diffstat", "patch", "merge-base", "file-conflicts"]) {
    const [open, hidden, missing, elsewhere] = await Promise.all([
      ask(`${operation}/main..v1.0`, reader),
      ask(`${operation}/acme/fork:forked..main`, reader),
      ask(`${operation}/acme/nothing:forked..main`, reader),
      ask(`${operation}/main..acme/fork:forked`, reader),
    ]);
    assert.equal(open.status, 200, operation);
    for (const answer of [hidden, missing, elsewhere]) {
      assert.equal(answer.status, 404, operation);
      assert.match(answer.text, /You may not have access to this repository/);
    }
    assert.equal(hidden.text, missing.text);
    assert.ok(!hidden.text.includes(ids.forked!));
  }
  // Its commits are not found by their ids alone either.
  assert.equal((await ask(`diff/${ids.forked}`, reader)).status, 404);
  assert.equal((await ask("diff/acme/secret:main..main")).status, 404, "an empty repository has no commit");
});

test("junk in the spec and the query is answered with documented statuses only", async () => {
  const junk = fc.oneof(
    fc.string({ unit: "binary", maxLength: 30 }).filter((text) => text.isWellFormed()),
    fc.constantFrom(
      "main",
      "..",
      "...",
      "\r",
      ":",
      "/",
      "%",
      "{}",
      "-p",
      "HEAD",
      "\u{1f600}",
      ":(top)",
      "\\",
      "a~1",
      "@{0}",
    ),
  );
  const spec = fc.array(junk, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(""));
  const name = fc.constantFrom(
    "path",
    "context",
    "topic",
    "merge",
    "binary",
    "renames",
    "ignore_whitespace",
    "page",
    "pagelen",
    "fields",
  );
  const query = fc.array(fc.tuple(name, junk), { maxLength: 3 });
  const operation = fc.constantFrom("diff", "diffstat", "patch", "merge-base", "file-conflicts");
  await fc.assert(
    fc.asyncProperty(
      operation,
      fc.oneof(spec, fc.constant("main..v1.0")),
      query,
      async (asked, text, pairs) => {
        const search = new URLSearchParams(pairs);
        const { status, text: body } = await ask(`${asked}/${encodeURIComponent(text)}?${search}`);
        assert.ok([200, 400, 404].includes(status), `${status} ${body}`);
      },
    ),
    { numRuns: 150 },
  );
});

test("HEAD has the headers and no body", async () => {
  const url = "/2.0/repositories/acme/demo/diff/v1.0";
  const answer = await sendRequest(app.url, url, { method: "HEAD", headers: { authorization: owner } });
  assert.deepEqual([answer.status, answer.headers["content-type"], answer.text], [200, "text/plain", ""]);
});

test("what takes too long is 555 with an error object", () => {
  const failure = new Failure("timed-out", "Cannot compare: it is too large to be done in 30 s");
  assert.equal(statusOf(failure), 555);
  assert.deepEqual(errorBody(failure), { type: "error", error: { message: failure.message } });
});

test("a client that goes takes git with it", async () => {
  const big = Array.from({ length: 400_000 }, (_, line) => `${line} of a long file\n`).join("");
  await git.out(["checkout", "--quiet", "-b", "big", "main"], { folder: clone });
  await commitFiles(git, clone, { "big.txt": big }, "Big");
  await push(app.repository, await app.token(), "big");
  await new Promise<void>((resolve, reject) => {
    const request = get(
      `${app.url}/2.0/repositories/acme/demo/diff/big`,
      { headers: { authorization: owner } },
      (response) => {
        response.once("data", () => response.destroy());
        response.once("close", resolve);
      },
    );
    request.once("error", reject);
  });
  await waitUntil("no git process is left", () => requestProcesses(process.pid).length === 0);
  // The server answers on, and what was cut off is no bug in its log.
  assert.equal((await ask("diff/v1.0")).status, 200);
  assert.deepEqual(
    app.logLines.filter((line) => line.msg === "bug"),
    [],
  );
});
