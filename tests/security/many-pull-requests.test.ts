// The attack: a small push that changes so many pull requests that everybody else waits for its transaction.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { startFilledApp } from "../support/server/filled-app.ts";

const filled = await startFilledApp();
const { app, git, folder, rest } = filled;
const BRANCHES = Array.from({ length: 201 }, (_, index) => `work-${index}`);

/** Rows like those of the pull request `id`. */
async function copyPullRequest(id: number, copies: readonly object[]): Promise<void> {
  const { kysely } = app.ports.database;
  const row = await kysely
    .selectFrom("pull_request")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirstOrThrow();
  for (const copy of copies)
    await kysely
      .insertInto("pull_request")
      .values({ ...row, ...copy })
      .execute();
}

async function push(message: string, refs: readonly string[]) {
  await git.out(["checkout", "--quiet", "-B", "next"], { folder });
  const tip = await filled.commit({ [`${message}.txt`]: "x\n" }, message);
  const answer = await git.run(["push", "origin", ...refs.map((ref) => `next:refs/heads/${ref}`)], {
    folder,
  });
  return { ...answer, tip };
}

async function create(branch: string, into: string) {
  return rest("POST", "/pullrequests", {
    title: branch,
    source: { branch: { name: branch } },
    destination: { branch: { name: into } },
  });
}

before(async () => {
  await git.out(["checkout", "--quiet", "-b", "main"], { folder });
  await filled.commit({ "a.txt": "one\n" }, "first");
  await git.out(["push", "--quiet", "origin", "main", "main:refs/heads/other"], { folder });
  assert.equal((await push("begun", BRANCHES)).status, 0);
  assert.equal((await create("work-0", "main")).json.id, 1);
  await copyPullRequest(
    1,
    BRANCHES.slice(1).map((branch, index) => ({ id: index + 2, source_branch: branch })),
  );
});

test("from one branch a hundred may be open", async () => {
  await copyPullRequest(
    1,
    Array.from({ length: 99 }, (_, index) => ({ id: 1000 + index, destination_branch: `into-${index}` })),
  );
  const refused = await create("work-0", "other");
  assert.equal(refused.status, 400, refused.text);
  assert.match(refused.json.error.fields.source[0], /100 pull requests from this branch are open/);
  // The one that is there is still changed.
  assert.equal((await create("work-0", "main")).status, 201);
  const { kysely } = app.ports.database;
  await kysely.deleteFrom("pull_request").where("id", ">=", 1000).execute();
});

test("a push that moves too many is refused, and says what to do", async () => {
  const refused = await push("moved", BRANCHES);
  assert.notEqual(refused.status, 0);
  assert.match(refused.stderr, /201 open pull requests would change at once, the limit is 200: push fewer/);
  const { json } = await rest("GET", "/pullrequests/1");
  assert.ok(!refused.tip.startsWith(json.source.commit.hash));
  const taken = await push("moved again", BRANCHES.slice(1));
  assert.equal(taken.status, 0, taken.stderr);
});

test("a push that merges too many is refused", async () => {
  assert.equal((await push("same", ["work-0"])).status, 0);
  const refused = await push("merged", ["main"]);
  assert.notEqual(refused.status, 0);
  assert.match(refused.stderr, /201 open pull requests would change at once/);
});
