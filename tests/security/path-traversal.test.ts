// The attack: a path that leaves its repository, its workspace or the data folder: dots, encoded slashes, NUL, backslashes,
// a second `.git`, another spelling of a name, a UUID in a workspace where it is not (Gogs's CVE-2026-52813 and GHSA-6vcc-
// v9vw-g2x5, cgit's CVE-2018-14912, GitLab's CVE-2023-2825).
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { test } from "node:test";
import { basic } from "../support/clients/http-request.ts";
import { openDemoRestClient } from "../support/clients/rest-client.ts";
import { createAccount, createToken } from "../support/examples/accounts.ts";
import {
  createFilledRepository,
  createHostedRepository,
  STATIC_USERNAME,
} from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";
import { exchange, requestHead, restAuthorization, serverFaults, statusesOf } from "./hostile-client.ts";

const pail = await startPailForFile();
const git = openRealGit();
const rest = openDemoRestClient(pail);
const { token, url, workspace, email } = pail.credentials;
const { repository, ids } = await createFilledRepository(git, pail);
const open = await createHostedRepository(pail, { isPrivate: false, name: "open" });
const [secret, secretUuid] = [repository.slug, await uuidOf(repository.fullName)];
const openUuid = await uuidOf(open.fullName);
const upper = [workspace.toUpperCase(), secret.toUpperCase()] as const;
assert.equal((await pail.cli(["workspace", "create", "--slug", "second", "--owner", email])).status, 0);
assert.equal(
  (await pail.cli(["repository", "create", "--workspace", "second", "--name", "other"])).status,
  0,
);
const otherUuid = await uuidOf("second/other");
const stranger = await createAccount(pail, "stranger");
const strangerToken = (await createToken(pail, stranger.email, ["read:repository", "write:repository"])).text;

async function uuidOf(fullName: string): Promise<string> {
  const { uuid } = (await rest(`/repositories/${fullName}`)).json();
  assert.ok(typeof uuid === "string");
  return uuid;
}

async function statusOf(path: string, authorization: string | undefined): Promise<number> {
  const headers = {
    Connection: "close",
    ...(authorization === undefined ? {} : { Authorization: authorization }),
  };
  const answer = await exchange(url, Buffer.from(requestHead("GET", path, headers), "utf8"));
  assert.ok(!answer.includes(ids[0]!), `${path} shows what the repository holds`);
  return statusesOf(answer)[0]!;
}

const IN_GIT = [
  `/${workspace}/open/../${secret}.git`,
  `/${workspace}/open/%2e%2e/${secret}.git`,
  `/${workspace}/open%2f..%2f${secret}.git`,
  `/${workspace}/open%2f%2e%2e%2f${secret}.git`,
  `/${workspace}/open%5c..%5c${secret}.git`,
  `/${workspace}%2f${secret}.git`,
  `/${workspace}/..`,
  `/../${workspace}/${secret}.git`,
  `/%2e%2e/${secret}.git`,
  `/${workspace}/.git`,
  `/${workspace}/%2e`,
  `/${workspace}/${secret}.git.git`,
  `/${workspace}/${secret}.`,
  `/${workspace}/${secret}.git.`,
  `/${workspace}/${secret}.git%20`,
  `/${workspace}/${secret}%00.git`,
  `/${workspace}/${secret}.git%00`,
  `/${workspace}/${secret}%0a`,
  `/${workspace}/${secret}%0d%0aX-Injected:%20yes`,
  `/${workspace}/${secret}.git;x`,
  `//${workspace}/${secret}.git`,
  `/${workspace}//${secret}.git`,
  `/./${workspace}/${secret}.git`,
  `/${workspace}/%25${secret.charCodeAt(0).toString(16)}${secret.slice(1)}.git`,
  `/${workspace}/\uFF48${secret.slice(1)}`,
  `/${workspace}/${encodeURIComponent(`\uFF48${secret.slice(1)}`)}`,
  `/${workspace}/${encodeURIComponent(`${secret}\u200b`)}`,
  `/${workspace}/${encodeURIComponent(`${secret}\u0130`)}`,
  `/${workspace}/%c0%ae%c0%ae/${secret}`,
  `/${workspace}/${secretUuid.slice(1, -1)}`,
  `/{}/${secret}`,
  `/%7B%7D/${secret}.git`,
  `/second/${secretUuid}`,
  `/second/${encodeURIComponent(secretUuid)}.git`,
  `/${workspace}/${otherUuid}.git`,
  `/${openUuid}/${secretUuid}`,
  `/2.0/user`,
  `/repositories/${secretUuid.slice(1, 3)}/${secretUuid.slice(1, -1)}.git`,
];

