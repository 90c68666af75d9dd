import assert from "node:assert/strict";
import * as fs from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import * as isomorphic from "isomorphic-git";
import http from "isomorphic-git/http/node";
import {
  cloneOf,
  commitFiles,
  createFilledRepository,
  createHostedRepository,
  STATIC_USERNAME,
  serverHead,
  serverRefs,
} from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const pail = await startPailForFile();
const git = openRealGit();
const author = { name: "Iso Morphic", email: "iso@example.test" };

function onAuth() {
  return { username: STATIC_USERNAME, password: pail.credentials.token };
}

async function commit(dir: string, name: string): Promise<string> {
  await writeFile(join(dir, name), `${name}\n`);
  await isomorphic.add({ fs, dir, filepath: name });
  return isomorphic.commit({ fs, dir, message: `Add ${name}\n`, author });
}

test("isomorphic-git clones, commits and pushes, and the real git sees it", async () => {
  const { repository, ids } = await createFilledRepository(git, pail, { commits: 3 });
  const dir = git.newPath("isomorphic");
  await isomorphic.clone({ fs, http, dir, url: repository.anonymousUrl, onAuth });
  assert.equal(await isomorphic.resolveRef({ fs, dir, ref: "HEAD" }), ids.at(-1));
  assert.equal((await isomorphic.log({ fs, dir })).length, 3);
  const tip = await commit(dir, "isomorphic.txt");
  const pushed = await isomorphic.push({ fs, http, dir, remote: "origin", ref: "main", onAuth });
  assert.equal(pushed.ok, true);
  assert.equal((await serverRefs(git, repository.url)).get("refs/heads/main"), tip);
  const clone = await cloneOf(git, repository.url);
  await git.out(["fsck", "--strict"], { folder: clone });
});

test("isomorphic-git fetches what the real git has pushed", async () => {
  const { repository, folder } = await createFilledRepository(git, pail);
  const dir = git.newPath("isomorphic");
  await isomorphic.clone({ fs, http, dir, url: repository.anonymousUrl, onAuth, depth: 1 });
  assert.equal((await isomorphic.log({ fs, dir })).length, 1, "a shallow clone");
  const tip = await commitFiles(git, folder, { "real.txt": "real\n" }, "By the real git");
  await git.out(["push", "--quiet", "origin", "main"], { folder });
  const fetched = await isomorphic.fetch({ fs, http, dir, onAuth });
  assert.equal(fetched.fetchHead, tip);
});

test("isomorphic-git pushes first into an empty repository, then tags and deletes", async () => {
  const repository = await createHostedRepository(pail);
  const dir = git.newPath("isomorphic");
  await isomorphic.init({ fs, dir, defaultBranch: "main" });
  await isomorphic.addRemote({ fs, dir, remote: "origin", url: repository.anonymousUrl });
  const tip = await commit(dir, "first.txt");
  await isomorphic.push({ fs, http, dir, remote: "origin", ref: "main", onAuth });
  assert.equal(await serverHead(git, repository.url), "refs/heads/main");
  await isomorphic.tag({ fs, dir, ref: "v1" });
  await isomorphic.push({ fs, http, dir, remote: "origin", ref: "v1", onAuth });
  assert.equal((await serverRefs(git, repository.url)).get("refs/tags/v1"), tip);
  await isomorphic.push({ fs, http, dir, remote: "origin", ref: "v1", delete: true, onAuth });
  assert.ok(!(await serverRefs(git, repository.url)).has("refs/tags/v1"));
});

test("isomorphic-git is refused with 401 when its token is wrong", async () => {
  const { repository } = await createFilledRepository(git, pail);
  const wrong = () => ({ username: STATIC_USERNAME, password: "wrong" });
  const dir = git.newPath("isomorphic");
  await assert.rejects(
    isomorphic.clone({
      fs,
      http,
      dir,
      url: repository.anonymousUrl,
      onAuth: wrong,
      onAuthFailure: () => ({ cancel: true }),
    }),
    (error: unknown) => error instanceof Error && /401|cancel/i.test(error.message),
  );
});
