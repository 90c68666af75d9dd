import assert from "node:assert/strict";
import { test } from "node:test";
import { createCaller, ownerOf, type RestCaller } from "../../../../tests/support/clients/rest-callers.ts";
import { startFilledApp } from "../../../../tests/support/server/filled-app.ts";
import { upsertRepositoryPermission } from "../../../storage/sql/permissions/permissions.ts";

/** After the fork both sides go on: neither repository has the objects of both. The clone has them, and its git is the oracle. */
const filled = await startFilledApp();
const { app, git, folder } = filled;
const owner = await ownerOf(app);
await filled.commit({ "kept.txt": "a\nb\nc\n", "other.txt": "1\n" }, "Base");
await git.out(["push", "--quiet", "origin", "main"], { folder });
const base = await git.out(["rev-parse", "HEAD"], { folder });
const made = await owner.rest("POST", "/repositories/acme/demo/forks", { name: "fork" });
assert.equal(made.status, 201, made.text);
const forkUuid = made.json.uuid.slice(1, -1);
const forkUrl = filled.url.replace("/acme/demo.git", "/acme/fork.git");
await git.out(["checkout", "--quiet", "-b", "theirs"], { folder });
const theirs = await filled.commit({ "kept.txt": "a\nb\ntheirs\n", "new.txt": "new\n" }, "Theirs");
await git.out(["push", "--quiet", forkUrl, "theirs"], { folder });
await git.out(["checkout", "--quiet", "main"], { folder });
const ours = await filled.commit({ "kept.txt": "a\nb\nours\n", "third.txt": "3\n" }, "Ours");
await git.out(["push", "--quiet", "origin", "main"], { folder });

const DEMO = "/repositories/acme/demo";
const FORK = "/repositories/acme/fork";

for (const [why, path, args] of [
  ["the fork's branch, asked of the parent", `${DEMO}/diff/acme/fork:theirs..main`, ["main...theirs"]],
  ["the same in the form of pull requests", `${DEMO}/diff/acme/fork:theirs%0Dmain`, ["main...theirs"]],
  ["by the fork's UUID", `${DEMO}/diff/acme/%7B${forkUuid}%7D:${theirs}..${ours}`, ["main...theirs"]],
  ["the parent's branch, asked of the fork", `${FORK}/diff/acme/demo:main..theirs`, ["theirs...main"]],
  ["the parent as what is compared with", `${FORK}/diff/theirs..acme/demo:main`, ["main...theirs"]],
  ["two dots", `${DEMO}/diff/acme/fork:theirs..main?topic=false`, ["main", "theirs"]],
] as const) {
  test(`diff of ${why}`, async () => {
    const answer = await owner.rest("GET", path);
    assert.equal(answer.status, 200, answer.text);
    const expected = await git.bytes(["diff", "--binary", "-M", ...args], { folder });
    assert.equal(answer.text, expected.toString());
    assert.ok(answer.text.length > 0);
  });
}

test("merge-base, diffstat, patch and conflicts between the two", async () => {
  const ask = async (path: string) => {
    const answer = await owner.rest("GET", path);
    assert.equal(answer.status, 200, answer.text);
    return answer;
  };
  for (const path of [
    `${DEMO}/merge-base/acme/fork:theirs..main`,
    `${FORK}/merge-base/theirs..acme/demo:main`,
  ])
    assert.equal((await ask(path)).json.hash, base);
  const stat = (await ask(`${FORK}/diffstat/theirs..acme/demo:main`)).json;
  assert.deepEqual(
    stat.values.map((each: { readonly status: string }) => each.status),
    ["modified", "added"],
  );
  assert.match(stat.values[1].new.links.self.href, new RegExp(`/acme/fork/src/${theirs}/new.txt`));
  assert.match(stat.values[0].old.links.self.href, new RegExp(`/acme/demo/src/${base}/kept.txt`));
  const { text } = await ask(`${DEMO}/patch/acme/fork:theirs..main`);
  const expected = await git.out(["format-patch", "--stdout", "--no-signature", "main..theirs"], { folder });
  assert.equal(text.trimEnd(), expected.trimEnd());
  for (const path of [
    `${DEMO}/file-conflicts/acme/fork:theirs..main`,
    `${FORK}/file-conflicts/theirs..acme/demo:main`,
  ]) {
    const { values } = (await ask(path)).json;
    assert.deepEqual(
      values.map((each: { readonly path: string; readonly scenario: string }) => [each.path, each.scenario]),
      [["kept.txt", "content"]],
    );
  }
});

test("a commit of the fork is not one of the parent: only a spec that names the fork has it", async () => {
  assert.equal((await owner.rest("GET", `${DEMO}/diff/${theirs}..main`)).status, 404);
  assert.equal((await owner.rest("GET", `${DEMO}/commit/${theirs}`)).status, 404);
});

async function readerOf(username: string, uuid: string): Promise<RestCaller> {
  const caller = await createCaller(app, username);
  await upsertRepositoryPermission(app.ports.database.kysely, uuid as never, caller.account.uuid, "read");
  return caller;
}

test("each comparison needs read on both: who has one learns nothing of the other", async () => {
  const parentReader = await readerOf("parent-reader", app.repository.uuid);
  const forkReader = await readerOf("fork-reader", forkUuid);
  for (const operation of ["diff", "diffstat", "patch", "merge-base", "file-conflicts"]) {
    for (const [caller, path] of [
      [parentReader, `${DEMO}/${operation}/acme/fork:theirs..main`],
      [parentReader, `${FORK}/${operation}/theirs..acme/demo:main`],
      [forkReader, `${FORK}/${operation}/theirs..acme/demo:main`],
      [forkReader, `${DEMO}/${operation}/acme/fork:theirs..main`],
    ] as const) {
      const answer = await caller.rest("GET", path);
      assert.equal(answer.status, 404, `${path}: ${answer.text}`);
      const missing = await caller.rest("GET", path.replace(/acme\/(fork|demo):/, "acme/missing:"));
      assert.equal(answer.text, missing.text, "hidden and missing are alike");
    }
  }
});
