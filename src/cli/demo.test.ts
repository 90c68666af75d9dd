import assert from "node:assert/strict";
import { once } from "node:events";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { openPailCommand } from "../../tests/support/pail-command.ts";
import { type DemoCredentials, type PailServer, startPail } from "../../tests/support/pail-server.ts";
import { openRealGit } from "../../tests/support/real-git.ts";

const git = openRealGit();
const command = openPailCommand();
let first = await startPail({ dataFolder: join(command.folder, "data") });
after(() => first.stop());

function status(token: string, { credentials }: PailServer): Promise<number> {
  const authorization = `Basic ${Buffer.from(`${credentials.email}:${token}`).toString("base64")}`;
  const url = `${credentials.api_url}/repositories/${credentials.workspace}/${credentials.repository}`;
  return fetch(url, { headers: { authorization } }).then((answer) => answer.status);
}

async function cloneOf({ credentials }: PailServer): Promise<string> {
  const folder = git.newPath("clone");
  const { host } = new URL(credentials.url);
  await git.out(["clone", "-q", `http://demo:${credentials.token}@${host}/acme/demo.git`, folder]);
  return folder;
}

async function filesLike(folder: string, part: string): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => name.includes(part));
}

test("the credentials file is complete, for its owner alone, and the one that is kept says the same", async () => {
  const { credentialsFile, dataFolder } = first;
  const kept = join(dataFolder, "demo-credentials.json");
  for (const file of [credentialsFile, kept]) assert.equal((await stat(file)).mode & 0o777, 0o600);
  const text = await readFile(credentialsFile, "utf8");
  assert.equal(await readFile(kept, "utf8"), text);
  const { url, token, token_read, token_expired, account_uuid, ...names } = JSON.parse(
    text,
  ) as DemoCredentials;
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.match(account_uuid, /^\{[0-9a-f-]{36}\}$/);
  assert.deepEqual(names, {
    api_url: `${url}/2.0`,
    email: "demo@example.com",
    username: "demo",
    workspace: "acme",
    repository: "demo",
  });
  assert.deepEqual(
    await Promise.all([token, token_read, token_expired].map((each) => status(each, first))),
    [200, 200, 401],
  );
  // Nothing unfinished is left beside them.
  assert.deepEqual(await filesLike(dirname(credentialsFile), "credentials"), ["credentials.json"]);
  assert.deepEqual(await filesLike(dataFolder, "credentials"), ["demo-credentials.json"]);
});

test("the repository has a small true history", async () => {
  const folder = await cloneOf(first);
  assert.equal(await git.out(["symbolic-ref", "HEAD"], { folder }), "refs/heads/main");
  assert.equal(await git.out(["rev-list", "--count", "--all"], { folder }), "6");
  assert.equal(await git.out(["rev-list", "--count", "--merges", "main"], { folder }), "1");
  assert.equal((await git.out(["shortlog", "-s", "--all"], { folder })).split("\n").length, 2);
  assert.equal(await git.out(["cat-file", "-t", "v1.0"], { folder }), "tag");
  await git.out(["rev-parse", "--verify", "--quiet", "origin/feature/greeting"], { folder });
  await git.out(["fsck", "--strict"], { folder });
});

test("what it prints can be pasted, and only stdout and the files have a token", async () => {
  await first.stop();
  const { url, token, token_read, token_expired } = first.credentials;
  const { host } = new URL(url);
  const child = command.start(["demo", "--data", first.dataFolder, "--port", "0"]);
  let printed = "";
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  for await (const text of child.stdout.setEncoding("utf8")) {
    printed += text;
    if (printed.includes("Ctrl-C")) break;
  }
  child.kill("SIGINT");
  const [code] = await once(child, "exit");
  assert.equal(code, 0);
  first = await startPail({ dataFolder: first.dataFolder });
  const page = printed.replaceAll(/127\.0\.0\.1:\d+/g, host);
  for (const line of [
    `git clone http://demo@${host}/acme/demo.git`,
    `git clone http://x-bitbucket-api-token-auth@${host}/acme/demo.git`,
    `git remote set-url origin http://demo@${host}/acme/demo.git`,
    `git clone http://demo:${token}@${host}/acme/demo.git`,
    `git clone http://x-bitbucket-api-token-auth:${token}@${host}/acme/demo.git`,
    `--url '${url}/2.0/repositories/acme/demo/commits' \\`,
    `--user 'demo@example.com:${token}' \\`,
    `http_proxy=${url} git clone http://x-bitbucket-api-token-auth@bitbucket.org/acme/demo.git`,
  ]) {
    assert.ok(page.split("\n").includes(line), line);
  }
  for (const secret of [token, token_read, token_expired]) {
    assert.ok(!log.includes(secret) && !log.includes(secret.slice(20, 60)));
  }
  for (const line of log.trim().split("\n")) JSON.parse(line);
});

test("a later start carries on: the same tokens, and what was pushed", async () => {
  const folder = await cloneOf(first);
  await git.out(["commit", "-q", "--allow-empty", "-m", "Later"], { folder });
  await git.out(["push", "-q", "origin", "main"], { folder });
  await first.stop();
  const second = await startPail({ dataFolder: first.dataFolder });
  try {
    const { url: _url, api_url: _apiUrl, ...names } = second.credentials;
    const { url: _firstUrl, api_url: _firstApiUrl, ...firstNames } = first.credentials;
    assert.deepEqual(names, firstNames);
    const clone = await cloneOf(second);
    assert.equal(
      await git.out(["rev-parse", "HEAD"], { folder: clone }),
      await git.out(["rev-parse", "HEAD"], { folder }),
    );
    const listed = JSON.parse((await second.cli(["token", "list", "--json"])).stdout) as unknown[];
    assert.equal(listed.length, 3);
  } finally {
    await second.stop();
  }
});

test("without the tokens of the earlier start it makes new ones and revokes the old", async () => {
  await writeFile(join(first.dataFolder, "demo-credentials.json"), "{}");
  const third = await startPail({ dataFolder: first.dataFolder });
  try {
    const { token } = third.credentials;
    assert.notEqual(token, first.credentials.token);
    assert.deepEqual(
      await Promise.all([token, first.credentials.token].map((each) => status(each, third))),
      [200, 401],
    );
    const listed = JSON.parse((await third.cli(["token", "list", "--json"])).stdout) as { state: string }[];
    assert.deepEqual(listed.map(({ state }) => state).sort(), [
      "active",
      "active",
      "expired",
      "revoked",
      "revoked",
      "revoked",
    ]);
  } finally {
    await third.stop();
  }
});
