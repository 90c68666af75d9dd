import assert from "node:assert/strict";
import { test } from "node:test";
import { startFilledApp } from "../../../../tests/support/server/filled-app.ts";
import { openWebClient, signIn } from "../../../../tests/support/server/web-client.ts";

const filled = await startFilledApp();
const { app, git, folder, rest } = filled;
const owner = await signIn(app, app.owner);
await filled.commit({ "a.txt": "1\n" }, "First");
await git.out(["checkout", "--quiet", "-b", "feature/<i>"], { folder });
await filled.commit({ "b.txt": "new\n" }, "On <b>feature</b>");
await git.out(["checkout", "--quiet", "main"], { folder });
await filled.commit({ "a.txt": "2\n" }, "On main");
await git.out(["checkout", "--quiet", "--orphan", "unrelated"], { folder });
await filled.commit({ "c.txt": "c\n" }, "Unrelated");
await git.out(["push", "--quiet", filled.url, "--all"], { folder });

const compare = (spec: string) => owner.get(`/acme/demo/branches/compare/${spec}`);

test("shows what one branch has that another has not", async () => {
  const { status, text } = await compare("feature%2F%3Ci%3E..main");
  assert.equal(status, 200);
  assert.match(text, /1 commit</);
  assert.match(text, /On &lt;b&gt;feature&lt;\/b&gt;/);
  assert.doesNotMatch(text, /On main/);
  assert.match(text, /b\.txt/);
  assert.doesNotMatch(text, /a\.txt/);
  assert.match(
    text,
    /href="\/acme\/demo\/pull-requests\/new\?source=feature%2F%3Ci%3E&amp;destination=main"/,
  );
  assert.match(text, /href="\/acme\/demo\/branches\/compare\/main\.\.feature%2F%3Ci%3E"/);
  const other = await compare("main..feature/%3Ci%3E");
  assert.match(other.text, /On main/);
});

test("two that are equal differ in nothing", async () => {
  const { text } = await compare("main..main");
  assert.match(text, /It has no commit that <bdi class="m">main<\/bdi> has not/);
  assert.match(text, /No file differs/);
  assert.doesNotMatch(text, /pull-requests\/new/);
});

test("the form leads to the comparison, and says what is missing", async () => {
  for (const path of ["/acme/demo/branches/compare", "/acme/demo/branches/compare/"]) {
    const form = await owner.get(path);
    assert.equal(form.status, 200);
    assert.match(form.text, /name="destination" [^>]*value="main"/);
  }
  const sent = await owner.get("/acme/demo/branches/compare?source=feature%2F%3Ci%3E&destination=main");
  assert.deepEqual(
    [sent.status, sent.headers.location],
    [303, "/acme/demo/branches/compare/feature%2F%3Ci%3E..main"],
  );
  const missing = await owner.get("/acme/demo/branches/compare?source=&destination=main");
  assert.equal(missing.status, 422);
  assert.match(missing.text, /Enter a branch, a tag or a commit/);
});

for (const [why, spec, message] of [
  ["an unknown source", "%3Cnone%3E..main", /no branch, tag or commit “<bdi>&lt;none&gt;<\/bdi>”/],
  ["an unknown destination", "main..none", /no branch, tag or commit “<bdi>none<\/bdi>”/],
  ["no common history", "unrelated..main", /no commit in common/],
] as const)
  test(`says what is wrong with ${why}`, async () => {
    const { status, text } = await compare(spec);
    assert.equal(status, 422);
    assert.match(text, message);
  });

test("one name alone asks for the other", async () => {
  const { status, text } = await compare("main");
  assert.equal(status, 422);
  assert.match(text, /name="source" [^>]*value="main"/);
});

test("compares with a fork, and hides one that the reader may not see", async () => {
  const made = await rest("POST", "/forks", { name: "fork" });
  assert.equal(made.status, 201, made.text);
  const { status, text } = await compare("acme%2Ffork%3Afeature%2F%3Ci%3E..main");
  assert.equal(status, 200);
  assert.match(text, /b\.txt/);
  assert.equal((await compare("acme%2Fnone%3Amain..main")).status, 404);
  assert.notEqual((await openWebClient(app).get("/acme/demo/branches/compare/main..main")).status, 200);
});
