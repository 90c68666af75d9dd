import assert from "node:assert/strict";
import { test } from "node:test";
import {
  cloneOf,
  commitFiles,
  createFilledRepository,
  createHostedRepository,
  initClone,
  serverRefs,
} from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const pail = await startPailForFile();
const git = openRealGit();

/** What the first packets of the server say in each version; `GIT_TRACE_PACKET` shows them. */
const SERVER_SAYS = { 0: /< [0-9a-f]{40} HEAD/, 1: /< version 1/, 2: /< version 2/ } as const;

/** A stream for `git fast-import` that puts so many commits on top of `main`. */
function manyCommits(count: number): string {
  const commits = Array.from({ length: count }, (_, index) => {
    const from = index === 0 ? "from refs/heads/main^0\n" : "";
    return `commit refs/heads/main\ncommitter A <a@example.test> ${1_800_000_000 + index} +0000\ndata 2\n${index % 10}\n${from}\n`;
  });
  return commits.join("");
}

for (const protocol of [0, 1, 2] as const) {
  test(`protocol v${protocol}: the server speaks the version it is asked for`, async () => {
    const { repository } = await createFilledRepository(git, pail);
    const outcome = await git.run(["ls-remote", repository.url], {
      protocol,
      environment: { GIT_TRACE_PACKET: "1" },
    });
    assert.equal(outcome.status, 0, outcome.stderr);
    for (const [version, says] of Object.entries(SERVER_SAYS)) {
      if (Number(version) === protocol) assert.match(outcome.stderr, says);
      else if (Number(version) !== 0) assert.doesNotMatch(outcome.stderr, says);
    }
  });

  test(`protocol v${protocol}: ls-remote shows HEAD, branches, tags and what tags point at`, async () => {
    const { repository, folder, ids } = await createFilledRepository(git, pail);
    await git.out(["tag", "-a", "-m", "annotated", "v1"], { folder });
    await git.out(["push", "--quiet", "origin", "v1"], { folder, protocol });
    const tagId = await git.out(["rev-parse", "v1"], { folder });
    const tip = ids.at(-1);
    const expected = `${tip}\tHEAD\n${tip}\trefs/heads/main\n${tagId}\trefs/tags/v1\n${tip}\trefs/tags/v1^{}`;
    assert.equal(await git.out(["ls-remote", repository.url], { protocol }), expected);
    const tags = await git.out(["ls-remote", "--refs", repository.url, "refs/tags/*"], { protocol });
    assert.equal(tags, `${tagId}\trefs/tags/v1`);
  });

  test(`protocol v${protocol}: clone brings every object and checks out the main branch`, async () => {
    const { repository, ids } = await createFilledRepository(git, pail, { commits: 3 });
    const folder = git.newPath("clone");
    await git.out(["clone", "--quiet", repository.url, folder], { protocol });
    assert.equal(await git.out(["rev-parse", "HEAD"], { folder }), ids.at(-1));
    assert.equal(await git.out(["rev-list", "--count", "HEAD"], { folder }), "3");
    assert.equal(await git.out(["symbolic-ref", "HEAD"], { folder }), "refs/heads/main");
    assert.equal(await git.out(["status", "--porcelain"], { folder }), "");
    await git.out(["fsck", "--strict"], { folder });
  });

  test(`protocol v${protocol}: push arrives, and fetch brings it to another clone`, async () => {
    const { repository, folder } = await createFilledRepository(git, pail);
    const other = await cloneOf(git, repository.url);
    const tip = await commitFiles(git, folder, { "new.txt": `v${protocol}\n` }, "New");
    await git.out(["push", "--quiet", "origin", "main"], { folder, protocol });
    assert.equal((await serverRefs(git, repository.url)).get("refs/heads/main"), tip);
    await git.out(["fetch", "--quiet", "origin"], { folder: other, protocol });
    assert.equal(await git.out(["rev-parse", "origin/main"], { folder: other }), tip);
    await git.out(["pull", "--quiet", "--ff-only"], { folder: other, protocol });
    assert.equal(await git.out(["show", "HEAD:new.txt"], { folder: other }), `v${protocol}`);
  });

  test(`protocol v${protocol}: a fetch that needs nothing changes nothing`, async () => {
    const { repository } = await createFilledRepository(git, pail);
    const folder = await cloneOf(git, repository.url);
    const outcome = await git.run(["fetch", "origin"], { folder, protocol });
    assert.deepEqual([outcome.status, outcome.stdout, outcome.stderr], [0, "", ""]);
  });

  test(`protocol v${protocol}: an empty repository is cloned, with a warning`, async () => {
    const repository = await createHostedRepository(pail);
    const folder = git.newPath("clone");
    const outcome = await git.run(["clone", repository.url, folder], { protocol });
    assert.equal(outcome.status, 0, outcome.stderr);
    assert.match(outcome.stderr, /cloned an empty repository/);
    assert.equal(await git.out(["for-each-ref"], { folder }), "");
  });

  test(`protocol v${protocol}: pruning removes a branch that the server no longer has`, async () => {
    const { repository, folder } = await createFilledRepository(git, pail);
    await git.out(["push", "--quiet", "origin", "main:gone"], { folder });
    const other = await cloneOf(git, repository.url);
    await git.out(["push", "--quiet", "origin", ":gone"], { folder, protocol });
    await git.out(["fetch", "--quiet", "--prune", "origin"], { folder: other, protocol });
    const refs = await git.out(["for-each-ref", "--format=%(refname)", "refs/remotes"], { folder: other });
    assert.deepEqual(refs.split("\n"), ["refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
  });

  test(`protocol v${protocol}: a fetch with a long history in common sends its haves compressed`, async () => {
    const { repository, folder } = await createFilledRepository(git, pail);
    const other = await cloneOf(git, repository.url);
    await git.out(["fast-import", "--quiet"], { folder: other, input: manyCommits(300) });
    const tip = await commitFiles(git, folder, { "theirs.txt": "theirs\n" }, "Theirs");
    await git.out(["push", "--quiet", "origin", "main"], { folder });
    const outcome = await git.run(["fetch", "origin"], {
      folder: other,
      protocol,
      environment: { GIT_TRACE_CURL: "1", GIT_TRACE_CURL_NO_DATA: "1" },
    });
    assert.equal(outcome.status, 0, outcome.stderr);
    assert.match(outcome.stderr, /Content-Encoding: gzip/i);
    assert.equal(await git.out(["rev-parse", "origin/main"], { folder: other }), tip);
  });
}

test("a client that asks for an unknown version gets version 0", async () => {
  const { repository, ids } = await createFilledRepository(git, pail);
  const text = await git.out(["-c", "protocol.version=0", "ls-remote", repository.url, "HEAD"], {
    config: { "http.extraHeader": "Git-Protocol: version=9" },
  });
  assert.equal(text, `${ids.at(-1)}\tHEAD`);
});

test("a push into an empty repository is there for the next clone", async () => {
  const repository = await createHostedRepository(pail);
  const folder = await initClone(git, repository);
  const tip = await commitFiles(git, folder, { "first.txt": "first\n" }, "First");
  await git.out(["push", "--quiet", "origin", "main"], { folder });
  const clone = await cloneOf(git, repository.url);
  assert.equal(await git.out(["rev-parse", "HEAD"], { folder: clone }), tip);
});
