// Most pushes are small, and go on from what is there. They must not pay for what they do not need: a process, or a look at
// refs that they do not touch.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { ObjectId } from "../../src/model/object-id.ts";
import type { RefName } from "../../src/model/ref-name.ts";
import { withRepository } from "../../src/storage/packs/with-repository.ts";
import { insertRefs } from "../../src/storage/sql/refs/refs.ts";
import { commitFiles } from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { type Cost, measureCost } from "../support/processes/cost-meter.ts";
import { startTestApp } from "../support/server/test-app.ts";

const git = openRealGit();
const app = await startTestApp();
after(() => app.close());
const folder = git.newPath("clone");
await git.out(["init", "--quiet", "--initial-branch=main", folder]);
const url = new URL(`/acme/${app.repository.slug}.git`, app.url);
url.username = "x-bitbucket-api-token-auth";
url.password = await app.token();
await git.out(["remote", "add", "origin", url.href], { folder });

/**
 * What the server does for it: the client's own processes have none of the server's settings. A reader counts as well: it is
 * there for later requests, but none of these tests needs one, so that whichever does is seen to start it.
 */
async function costOf(work: () => Promise<unknown>): Promise<Pick<Cost, "statements" | "spawns">> {
  const { statements, spawns, readers } = await measureCost(work);
  await app.ports.maintenance.idle();
  return {
    statements,
    spawns: [...spawns.filter((command) => command.includes("safe.directory")), ...readers],
  };
}

const push = (...args: string[]) => costOf(() => git.out(["push", "--quiet", "origin", ...args], { folder }));

const base = await commitFiles(git, folder, { "a.txt": "a\n", "folder/b.txt": "b\n".repeat(500) }, "Base");

test("a first push starts no process", async () => {
  assert.deepEqual((await push("main")).spawns, []);
});

for (const [what, act] of [
  [
    "a commit on a branch",
    async () => {
      await commitFiles(git, folder, { "folder/b.txt": `${"b\n".repeat(500)}changed\n` }, "Changed");
      return push("main");
    },
  ],
  ["a new branch where another one is", () => push("main:refs/heads/copy")],
  [
    "a commit on a new branch",
    async () => {
      await commitFiles(git, folder, { "new.txt": "new\n" }, "New");
      return push("main:refs/heads/new");
    },
  ],
  [
    "a branch that is put back, from a commit of its own",
    async () => {
      await git.out(["reset", "--quiet", "--hard", base], { folder });
      await commitFiles(git, folder, { "other.txt": "other\n" }, "Other");
      await push("--force", "main:refs/heads/new");
      return push("--delete", "new");
    },
  ],
] as const) {
  test(`a push of ${what} starts no process`, async () => {
    assert.deepEqual((await act()).spawns, []);
  });
}

test("a commit over REST starts no process", async () => {
  const body = new FormData();
  body.append("folder/posted.txt", "posted\n");
  const headers = { authorization: `Bearer ${await app.token()}` };
  const cost = await costOf(async () => {
    const answer = await fetch(`${app.url}/2.0/repositories/acme/demo/src`, {
      method: "POST",
      headers,
      body,
    });
    assert.equal(answer.status, 201, await answer.text());
  });
  assert.deepEqual(cost.spawns, []);
});

test("a push costs the same statements, however many refs there are", async () => {
  let commits = 0;
  const pushOne = async () => {
    commits += 1;
    await git.out(["fetch", "--quiet", "origin", "copy"], { folder });
    await git.out(["checkout", "--quiet", "--detach", "FETCH_HEAD"], { folder });
    await commitFiles(git, folder, { "file.txt": `${commits}\n` }, "One more");
    return push(`HEAD:refs/heads/one-${commits}`);
  };
  const few = await pushOne();
  const refs = Array.from({ length: 3000 }, (_, number) => ({
    name: `refs/heads/many/${String(number).padStart(5, "0")}` as RefName,
    target: base as ObjectId,
    peeled: undefined,
  }));
  await app.by.transaction((tx) => insertRefs(tx, app.repository.uuid, refs));
  const many = await pushOne();
  assert.deepEqual(many.spawns, []);
  // The advertisement names all refs: the protocol asks for it. Beyond it nothing reads them.
  const readsAll = (statement: string) =>
    /from "ref" where "repository_uuid" = \?( order by "name")?$/.test(statement);
  assert.equal(many.statements.filter(readsAll).length, few.statements.filter(readsAll).length);
  assert.equal(many.statements.length, few.statements.length);
});

test("what all these have stored is good by git fsck", async () => {
  const found = await withRepository(app.ports.packs, app.repository.uuid, ({ gitDir }) =>
    git.run(["fsck", "--strict", "--full", "--no-dangling"], { folder: gitDir }),
  );
  assert.equal(found.status, 0, found.stderr);
  assert.ok(!/error|missing|broken|warning/.test(found.stdout + found.stderr), found.stdout + found.stderr);
});
