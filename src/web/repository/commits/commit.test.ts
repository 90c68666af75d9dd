import assert from "node:assert/strict";
import { test } from "node:test";
import { waitUntil } from "../../../../tests/support/processes/process-table.ts";
import { startFilledApp } from "../../../../tests/support/server/filled-app.ts";
import { openWebClient, signIn } from "../../../../tests/support/server/web-client.ts";
import { reportCommitStatus } from "../../../operations/commits/commit-statuses.ts";

const filled = await startFilledApp();
const { app, git, folder } = filled;
const lines = (count: number, word: string) =>
  Array.from({ length: count }, (_, index) => `const ${word}${index} = ${index};\n`).join("");

await filled.commit({ "src/a.ts": lines(40, "a"), "crlf.txt": "one\r\ntwo\r\n" }, "First");
const hostile = '<img src=x onerror=alert(1)>\u202e "quoted" & more';
const second = await filled.commit(
  {
    "src/a.ts": lines(40, "a").replace("const a20 = 20;", "const a20 = 2020;"),
    "crlf.txt": "one\ntwo\r\n",
    "big.txt": lines(600, "b"),
    "<b>\u202ename&.txt": "<script>alert(1)</script>\n",
    "image.bin": "\0\x01",
    empty: "",
  },
  `${hostile}\n\nBody <b>bold</b>\nsecond line`,
);
await git.out(["checkout", "--quiet", "-b", "feature/<i>x"], { folder });
await filled.commit({ "more.txt": "more\n" }, "On a branch");
await git.out(["checkout", "--quiet", "main"], { folder });
await git.out(["merge", "--quiet", "--no-ff", "-m", "Merge it", "feature/<i>x"], { folder });
await git.out(["tag", "v1.0"], { folder });
const many = await filled.commit(
  Object.fromEntries(
    Array.from({ length: 120 }, (_, index) => [
      `many/f${String(index).padStart(3, "0")}.txt`,
      lines(30, "m"),
    ]),
  ),
  "Many files",
);
await git.out(["push", "--quiet", filled.url, "main", "feature/<i>x", "v1.0"], { folder });
const owner = await signIn(app, app.owner);

async function show(path: string, browser = owner): Promise<string> {
  const answer = await browser.get(`/acme/demo/commits/${path}`);
  assert.equal(answer.status, 200, answer.text.slice(0, 500));
  return answer.text;
}

test("shows who wrote a commit, what it says, and what it changes", async () => {
  const text = await show(second);
  assert.match(text, new RegExp(`<code>${second}</code>`));
  assert.match(text, /Ann Author/);
  assert.match(text, /Body &lt;b&gt;bold&lt;\/b&gt;\nsecond line/);
  assert.match(text, /6 files, <span class="ok num">\+\d+<\/span>/);
  assert.match(
    text.replaceAll(/<\/?span[^>]*>/g, ""),
    /<del>20<\/del>;<\/td><\/tr><tr class="add">.*<ins>2020<\/ins>;/,
  );
  assert.match(text, /@@ −18,7 \+18,7 @@/);
});

test("has colours, as soon as they are known", async () => {
  await waitUntil("the commit has colours", async () =>
    (await show(second)).includes('<span class="k">const</span>'),
  );
});

test("escapes what strangers wrote, and shows what would not be seen", async () => {
  const text = await show(second);
  assert.doesNotMatch(text, /<img|<script>alert|<i>x/);
  assert.match(
    text,
    /&lt;img src=x onerror=alert\(1\)&gt;<span class="tag">U\+202E<\/span> &quot;quoted&quot; &amp; more/,
  );
  assert.match(text, /&lt;b&gt;<span class="tag">U\+202E<\/span>name&amp;\.txt/);
  assert.doesNotMatch(text, /\u202e/);
  assert.match(text, /feature\/&lt;i&gt;x/);
});

test("shows a line end that has changed, and no others", async () => {
  const text = await show(second);
  assert.match(text, /<td class="c">one<ins>|<td class="c">one<del><span class="tag">U\+000D<\/span><\/del>/);
  assert.equal(text.match(/U\+000D/g)?.length, 1);
});

