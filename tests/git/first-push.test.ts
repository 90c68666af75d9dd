import assert from "node:assert/strict";
import { test } from "node:test";
import { openDemoRestClient, valueAt } from "../support/clients/rest-client.ts";
import {
  cloneOf,
  commitFiles,
  createFilledRepository,
  createHostedRepository,
  initClone,
  NO_OBJECT,
  serverHead,
  serverRefs,
} from "../support/git/hosted-repository.ts";
import { rawPushBody, readRawReport, sendRawPush } from "../support/git/raw-push.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const pail = await startPailForFile();
const git = openRealGit();
const rest = openDemoRestClient(pail);

for (const [why, branches, head] of [
  ["the only branch pushed", ["trunk"], "trunk"],
  ["main when it is among those pushed", ["aaa", "main", "zzz"], "main"],
  ["the first of several when main is not among them", ["beta", "gamma", "omega"], "beta"],
] as const) {
  test(`the first push makes HEAD ${why}`, async () => {
    const repository = await createHostedRepository(pail);
    const folder = await initClone(git, repository);
    await commitFiles(git, folder, { "a.txt": "a\n" }, "A");
    await git.out(["push", "--quiet", "origin", ...branches.map((name) => `HEAD:refs/heads/${name}`)], {
      folder,
    });
    assert.equal(await serverHead(git, repository.url), `refs/heads/${head}`);
    const answer = (await rest(`/repositories/${repository.fullName}`)).json();
    assert.deepEqual(
      [valueAt(answer, "mainbranch.name"), valueAt(answer, "mainbranch.type")],
      [head, "branch"],
    );
    const clone = await cloneOf(git, repository.url);
    assert.equal(await git.out(["symbolic-ref", "--short", "HEAD"], { folder: clone }), head);
  });
}

test("later pushes leave HEAD alone, even of a branch called main", async () => {
  const repository = await createHostedRepository(pail);
  const folder = await initClone(git, repository);
  await commitFiles(git, folder, { "a.txt": "a\n" }, "A");
  await git.out(["push", "--quiet", "origin", "HEAD:refs/heads/trunk"], { folder });
  await git.out(["push", "--quiet", "origin", "HEAD:refs/heads/main"], { folder });
  assert.equal(await serverHead(git, repository.url), "refs/heads/trunk");
});

test("a first push of tags alone makes no main branch", async () => {
  const repository = await createHostedRepository(pail);
  const folder = await initClone(git, repository);
  await commitFiles(git, folder, { "a.txt": "a\n" }, "A");
  await git.out(["tag", "v1"], { folder });
  await git.out(["push", "--quiet", "origin", "v1"], { folder });
  assert.equal((await rest(`/repositories/${repository.fullName}`)).json().mainbranch, null);
  await git.out(["push", "--quiet", "origin", "main"], { folder });
  assert.equal(await serverHead(git, repository.url), "refs/heads/main");
});

test("the main branch cannot be deleted, and the person reads why", async () => {
  const { repository, folder, ids } = await createFilledRepository(git, pail);
  const outcome = await git.run(["push", "--porcelain", "origin", ":main"], { folder });
  assert.equal(outcome.status, 1, outcome.stderr);
  assert.match(outcome.stdout, /^!\t:refs\/heads\/main\t\[remote rejected\] \(.*main.*\)$/m);
  assert.equal((await serverRefs(git, repository.url)).get("refs/heads/main"), ids.at(-1));
});

test("a branch that is no longer the main branch can be deleted", async () => {
  const { repository, folder } = await createFilledRepository(git, pail);
  await git.out(["push", "--quiet", "origin", "main:side"], { folder });
  await git.out(["push", "--quiet", "origin", ":side"], { folder });
  assert.ok(!(await serverRefs(git, repository.url)).has("refs/heads/side"));
});

const HASH_REFUSAL = /sha-?256|object.format|hash algorithm|mismatched algorithms/i;

test("a push from a SHA-256 repository is refused with a clear text", async () => {
  // To an empty repository git itself only says "protocol error": it meets the 40 zeros before any capability.
  const { repository, ids } = await createFilledRepository(git, pail);
  const folder = git.newPath("sha256");
  await git.out(["init", "--quiet", "--object-format=sha256"], { folder });
  await commitFiles(git, folder, { "a.txt": "a\n" }, "A");
  const outcome = await git.run(["push", repository.url, "main"], { folder });
  assert.notEqual(outcome.status, 0);
  assert.match(outcome.stderr, HASH_REFUSAL);
  assert.deepEqual([...(await serverRefs(git, repository.url))], [["refs/heads/main", ids.at(-1)]]);
});

test("a client that sends SHA-256 all the same is refused by the server in words", async () => {
  const { repository } = await createFilledRepository(git, pail);
  const before = await serverRefs(git, repository.url);
  const body = rawPushBody(
    [{ before: "0".repeat(64), after: "ab".repeat(32), name: "refs/heads/long" }],
    ["report-status", "side-band-64k", "object-format=sha256"],
    Buffer.alloc(0),
  );
  const answer = await sendRawPush(pail, repository.path, body);
  assert.ok(answer.status < 500, `${answer.status}: ${answer.text}`);
  assert.match(answer.text, HASH_REFUSAL);
  if (answer.status === 200) assert.notEqual(readRawReport(answer).refs.get("refs/heads/long"), "ok");
  assert.deepEqual(await serverRefs(git, repository.url), before);
});

test("deleting a branch that is not there changes nothing", async () => {
  const { repository, ids } = await createFilledRepository(git, pail);
  const body = rawPushBody(
    [{ before: ids[0] ?? "", after: NO_OBJECT, name: "refs/heads/never" }],
    ["report-status", "side-band-64k", "delete-refs"],
  );
  const answer = await sendRawPush(pail, repository.path, body);
  assert.ok(answer.status < 500, `${answer.status}: ${answer.text}`);
  assert.deepEqual([...(await serverRefs(git, repository.url)).keys()], ["refs/heads/main"]);
});