for (const path of IN_GIT) {
  test(`${path} names no repository, whoever asks`, async () => {
    const start = pail.logText().length;
    for (const suffix of ["/info/refs?service=git-upload-pack", "/HEAD", "/config", "/objects/info/packs"]) {
      for (const authorization of [
        undefined,
        basic(STATIC_USERNAME, strangerToken),
        basic(STATIC_USERNAME, token),
      ]) {
        const status = await statusOf(path + suffix, authorization);
        assert.ok([400, 401, 404].includes(status), `${path}${suffix}: ${status}`);
      }
    }
    assert.deepEqual(serverFaults(pail, start), []);
  });
}

/** Other spellings of a real name: its owner may use them, and they open it to nobody else. */
const SPELLINGS = [
  `/${upper.join("/")}`,
  `/${upper.join("/")}.GIT`,
  `/${workspace}/${secretUuid}`,
  `/${workspace}/${encodeURIComponent(secretUuid)}.git`,
  `/%7B%7D/${encodeURIComponent(secretUuid)}.git`,
  `/{}/${secretUuid.toUpperCase()}`,
  `/${workspace}/%${secret.charCodeAt(0).toString(16)}${secret.slice(1)}.git`,
];

for (const path of SPELLINGS) {
  test(`${path} is as closed to others as the name itself`, async () => {
    const target = `${path}/info/refs?service=git-receive-pack`;
    assert.equal(await statusOf(target, undefined), 401);
    assert.equal(await statusOf(target, basic(STATIC_USERNAME, strangerToken)), 404);
    // Under protocol 2 the refs are not in this answer, so the one who may read them gets no ids either.
    const own = await exchange(
      url,
      requestHead("GET", `${path}/info/refs?service=git-upload-pack`, {
        Connection: "close",
        Authorization: basic(STATIC_USERNAME, token),
        "Git-Protocol": "version=2",
      }),
    );
    assert.deepEqual(statusesOf(own), [200]);
  });
}

const BEHIND_REPOSITORIES = [
  `/${workspace}/${secret}/../open`,
  `/${workspace}/%2e%2e/${secret}`,
  `/${workspace}/open%2f..%2f${secret}`,
  `/${workspace}/${secret}.git`,
  `/${workspace}/${secret}%00`,
  `/second/${encodeURIComponent(secretUuid)}`,
  `/${workspace}/${encodeURIComponent(otherUuid)}`,
  `/%7B%7D/${secret}`,
  `/${workspace}/${secret}/commit/HEAD%00`,
  `/${workspace}/${secret}/commit/HEAD%0a`,
  `/${workspace}/${secret}/commit/--all`,
  `/${workspace}/${secret}/commit/--git-dir=%2f`,
  `/${workspace}/${secret}/commit/HEAD:file-1.txt`,
  `/${workspace}/${secret}/commit/HEAD%5e`,
  `/${workspace}/${secret}/commit/:%2fCommit`,
  `/${workspace}/${secret}/commits/main..main`,
  `/${workspace}/${secret}/commits/%2d%2dall`,
];

for (const path of BEHIND_REPOSITORIES) {
  test(`/2.0/repositories${path} is 4xx, whoever asks`, async () => {
    const start = pail.logText().length;
    for (const authorization of [undefined, restAuthorization(pail)]) {
      const status = await statusOf(`/2.0/repositories${path}`, authorization);
      assert.ok([400, 404].includes(status), `${status}`);
    }
    assert.deepEqual(serverFaults(pail, start), []);
  });
}

test("a path inside a repository cannot leave it", async () => {
  for (const path of [
    "../../../etc/passwd",
    "/etc/passwd",
    "..",
    "a/../../b",
    ":(exclude)x",
    ":/",
    ":!x",
    "*",
  ]) {
    const answer = await rest(
      `/repositories/${repository.fullName}/commits?path=${encodeURIComponent(path)}`,
    );
    assert.equal(answer.status, 200, path);
    assert.deepEqual(answer.json().values, [], path);
  }
});

test("no name that anybody sent became a folder", async () => {
  for (const slug of ["..", "%2e%2e", "a%2f..%2f..%2fb", "..%5c..%5cb"]) {
    const answer = await rest(`/repositories/${workspace}/${slug}`, { method: "POST", json: {} });
    assert.ok([400, 404].includes(answer.status), `${slug}: ${answer.status}`);
  }
  for (const shard of await readdir(`${pail.dataFolder}/repositories`)) {
    assert.match(shard, /^(?:[0-9a-f]{2}|unfinished)$/);
    if (shard === "unfinished") continue;
    for (const name of await readdir(`${pail.dataFolder}/repositories/${shard}`))
      assert.match(name, /^[0-9a-f-]{36}\.git$/);
  }
});
