// Whatever is merged, pushed and declined at once: all that was acknowledged is in history once, and nothing else is.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openDemoRestClient, type RestAnswer, valueAt } from "../support/clients/rest-client.ts";
import { cloneOf, commitFiles, createFilledRepository } from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const MERGES = 64;
const PUSHES = 8;

const pail = await startPailForFile({ args: ["--workers", "2"] });
const rest = openDemoRestClient(pail);
const git = openRealGit();
const { repository, folder } = await createFilledRepository(git, pail);
const base = await git.out(["rev-parse", "main"], { folder });
const api = `/repositories/${repository.fullName}`;

type Opened = { readonly id: number; readonly branch: string; readonly tip: string };

/** Pull requests into main from new branches, each with a file of its own. */
async function openPullRequests(name: string, count: number): Promise<readonly Opened[]> {
  const branches: Omit<Opened, "id">[] = [];
  for (let number = 0; number < count; number += 1) {
    const branch = `${name}-${number}`;
    await git.out(["checkout", "--quiet", "-b", branch, base], { folder });
    branches.push({ branch, tip: await commitFiles(git, folder, { [`${branch}.txt`]: branch }, branch) });
  }
  await git.out(["push", "--quiet", "origin", ...branches.map(({ branch }) => branch)], { folder });
  const opened: Opened[] = [];
  for (const one of branches) {
    const json = { title: one.branch, source: { branch: { name: one.branch } } };
    const answer = await rest(`${api}/pullrequests`, { method: "POST", json });
    assert.equal(answer.status, 201, answer.text);
    opened.push({ ...one, id: Number(answer.json().id) });
  }
  return opened;
}

function ask({ id }: Opened, action: "merge" | "decline"): Promise<RestAnswer> {
  return rest(`${api}/pullrequests/${id}/${action}`, { method: "POST" });
}

async function stateOf({ id }: Opened): Promise<unknown> {
  return (await rest(`${api}/pullrequests/${id}`)).json().state;
}

/** The commits of main's first parents since a commit, each with what it merges. */
async function readMain(since: string) {
  const clone = await cloneOf(git, repository.url);
  await git.out(["fsck", "--strict", "--connectivity-only"], { folder: clone });
  const log = await git.out(["log", "--first-parent", "--format=%H %P", `${since}..main`], { folder: clone });
  return log.split("\n").map((line) => {
    const [id, first, second] = line.split(" ");
    return { id: id!, first: first!, second };
  });
}

test(`${MERGES} merges into one destination, beside pushes to it`, { timeout: 600_000 }, async () => {
  const opened = await openPullRequests("merged", MERGES);
  const pusher = await cloneOf(git, repository.url);
  const pushed: string[] = [];
  const push = async () => {
    for (let number = 0; number < PUSHES; number += 1) {
      await git.out(["fetch", "--quiet"], { folder: pusher });
      await git.out(["reset", "--quiet", "--hard", "origin/main"], { folder: pusher });
      const id = await commitFiles(git, pusher, { [`pushed-${number}.txt`]: "pushed" }, "Pushed");
      const { status } = await git.run(["push", "--quiet", "origin", "main"], { folder: pusher });
      if (status === 0) pushed.push(id);
    }
  };
  const [answers] = await Promise.all([Promise.all(opened.map((one) => ask(one, "merge"))), push()]);
  const merged = opened.filter((_, index) => answers[index]!.status === 200);
  const others = answers.filter(({ status }) => status !== 200);
  // Who has been overtaken again and again is told so, and may try again.
  for (const answer of others) assert.equal(answer.status, 409, answer.text);
  const main = await readMain(base);
  assert.deepEqual(
    main.flatMap(({ second }) => second ?? []).sort(),
    merged.map(({ tip }) => tip).sort(),
    "each merge is there once",
  );
  assert.deepEqual(
    main
      .filter(({ second }) => second === undefined)
      .map(({ id }) => id)
      .sort(),
    pushed.sort(),
    "each push is there once",
  );
  for (const [index, one] of opened.entries())
    assert.equal(await stateOf(one), answers[index]!.status === 200 ? "MERGED" : "OPEN");
  assert.ok(merged.length >= MERGES - 4, `only ${merged.length} of ${MERGES} were merged`);
});

test("several merges of one pull request: it is merged once", async () => {
  const since = (await readMain(base))[0]?.id ?? base;
  const [one] = await openPullRequests("twice", 1);
  const answers = await Promise.all(Array.from({ length: 8 }, () => ask(one!, "merge")));
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  for (const answer of answers.filter(({ status }) => status !== 200)) {
    assert.equal(answer.status, 400, answer.text);
    assert.equal(valueAt(answer.json(), "error.message"), "newstatus: This pull request is already closed.");
  }
  assert.equal((await readMain(since)).length, 1);
});

test("a merge against a decline: one of them happens", async () => {
  for (const one of await openPullRequests("declined", 6)) {
    const [merge, decline] = await Promise.all([ask(one, "merge"), ask(one, "decline")]);
    assert.deepEqual([merge.status, decline.status].sort(), [200, 400], merge.text + decline.text);
    assert.equal(await stateOf(one), merge.status === 200 ? "MERGED" : "DECLINED");
    const isThere = (await readMain(base)).some(({ second }) => second === one.tip);
    assert.equal(isThere, merge.status === 200);
  }
});

test("a merge against a push to the source: what was asked for is merged, or nothing", async () => {
  for (const one of await openPullRequests("pushed-to", 6)) {
    await git.out(["checkout", "--quiet", one.branch], { folder });
    const later = await commitFiles(git, folder, { [`${one.branch}-later.txt`]: "later" }, "Later");
    const [merge, push] = await Promise.all([
      ask(one, "merge"),
      git.run(["push", "--quiet", "origin", one.branch], { folder }),
    ]);
    assert.equal(push.status, 0, push.stderr);
    assert.ok(merge.status === 200 || merge.status === 409, merge.text);
    const seconds = (await readMain(base)).map(({ second }) => second);
    const expected = merge.status === 200 ? [true, false, "MERGED"] : [false, false, "OPEN"];
    const found = [seconds.includes(one.tip), seconds.includes(later), await stateOf(one)];
    // A push that was there before the merge was asked for is what is merged.
    if (seconds.includes(later)) assert.deepEqual(found, [false, true, "MERGED"]);
    else assert.deepEqual(found, expected);
  }
});
