import assert from "node:assert/strict";
import { once } from "node:events";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { openRealGit } from "../../../tests/support/git/real-git.ts";
import { openPailCommand } from "../../../tests/support/server/pail-command.ts";
import {
  type DemoCredentials,
  type PailServer,
  startPail,
} from "../../../tests/support/server/pail-server.ts";

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
  const { url, token, token_read, token_expired, account_uuid, sign_in_url, ...names } = JSON.parse(
    text,
  ) as DemoCredentials;
  assert.match(sign_in_url!, new RegExp(`^${url}/-/link/[\\w-]{43}$`));
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
  // No staging files are left beside them.
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

/** Starts the demo of the file once more, and returns what it says before it is stopped. */
async function startScreen(): Promise<{ readonly printed: string; readonly log: string }> {
  const child = command.start(["demo", "--data", "data", "--port", "0"]);
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
  return { printed, log };
}

test("what it says fits on a screen and has the token once; commands to paste are printed apart", async () => {
  await first.stop();
  const { token, token_read, token_expired } = first.credentials;
  const { printed, log } = await startScreen();
  const rows = printed
    .split("\n")
    .flatMap((line) => Array(Math.max(1, Math.ceil(line.length / 80))).fill(line));
  // Four of 24 are npm's, and one is the log's.
  assert.ok(rows.length <= 19, printed);
  assert.deepEqual(
    printed.split("\n").filter((line) => line.length > 80),
    [token],
  );
  assert.equal(printed.split(token).length, 2);
  for (const secret of [token, token_read, token_expired]) {
    assert.ok(!log.includes(secret) && !log.includes(secret.slice(20, 60)));
  }
  for (const line of log.trim().split("\n")) JSON.parse(line);

  const { stdout, status: exitStatus } = await command.run(["demo", "--commands"]);
  assert.equal(exitStatus, 0);
  const file = join(command.folder, "data", "demo-commands.sh");
  assert.ok(printed.includes(" data/demo-commands.sh\n"), printed);
  assert.equal(await readFile(file, "utf8"), stdout);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  const url = /^Pail listens on (\S+)$/m.exec(printed)![1]!;
  const { host } = new URL(url);
  for (const line of [
    `git clone http://demo@${host}/acme/demo.git demo-1`,
    `git clone http://x-bitbucket-api-token-auth@${host}/acme/demo.git demo-2`,
    `git -C demo-1 remote set-url origin http://demo@${host}/acme/demo.git`,
    `git clone http://demo:${token}@${host}/acme/demo.git demo-3`,
    `git clone http://x-bitbucket-api-token-auth:${token}@${host}/acme/demo.git demo-4`,
    `--url '${url}/2.0/repositories/acme/demo/commits' \\`,
    `--user 'demo@example.com:${token}' \\`,
    `http_proxy=${url} git clone http://x-bitbucket-api-token-auth@bitbucket.org/acme/demo.git demo-5`,
  ]) {
    assert.ok(stdout.split("\n").includes(line), line);
  }
  assert.doesNotMatch(stdout, /git remote/, "it would change the checkout that it is pasted in");
  first = await startPail({ dataFolder: first.dataFolder });
});

test("--commands without a demo says how to get one", async () => {
  const { status: exitStatus, stdout, stderr } = await command.run(["demo", "--commands", "--data", "none"]);
  assert.deepEqual([exitStatus, stdout], [1, ""]);
  assert.match(stderr, /^pail: There is no demo in .*none: start it first \(\S*pail demo\)\n$/);
});

test("a later start carries on: the same tokens, and what was pushed", async () => {
  const folder = await cloneOf(first);
  await git.out(["commit", "-q", "--allow-empty", "-m", "Later"], { folder });
  await git.out(["push", "-q", "origin", "main"], { folder });
  await first.stop();
  const second = await startPail({ dataFolder: first.dataFolder });
  try {
    const { url: _url, api_url: _apiUrl, sign_in_url: link, ...names } = second.credentials;
    const {
      url: _firstUrl,
      api_url: _firstApiUrl,
      sign_in_url: firstLink,
      ...firstNames
    } = first.credentials;
    assert.notEqual(link, firstLink, "each start makes its own");
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
