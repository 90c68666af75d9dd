// The attack: a pack of some kilobytes whose texts inflate to gigabytes. One request for a list, of anybody, must not put them
// together in the server's memory, nor send them.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { openWebhookReceiver } from "../support/remote-servers/webhook-receiver.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

const MIB = 1024 * 1024;
const COMMITS = 30;
/** Above what is kept of an object; of some, above what is read of it at all. */
const MESSAGE_BYTES = 96 * 1024;
const LONG_MESSAGE_BYTES = 1.5 * MIB;
/** Of any answer, with all its repetitions and escapes. */
const ANSWER_BYTES_MAX = 12 * MIB;

const receiver = await openWebhookReceiver();
const filled = await startFilledApp({ mayReachPrivateAddresses: true }, { lookMs: 50 });

function* history(): Generator<string> {
  for (let index = 1; index <= COMMITS; index += 1) {
    const message = `${index}\n\n${"<m> ".repeat((index > 2 ? MESSAGE_BYTES : LONG_MESSAGE_BYTES) / 4)}`;
    yield `commit refs/heads/main\nmark :${index}\nauthor ${"A".repeat(70_000)} <a@b.example> ${1_700_000_000 + index} +0000\n`;
    yield `committer a <a@b.example> ${1_700_000_000 + index} +0000\ndata ${message.length}\n${message}\n`;
    if (index > 1) yield `from :${index - 1}\n`;
    yield `M 644 inline a.txt\ndata 2\n${index % 10}\n\n`;
    yield `tag v${index}\nfrom :${index}\ntagger t <t@b.example> 1700000000 +0000\ndata ${message.length}\n${message}\n`;
  }
}

before(async () => {
  const { git, folder, url, rest } = filled;
  await git.out(["fast-import", "--quiet"], { folder, input: [...history()].join("") });
  await rest("POST", "/hooks", { url: receiver.url("/hook"), events: ["repo:push"] });
  await git.out(["push", "--quiet", url, "main", "--tags"], { folder });
});

for (const path of [
  "/commits?pagelen=100",
  "/commits?pagelen=100&fields=%2Bvalues.committer",
  "/commits?pagelen=100&path=a.txt",
  "/refs/tags?pagelen=100",
  "/refs?pagelen=100&sort=-target.date",
  "/filehistory/main/a.txt?pagelen=100",
])
  test(`${path} has all its rows, and little of each`, async () => {
    const answer = await filled.rest("GET", path);
    assert.equal(answer.status, 200, answer.text.slice(0, 500));
    assert.ok(answer.text.length < ANSWER_BYTES_MAX, `${answer.text.length} characters`);
    const { values } = answer.json;
    assert.ok(values.length >= COMMITS);
    for (const value of values) {
      const shown = value.message === undefined ? (value.commit ?? value.target) : value;
      assert.ok(shown.truncated.includes("message"), JSON.stringify(shown).slice(0, 300));
      assert.ok(shown.message.length <= 64 * 1024);
      assert.match(shown.message, /^\d+\n\n<m> /);
    }
  });

for (const path of ["/commit/main", "/refs/tags/v1", "/refs/branches/main", "/merge-base/main..v1"])
  test(`${path} says what is cut`, async () => {
    const { status, json, text } = await filled.rest("GET", path);
    assert.equal(status, 200);
    assert.ok(text.length < MIB, `${text.length} characters`);
    const shown = path.startsWith("/refs/branches") ? json.target : json;
    assert.ok(shown.truncated.includes("message"));
    const { author } = shown.target ?? shown;
    assert.ok(author.raw.length <= 1024);
    assert.ok((shown.target ?? shown).truncated.includes("author.raw"));
  });

test("what is short has no word of it", async () => {
  const { app } = filled;
  const made = await filled.rest("POST", "/refs/tags", {
    name: "short",
    target: { hash: "main" },
    message: "m",
  });
  assert.equal(made.status, 201);
  assert.equal(made.json.truncated, undefined);
  assert.equal(app.logLines.filter(({ level }) => level === 50).length, 0);
});

test("a push with long messages is told to webhooks, cut", async () => {
  const [push] = await receiver.take("/hook", 1);
  assert.ok(push!.body.length <= 256 * 1024);
  const main = push!.json.push.changes.find((change: { readonly commits?: unknown }) => change.commits);
  assert.deepEqual(main.commits[0].truncated, ["message", "author.raw"]);
});

test("names of files that would fill the page are refused with what to do", async () => {
  const { git, folder, url, rest } = filled;
  const name = (index: number) => `${index}${"n".repeat(60_000)}`;
  const files = Array.from({ length: 40 }, (_, index) => `M 644 inline d/${name(index)}\ndata 1\nx\n`);
  const commit = "commit refs/heads/names\ncommitter a <a@b.example> 1700000000 +0000\ndata 1\nm\n";
  await git.out(["fast-import", "--quiet", "--force"], { folder, input: commit + files.join("") });
  await git.out(["push", "--quiet", url, "names"], { folder });
  for (const path of ["/src/names/d/?pagelen=100", "/diffstat/names?pagelen=100"]) {
    const refused = await rest("GET", path);
    assert.equal(refused.status, 413, path);
    assert.match(refused.json.error.message, /ask for fewer with pagelen/);
    assert.equal((await rest("GET", path.replace("pagelen=100", "pagelen=10"))).status, 200, path);
  }
});
