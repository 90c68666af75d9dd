import assert from "node:assert/strict";
import { test } from "node:test";
import { openDemoRestClient } from "../support/clients/rest-client.ts";
import { addMember, createAccount, createToken } from "../support/examples/accounts.ts";
import {
  cloneOf,
  cloneUrl,
  commitFiles,
  createFilledRepository,
  createHostedRepository,
  STATIC_USERNAME,
  serverRefs,
} from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const pail = await startPailForFile();
const git = openRealGit();
const { credentials } = pail;

const HIDDEN =
  "remote: You may not have access to this repository or it no longer exists in this workspace. " +
  "If you think this repository exists and you have access, make sure you are authenticated.";

function demoToken(scopes: readonly string[]) {
  return createToken(pail, credentials.email, scopes);
}

test("a token that may only read clones, and its push is refused by the name of the missing scope", async () => {
  const { repository, ids } = await createFilledRepository(git, pail);
  const url = repository.urlAs(STATIC_USERNAME, credentials.token_read);
  const folder = await cloneOf(git, url);
  await commitFiles(git, folder, { "mine.txt": "mine\n" }, "Mine");
  const outcome = await git.run(["push", "origin", "main"], { folder });
  assert.notEqual(outcome.status, 0);
  assert.match(outcome.stderr, /^remote: .*privilege scopes/m);
  assert.match(outcome.stderr, /^remote: .*write:repository:bitbucket/m);
  assert.match(outcome.stderr, /The requested URL returned error: 403/);
  assert.equal((await serverRefs(git, repository.url)).get("refs/heads/main"), ids.at(-1));
});

test("a token that may only write pushes, and its clone is refused by the name of the missing scope", async () => {
  const { repository, folder } = await createFilledRepository(git, pail);
  const token = await demoToken(["write:repository:bitbucket"]);
  const url = repository.urlAs(STATIC_USERNAME, token.text);
  const refused = await git.run(["ls-remote", url]);
  assert.notEqual(refused.status, 0);
  assert.match(refused.stderr, /^remote: .*read:repository:bitbucket/m);
  assert.match(refused.stderr, /error: 403/);
  const tip = await commitFiles(git, folder, { "written.txt": "written\n" }, "Written");
  await git.out(["push", "--quiet", url, "main"], { folder });
  assert.equal((await serverRefs(git, repository.url)).get("refs/heads/main"), tip);
});

for (const scope of ["read:pullrequest", "admin:repository", "delete:repository", "write:pullrequest"]) {
  test(`${scope} opens neither clone nor push: no scope implies another`, async () => {
    const { repository, folder } = await createFilledRepository(git, pail);
    const url = repository.urlAs(STATIC_USERNAME, (await demoToken([`${scope}:bitbucket`])).text);
    for (const args of [
      ["ls-remote", url],
      ["push", url, "main:other"],
    ]) {
      const outcome = await git.run(args, { folder });
      assert.notEqual(outcome.status, 0, args[0]);
      assert.match(outcome.stderr, /error: 403/, args[0]);
    }
  });
}

test("a token with nothing for Bitbucket is told so", async () => {
  const { repository } = await createFilledRepository(git, pail);
  const token = await demoToken(["read:account"]);
  const outcome = await git.run(["ls-remote", repository.urlAs(STATIC_USERNAME, token.text)]);
  assert.notEqual(outcome.status, 0);
  assert.match(outcome.stderr, /^remote: API Token provided has no Bitbucket scopes\.$/m);
  assert.match(outcome.stderr, /error: 403/);
});

const reader = await createAccount(pail, "reader");
const writer = await createAccount(pail, "writer");
const stranger = await createAccount(pail, "stranger");
await addMember(pail, reader.email, "read");
await addMember(pail, writer.email, "write");
const ALL = ["read:repository:bitbucket", "write:repository:bitbucket", "admin:repository:bitbucket"];
const readerToken = await createToken(pail, reader.email, ALL);
const writerToken = await createToken(pail, writer.email, ALL);
const strangerToken = await createToken(pail, stranger.email, ALL);

test("an account that may only read clones, and its push is 403 even with the scope", async () => {
  const { repository, ids } = await createFilledRepository(git, pail);
  const folder = await cloneOf(git, repository.urlAs(reader.username, readerToken.text));
  await commitFiles(git, folder, { "mine.txt": "mine\n" }, "Mine");
  const outcome = await git.run(["push", "origin", "main"], { folder });
  assert.notEqual(outcome.status, 0);
  assert.match(outcome.stderr, /^remote: \S/m);
  assert.doesNotMatch(outcome.stderr, /scopes/, "the scope was there; the permission was not");
  assert.match(outcome.stderr, /error: 403/);
  assert.equal((await serverRefs(git, repository.url)).get("refs/heads/main"), ids.at(-1));
});

