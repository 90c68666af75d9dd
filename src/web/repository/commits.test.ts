import assert from "node:assert/strict";
import { test } from "node:test";
import { startFilledApp } from "../../../tests/support/server/filled-app.ts";
import { openWebClient, signIn } from "../../../tests/support/server/web-client.ts";
import { reportCommitStatus } from "../../operations/commits/commit-statuses.ts";

const filled = await startFilledApp();
const { app, git, folder } = filled;
const owner = await signIn(app, app.owner);

async function show(path: string, browser = owner): Promise<string> {
  const answer = await browser.get(`/acme/demo/commits${path}`);
  assert.equal(answer.status, 200, answer.text.slice(0, 500));
  return answer.text;
}

test("an empty repository has no commits, and says what comes here", async () => {
  assert.match(await show(""), /No commits yet/);
});

test("lists commits of all branches with their graph, 50 a page", async () => {
  for (let number = 1; number <= 55; number += 1)
    await filled.commit({ "a.txt": `${number}\n` }, `Change ${number}`);
  await git.out(["checkout", "--quiet", "-b", "feature/<b>x", "HEAD~2"], { folder });
  const other = await filled.commit({ "b.txt": "b\n" }, "<script>alert(1)</script>");
  await git.out(["checkout", "--quiet", "main"], { folder });
  await git.out(["merge", "--quiet", "--no-ff", "-m", "Merge the feature", "feature/<b>x"], { folder });
  await git.out(["tag", "v1"], { folder });
  await git.out(["push", "--quiet", filled.url, "main", "feature/<b>x", "v1"], { folder });
  await reportCommitStatus(app.ports, app.by, app.repository, {
    commit: other,
    key: "ci",
    name: "ci",
    state: "INPROGRESS",
    url: "https://ci.example/1",
    description: "",
    refname: undefined,
  });
  const text = await show("");
  assert.match(text, /Merge the feature/);
  assert.match(text, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/);
  assert.doesNotMatch(text, /<script>alert/);
  assert.match(
    text,
    new RegExp(`aria-label="Running".*href="/acme/demo/commits/${other}#builds">1 build</a>`),
  );
  assert.equal(text.match(/<th scope="row">/g)?.length, 50);
  // The merge has a line to each of its parents.
  const [merge] = /<tr><td class="graph" aria-hidden="true"><svg.*?<\/tr>/s.exec(text)!;
  assert.equal(merge.match(/y1="50%" x2="\d+" y2="100%"/g)?.length, 2);
  const [, next] = /<a class="btn" rel="next" href="([^"]+)">Older<\/a>/.exec(text)!;
  const older = await owner.get(next!.replaceAll("&amp;", "&"));
  assert.equal(older.text.match(/<th scope="row">/g)?.length, 7);
  assert.match(older.text, /Change 1</);
  assert.match(older.text, /rel="prev" href="[^"]+">Newer</);
  assert.doesNotMatch(older.text, /rel="next"/);
});

test("lists those of a branch or up to a tag, whatever its name", async () => {
  for (const path of ["feature/%3Cb%3Ex", "feature%2F%3Cb%3Ex"]) {
    const text = await show(`/branch/${path}`);
    assert.match(
      text,
      /On branch <a class="m" href="\/acme\/demo\/branch\/feature%2F%3Cb%3Ex"><bdi>feature\/&lt;b&gt;x/,
    );
    assert.doesNotMatch(text, /Merge the feature/);
  }
  assert.match(await show("/tag/v1"), /Up to tag <bdi class="m">v1<\/bdi>/);
  assert.equal((await owner.get("/acme/demo/commits/branch/none")).status, 404);
  assert.equal((await owner.get("/acme/demo/commits/tag/main")).status, 404);
});

test("`at` leads to a branch, a tag or a commit, and says if there is none", async () => {
  const id = await git.out(["rev-parse", "HEAD"], { folder });
  for (const [at, location] of [
    ["main", "/acme/demo/commits/branch/main"],
    ["feature/<b>x", "/acme/demo/commits/branch/feature%2F%3Cb%3Ex"],
    ["v1", "/acme/demo/commits/tag/v1"],
    [id.slice(0, 8), `/acme/demo/commits/${id}`],
  ] as const) {
    const answer = await owner.get(`/acme/demo/commits?at=${encodeURIComponent(at)}`);
    assert.deepEqual([answer.status, answer.headers.location], [303, location]);
  }
  const none = await owner.get("/acme/demo/commits?at=%3Ci%3Enone");
  assert.equal(none.status, 422);
  assert.match(none.text, /There is no branch, tag or commit “<bdi>&lt;i&gt;none<\/bdi>” here/);
  assert.match(none.text, /value="&lt;i&gt;none"/);
});

test("an unknown key is refused, and a stranger sees nothing", async () => {
  assert.equal((await owner.get(`/acme/demo/commits?ctx=${"1".repeat(32)}`)).status, 400);
  const stranger = await openWebClient(app).get("/acme/demo/commits");
  assert.doesNotMatch(stranger.text, /Change 5/);
  assert.match(
    (await signIn(app, app.owner, "ja").then((ja) => ja.get("/acme/demo/commits"))).text,
    /すべてのブランチとタグ/,
  );
});
