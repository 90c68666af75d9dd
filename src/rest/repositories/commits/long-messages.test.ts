import assert from "node:assert/strict";
import { before, test } from "node:test";
import { openWebhookReceiver } from "../../../../tests/support/remote-servers/webhook-receiver.ts";
import { startFilledApp } from "../../../../tests/support/server/filled-app.ts";

/** Parts that Markdown makes something of, up to the length; the end shows that nothing was left out. */
function longText(length: number): string {
  const part = "* an *item* with `code`\n* a [link](https://x.example/)\n\ntext <b> & more\n\n";
  return `# Head\n\n${part.repeat(Math.floor((length - 100) / part.length))}**end**\n`;
}

const PARTS_OF_HTML = [
  /^<h1>Head<\/h1>\n<ul>\n<li>an <em>item<\/em> with <code>code<\/code><\/li>/,
  /<a href="https:\/\/x\.example\/" rel="nofollow">link<\/a>/,
  /<p>text &lt;b&gt; &amp; more<\/p>/,
  /<p><strong>end<\/strong><\/p>$/,
];

/** Without the whole text in what it says if it fails. */
function assertWhole(html: string): void {
  for (const part of PARTS_OF_HTML) assert.ok(part.test(html), `${part}: ${html.slice(0, 200)}`);
}

const MESSAGE = longText(60_000);
const COMMENT = longText(32_000);
const DOCUMENT = longText(100_000);
/** With its HTML twice and its JSON it fits a webhook's payload. */
const PUSHED = longText(12_000);

const receiver = await openWebhookReceiver();
const filled = await startFilledApp({ mayReachPrivateAddresses: true }, { lookMs: 50 });
const { git, folder, url, rest } = filled;
let commit: string;

before(async () => {
  commit = await filled.commit({ "README.md": DOCUMENT, "a.txt": "1" }, MESSAGE);
  await git.out(["push", "--quiet", url, "main"], { folder });
  await rest("POST", "/hooks", {
    url: receiver.url("/hook"),
    events: ["repo:push", "repo:commit_comment_created"],
  });
});

for (const [method, path] of [
  ["GET", "/commit/main"],
  ["GET", "/merge-base/main..main"],
  ["GET", "/commits"],
  ["POST", "/commits"],
  ["GET", "/commits/main"],
  ["POST", "/commits/main"],
  ["GET", "/commits?fields=%2Bvalues.committer"],
  ["GET", "/filehistory/main/a.txt?fields=%2Bvalues.commit.rendered"],
] as const)
  test(`${method} ${path} has the HTML of a long message, whole`, async () => {
    const { status, json, text } = await rest(method, path);
    assert.equal(status, 200, text.slice(0, 300));
    const shown = json.values?.[0].commit ?? json.values?.[0] ?? json;
    assert.ok(shown.summary.raw === MESSAGE);
    assertWhole(shown.summary.html);
    assert.ok(shown.rendered.message.html === shown.summary.html);
  });

test("a long file in Markdown is rendered whole", async () => {
  const { json } = await rest("GET", "/src/main/README.md?format=rendered");
  assert.ok(json.raw === DOCUMENT);
  assertWhole(json.html);
});

test("a long comment is shown whole when it is made, changed, read and listed, and in webhooks", async () => {
  const comments = `/commit/${commit}/comments`;
  const made = await rest("POST", comments, { content: { raw: COMMENT } });
  assert.equal(made.status, 201, made.text);
  assertWhole(made.json.content.html);
  const one = `${comments}/${made.json.id}`;
  assertWhole((await rest("GET", one)).json.content.html);
  const changed = await rest("PUT", one, { content: { raw: `${COMMENT}\n\n**end**` } });
  assert.equal(changed.status, 201, changed.text);
  assertWhole(changed.json.content.html);
  assertWhole((await rest("GET", comments)).json.values[0].content.html);
  const [told] = await receiver.take("/hook", 1);
  assertWhole(told!.json.comment.content.html);
});

test("a push with a long message is told to webhooks with its HTML, whole", async () => {
  await git.out(["checkout", "--quiet", "--orphan", "other"], { folder });
  await filled.commit({ "a.txt": "2" }, PUSHED);
  await git.out(["push", "--quiet", url, "other"], { folder });
  const told = (await receiver.take("/hook", 2))[1]!.json.push.changes[0];
  assertWhole(told.new.target.rendered.message.html);
  assertWhole(told.commits[0].rendered.message.html);
});