test("an account that may write pushes", async () => {
  const { repository } = await createFilledRepository(git, pail);
  const folder = await cloneOf(git, repository.urlAs(writer.username, writerToken.text));
  const tip = await commitFiles(git, folder, { "mine.txt": "mine\n" }, "Mine");
  await git.out(["push", "--quiet", "origin", "main"], { folder });
  assert.equal((await serverRefs(git, repository.url)).get("refs/heads/main"), tip);
});

test("a private repository reads to an outsider exactly as one that does not exist", async () => {
  const { repository } = await createFilledRepository(git, pail);
  const hidden = await git.run(["ls-remote", repository.urlAs(STATIC_USERNAME, strangerToken.text)]);
  const absentName = `${credentials.workspace}/absent`;
  const absent = await git.run([
    "ls-remote",
    cloneUrl(pail, absentName, STATIC_USERNAME, strangerToken.text),
  ]);
  for (const outcome of [hidden, absent]) {
    assert.notEqual(outcome.status, 0);
    assert.ok(outcome.stderr.includes(HIDDEN), outcome.stderr);
    assert.match(outcome.stderr, /repository '.*' not found/);
  }
  assert.equal(hidden.stderr.replaceAll(repository.fullName, absentName), absent.stderr);
});

test("a push to a private repository by an outsider is not found either, and nothing is changed", async () => {
  const { repository, folder } = await createFilledRepository(git, pail);
  const before = await serverRefs(git, repository.url);
  const url = repository.urlAs(STATIC_USERNAME, strangerToken.text);
  const outcome = await git.run(["push", url, "main:theirs"], { folder });
  assert.notEqual(outcome.status, 0);
  assert.ok(outcome.stderr.includes(HIDDEN), outcome.stderr);
  assert.deepEqual(await serverRefs(git, repository.url), before);
});

test("without a credential a private and an absent repository are asked for one alike", async () => {
  const { repository } = await createFilledRepository(git, pail);
  for (const url of [repository.anonymousUrl, cloneUrl(pail, `${credentials.workspace}/absent`)]) {
    const outcome = await git.run(["ls-remote", url]);
    assert.notEqual(outcome.status, 0);
    assert.match(outcome.stderr, /could not read Username|terminal prompts disabled/);
  }
});

test("a public repository is cloned without a credential, and a push to it asks for one", async () => {
  const { repository, ids } = await createFilledRepository(git, pail, { isPrivate: false });
  const folder = await cloneOf(git, repository.anonymousUrl);
  assert.equal(await git.out(["rev-parse", "HEAD"], { folder }), ids.at(-1));
  await commitFiles(git, folder, { "mine.txt": "mine\n" }, "Mine");
  const outcome = await git.run(["push", "origin", "main"], { folder });
  assert.notEqual(outcome.status, 0);
  assert.match(outcome.stderr, /could not read Username|terminal prompts disabled/);
  assert.equal((await serverRefs(git, repository.url)).get("refs/heads/main"), ids.at(-1));
});

test("a public repository is read by any account, and written by none that may not", async () => {
  const { repository, folder } = await createFilledRepository(git, pail, { isPrivate: false });
  const url = repository.urlAs(stranger.username, strangerToken.text);
  await cloneOf(git, url);
  const outcome = await git.run(["push", url, "main:theirs"], { folder });
  assert.notEqual(outcome.status, 0);
  assert.match(outcome.stderr, /error: 403/);
});

test("a deleted repository is gone for git", async () => {
  const repository = await createHostedRepository(pail);
  await serverRefs(git, repository.url);
  const answer = await openDemoRestClient(pail)(`/repositories/${repository.fullName}`, { method: "DELETE" });
  assert.equal(answer.status, 204);
  const outcome = await git.run(["ls-remote", repository.url]);
  assert.notEqual(outcome.status, 0);
  assert.ok(outcome.stderr.includes(HIDDEN), outcome.stderr);
});

for (const [why, path] of [
  ["in other letters", (fullName: string) => fullName.toUpperCase()],
  ["without .git", (fullName: string) => fullName],
] as const) {
  test(`a clone URL ${why} reaches the same repository`, async () => {
    const { repository, ids } = await createFilledRepository(git, pail);
    const url = cloneUrl(pail, path(repository.fullName), STATIC_USERNAME, credentials.token);
    const text = await git.out([
      "ls-remote",
      why === "without .git" ? url.replace(/\.git$/, "") : url,
      "HEAD",
    ]);
    assert.equal(text, `${ids.at(-1)}\tHEAD`);
  });
}