test("a long file is cut, and shown alone in parts", async () => {
  const text = await show(second);
  const [, all] = /<a href="([^"]+)">Show all 600 lines<\/a>/.exec(text) ?? [];
  assert.ok(all !== undefined);
  const alone = await owner.get(all.replaceAll("&amp;", "&").replace(/#.*/, ""));
  assert.match(alone.text, /Only <code>big\.txt<\/code> is shown/);
  assert.match(alone.text, /const<\/span>|const b599/);
  const part = await show(`${second}?file=big.txt&row=401`);
  assert.match(part, /400 lines before/);
  assert.match(part, />401<\/td>/);
  assert.doesNotMatch(part, />400<\/td>/);
});

test("shows more lines around a change, and less by white space", async () => {
  const text = await show(`${second}?file=src%2Fa.ts&context=15`);
  assert.match(text, /@@ −6,31 \+6,31 @@/);
  const without = await show(`${second}?whitespace=ignore`);
  assert.doesNotMatch(without, /crlf\.txt/);
});

test("shows both sides beside each other", async () => {
  const text = await show(`${second}?view=side-by-side`);
  assert.match(text, /<table class="code diff sides">/);
  assert.match(text, /<td class="c del">.*<\/td><td class="n add" id="file-[0-9a-f]{12}-n21">21<\/td>/);
});

test("has pages of files, and says where the rest is", async () => {
  const text = await show(many);
  assert.match(text, /120 files/);
  assert.match(text, /Files 1–50 of 120/);
  const [, rest] =
    /<a href="[^"]*[?&](?:amp;)?files=(\d+)">Show the files from here on<\/a>/.exec(text) ?? [];
  assert.ok(Number(rest) > 10 && Number(rest) <= 50, rest);
  const next = await show(`${many}?files=${rest}`);
  assert.match(next, new RegExp(`many/f${String(Number(rest) - 1).padStart(3, "0")}`));
  assert.ok((text.match(/<[a-z]/g)?.length ?? 0) <= 6000);
});

test("names the branches and tags that have it, and its builds", async () => {
  await reportCommitStatus(app.ports, app.by, app.repository, {
    commit: second,
    key: "ci",
    name: "npm <test>",
    state: "FAILED",
    url: "javascript:alert(1)",
    description: "",
    refname: undefined,
  });
  const text = await show(second);
  assert.match(text, /href="\/acme\/demo\/commits\/branch\/main">main<\/a>/);
  assert.match(text, /href="\/acme\/demo\/commits\/branch\/feature%2F%3Ci%3Ex"/);
  assert.match(text, /href="\/acme\/demo\/commits\/tag\/v1\.0"/);
  assert.match(text, /aria-label="Failed".*npm &lt;test&gt;/);
  assert.doesNotMatch(text, /javascript:/);
});

test("a merge is compared with its first parent; a branch's name is its commit", async () => {
  const text = await show("main");
  assert.match(text, /Many files/);
  const merge = await show(await git.out(["rev-parse", "main~1"], { folder }));
  assert.match(merge, /A merge: shown is what it brought/);
  assert.match(merge, /more\.txt/);
  assert.match(await show("feature%2F%3Ci%3Ex"), /On a branch/);
});

test("is in Japanese, too", async () => {
  const text = await show(second, await signIn(app, app.owner, "ja"));
  assert.match(text, /左右に並べて表示/);
  assert.match(text, /親コミット/);
});

test("is not there for a stranger, for an unknown commit, or a file that does not differ", async () => {
  const stranger = openWebClient(app);
  const there = await stranger.get(`/acme/demo/commits/${second}`);
  const nowhere = await stranger.get(`/acme/none/commits/${second}`);
  assert.equal(there.status, nowhere.status);
  assert.doesNotMatch(there.text, /Ann Author/);
  assert.equal((await owner.get(`/acme/demo/commits/${"1".repeat(40)}`)).status, 404);
  assert.equal((await owner.get(`/acme/demo/commits/${second}?file=none`)).status, 404);
  assert.equal((await owner.get(`/acme/demo/commits/${second}?context=x`)).status, 400);
});
