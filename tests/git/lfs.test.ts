// Git LFS is not offered. What its client asks is refused in the client's own form, after the same checks as a fetch.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { basic } from "../support/clients/http-request.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

const { app, git, folder, commit, url } = await startFilledApp();
await commit({ a: "a\n" }, "First");
await git.out(["push", "--quiet", "origin", "HEAD:refs/heads/main"], { folder });
const reader = await app.token(["read:repository:bitbucket"]);
const writer = await app.token(["write:repository:bitbucket"]);
const NAME = "x-bitbucket-api-token-auth";

const REQUESTS = [
  ["POST", "objects/batch"],
  ["POST", "locks"],
  ["GET", "locks"],
  ["POST", "locks/verify"],
  ["POST", "locks/1/unlock"],
  ["PUT", "objects/abc"],
] as const;

async function ask(path: string, method: string, authorization?: string) {
  const answer = await fetch(`${app.url}${path}`, {
    method,
    headers: {
      accept: "application/vnd.git-lfs+json",
      ...(authorization === undefined ? {} : { authorization }),
    },
    ...(method === "GET" ? {} : { body: "{}" }),
  });
  return { answer, body: (await answer.json()) as { message: string } };
}

for (const [method, path] of REQUESTS) {
  test(`${method} ${path}: credential, scope, repository, then 404 with a message`, async () => {
    for (const [authorization, repository, status, message] of [
      [undefined, "acme/demo.git", 401, /access/],
      [undefined, "acme/none.git", 401, /access/],
      [basic(NAME, "wrong"), "acme/demo.git", 401, /access/],
      [basic(NAME, writer), "acme/demo.git", 403, /scope/],
      [basic(NAME, reader), "acme/none", 404, /access/],
      [basic(NAME, reader), "acme/demo", 404, /Git LFS is not offered/],
      [basic(NAME, reader), "acme/demo.git", 404, /Git LFS is not offered/],
    ] as const) {
      const { answer, body } = await ask(`/${repository}/info/lfs/${path}`, method, authorization);
      assert.equal(answer.status, status, `${repository}: ${body.message}`);
      assert.equal(answer.headers.get("content-type"), "application/vnd.git-lfs+json; charset=utf-8");
      assert.match(body.message, message);
      assert.equal(answer.headers.get("www-authenticate") !== null, status === 401);
    }
  });
}

function hasLfs(): boolean {
  try {
    execFileSync("git-lfs", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

test("the real git-lfs prints the reason, and never the token", {
  skip: hasLfs() ? false : "git-lfs is not there",
}, async () => {
  const options = { folder, config: { "lfs.locksverify": "true" } };
  await git.out(["lfs", "install", "--local"], { folder });
  await git.out(["lfs", "track", "*.bin"], { folder });
  await writeFile(join(folder, "large.bin"), "content");
  await git.out(["add", "--all"], { folder });
  await git.out(["commit", "--quiet", "-m", "With LFS"], { folder });
  const token = new URL(url).password;
  for (const each of [options, { folder }]) {
    const { status, stdout, stderr } = await git.run(["push", "origin", "HEAD:refs/heads/lfs"], each);
    assert.notEqual(status, 0);
    assert.ok(!`${stdout}${stderr}`.includes(token.slice(12)), stderr);
    assert.match(stderr, /Git LFS is not offered/);
  }
});
