// The attack: messages of commits that take Markdown long to render, or whose HTML would be as long as their square.
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { startFilledApp } from "../support/server/filled-app.ts";

const MIB = 1024 * 1024;

const filled = await startFilledApp();
const { git, folder, url, rest } = filled;

async function pushMessages(branch: string, messages: readonly string[]): Promise<void> {
  const commits = messages.map((message, index) =>
    [
      `commit refs/heads/${branch}`,
      `committer a <a@b.example> ${1_700_000_000 + index} +0000`,
      `data ${Buffer.byteLength(message)}`,
      message,
      "",
    ].join("\n"),
  );
  await git.out(["fast-import", "--quiet"], { folder, input: commits.join("") });
  await git.out(["push", "--quiet", url, branch], { folder });
}

test("while messages that take long are rendered, others are answered", async () => {
  const slow = ["[", "*a_ ", "![", "> * > a\n", "|a|\n|-|\n|x|\n\n", "`` ` ", "_a __", "1. > "];
  await pushMessages(
    "slow",
    [...slow, ...slow].map((part, index) => `${index}\n\n${part.repeat(60_000 / part.length)}`),
  );
  let isAnswered = false;
  const started = once(process, "worker");
  const page = rest("GET", "/commits/slow?pagelen=100").finally(() => {
    isAnswered = true;
  });
  await started;
  for (const path of ["/refs/branches/slow", "", "/refs/tags"]) {
    assert.equal((await rest("GET", path)).status, 200);
    assert.ok(!isAnswered, path);
  }
  const { status, json } = await page;
  assert.equal(status, 200);
  assert.equal(json.values.length, 16);
});

test("HTML that would be far longer than its text fills no answer", async () => {
  const links = `[a]: https://x.example/${"z".repeat(2000)}\n\n${"[a] ".repeat(500)}`;
  const table = `${"|a".repeat(600)}\n${"|-".repeat(600)}\n${"x\n".repeat(600)}`;
  await pushMessages(
    "multiplied",
    Array.from({ length: 100 }, (_, index) => `${index}\n\n${index % 2 === 0 ? links : table}`),
  );
  const { status, text, json } = await rest("GET", "/commits/multiplied?pagelen=100");
  assert.equal(status, 200);
  assert.equal(json.values.length, 100);
  assert.ok(text.length < 8 * MIB, `${text.length} characters`);
});
