import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { before, test } from "node:test";
import { basic, sendRequest } from "../support/clients/http-request.ts";
import type { Json } from "../support/clients/rest-client.ts";
import { type Askpass, createAskpass } from "../support/git/git-credentials.ts";
import { commitFiles, describeRepository, serverRefs } from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { runShell } from "../support/processes/shell.ts";
import { type CommandOutcome, startPailForFile } from "../support/server/pail-server.ts";
import { COMMAND_BLOCKS, FOLLOWING_COMMANDS, fillIn } from "./command-blocks.ts";

const pail = await startPailForFile();
const git = openRealGit();
const { credentials } = pail;
const demo = describeRepository(pail, `${credentials.workspace}/${credentials.repository}`);
const words = {
  bitbucket_username: credentials.username,
  atlassian_account_email: credentials.email,
  api_token: credentials.token,
  workspace: credentials.workspace,
  repository: credentials.repository,
};

/** What a person's shell has, and the proxy that takes the names of the page to the server under test. */
const SHELL = {
  PATH: process.env.PATH ?? "",
  HOME: git.newPath("home"),
  LC_ALL: "C.UTF-8",
  http_proxy: credentials.url,
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_AUTHOR_NAME: "Ann Author",
  GIT_AUTHOR_EMAIL: "ann@example.test",
  GIT_COMMITTER_NAME: "Ann Author",
  GIT_COMMITTER_EMAIL: "ann@example.test",
} as const;

const PROMPT_BY_USERNAME = `Password for 'http://${credentials.username}@bitbucket.org': `;
const PROMPT_BY_STATIC_NAME = "Password for 'http://x-bitbucket-api-token-auth@bitbucket.org': ";

/** Runs a command that must succeed. */
async function paste(command: string, folder: string, askpass?: Askpass): Promise<CommandOutcome> {
  const outcome = await runShell(command, folder, { ...SHELL, ...askpass?.environment });
  assert.equal(outcome.status, 0, `${outcome.stdout}${outcome.stderr}`);
  return outcome;
}

let works = 0;

/** Pushes a new commit with the clone's own remote, and checks that server, another clone's pull and fetch see it. */
async function assertCloneWorks(folder: string, askpass: Askpass): Promise<void> {
  const branch = await git.out(["symbolic-ref", "--short", "HEAD"], { folder });
  works += 1;
  const other = git.newPath("other");
  await git.out(["clone", "--quiet", demo.url, other]);
  const tip = await commitFiles(git, folder, { [`work-${works}.txt`]: `${works}\n` }, `Work ${works}`);
  await paste("git push", folder, askpass);
  assert.equal((await serverRefs(git, demo.url)).get(`refs/heads/${branch}`), tip);
  await git.out(["pull", "--quiet"], { folder: other });
  assert.equal(await git.out(["rev-parse", "HEAD"], { folder: other }), tip);
  const theirs = await commitFiles(git, other, { [`theirs-${works}.txt`]: "theirs\n" }, `Theirs ${works}`);
  await git.out(["push", "--quiet"], { folder: other });
  await paste("git fetch", folder, askpass);
  assert.equal(await git.out(["rev-parse", `origin/${branch}`], { folder }), theirs);
  await paste("git pull --ff-only", folder, askpass);
  assert.equal(await git.out(["rev-parse", "HEAD"], { folder }), theirs);
}

before(async () => {
  const curl = await runShell("command -v curl", git.newPath("probe"), SHELL);
  assert.equal(curl.status, 0, "curl is needed for the commands of the page: install it");
});

for (const [why, block, prompt] of [
  ["by the user name", COMMAND_BLOCKS.cloneByUsername, PROMPT_BY_USERNAME],
  ["by the static name", COMMAND_BLOCKS.cloneByStaticName, PROMPT_BY_STATIC_NAME],
] as const) {
  test(`clone with the interactive prompt ${why}, then push, fetch and pull`, async () => {
    const folder = git.newPath("interactive");
    const askpass = await createAskpass(git, { password: credentials.token });
    await paste(fillIn(block, words), folder, askpass);
    assert.deepEqual(await askpass.prompts(), [prompt], "git asks for the password, once");
    await assertCloneWorks(join(folder, credentials.repository), askpass);
    const asked = new Set(await askpass.prompts());
    assert.deepEqual([...asked], [prompt], "and for nothing else");
  });
}

for (const [why, block, prompt] of [
  ["the user name", COMMAND_BLOCKS.setUrlByUsername, PROMPT_BY_USERNAME],
  ["the static name", FOLLOWING_COMMANDS.setUrlByStaticName, PROMPT_BY_STATIC_NAME],
  ["the user name and the token", COMMAND_BLOCKS.setUrlWithToken, undefined],
  ["the static name and the token", FOLLOWING_COMMANDS.setUrlWithTokenByStaticName, undefined],
] as const) {
  test(`an existing clone whose remote is set to ${why} pushes, fetches and pulls`, async () => {
    const folder = git.newPath("existing");
    await git.out(["clone", "--quiet", demo.url, folder]);
    await git.out(["remote", "set-url", "origin", "http://moved.invalid/nowhere.git"], { folder });
    const askpass = await createAskpass(git, { password: credentials.token });
    await paste(fillIn(block, words), folder);
    await assertCloneWorks(folder, askpass);
    assert.deepEqual([...new Set(await askpass.prompts())], prompt === undefined ? [] : [prompt]);
  });
}

for (const [spelling, token] of [
  ["= raw", credentials.token],
  ["= as %3D", credentials.token.replace("=", "%3D")],
] as const) {
  for (const [why, block] of [
    ["user name", COMMAND_BLOCKS.cloneWithTokenByUsername],
    ["static name", COMMAND_BLOCKS.cloneWithTokenByStaticName],
  ] as const) {
    test(`clone with the token in the URL, ${why}, ${spelling}: nobody is asked for anything`, async () => {
      const folder = git.newPath("token-in-url");
      const askpass = await createAskpass(git, { password: "must not be asked for" });
      await paste(fillIn(block, { ...words, api_token: token }), folder, askpass);
      await assertCloneWorks(join(folder, credentials.repository), askpass);
      assert.deepEqual(await askpass.prompts(), []);
    });
  }
}

/** The commits in a page, after checking that it is one. */
function commitsIn(stdout: string): readonly string[] {
  const page = JSON.parse(stdout) as { values: readonly { type: string; hash: string }[] };
  assert.ok(Array.isArray(page.values), stdout);
  for (const value of page.values) assert.equal(value.type, "commit");
  return page.values.map(({ hash }) => hash);
}

async function expectedCommits(): Promise<readonly string[]> {
  const folder = git.newPath("mirror");
  await git.out(["clone", "--quiet", "--mirror", demo.url, folder]);
  const text = await git.out(["rev-list", "--all", "--topo-order"], { folder });
  return text.split("\n");
}

for (const [why, block] of [
  ["POST with --user", COMMAND_BLOCKS.commitsByUser],
  ["POST with a hand-made Authorization header", COMMAND_BLOCKS.commitsByHeader],
  ["GET with --user", FOLLOWING_COMMANDS.commitsByGet],
] as const) {
  test(`curl lists the commits: ${why}`, async () => {
    const refs = await serverRefs(git, demo.url);
    const expected = await expectedCommits();
    const { stdout } = await paste(fillIn(block, words), git.newPath("curl"));
    const commits = commitsIn(stdout);
    assert.ok(commits.length > 0, "the demo repository has commits");
    assert.deepEqual(new Set(commits), new Set(expected.slice(0, commits.length)));
    assert.deepEqual(await serverRefs(git, demo.url), refs, "POST reads: it moves nothing");
  });
}

test("POST with repeated include and exclude, whose next is followed by GET", async () => {
  const folder = git.newPath("narrowed");
  await git.out(["clone", "--quiet", demo.url, folder]);
  const third = await git.out(["rev-parse", "HEAD"], { folder });
  const expected = new Set<string>();
  for (const name of ["first", "second"]) {
    await git.out(["switch", "--quiet", "--create", name, third], { folder });
    expected.add(await commitFiles(git, folder, { [`${name}-1.txt`]: "1\n" }, `${name} 1`));
    expected.add(await commitFiles(git, folder, { [`${name}-2.txt`]: "2\n" }, `${name} 2`));
  }
  await git.out(["push", "--quiet", "origin", "first", "second"], { folder });
  const narrowed = { ...words, first: "first", second: "second", third };
  const seen: string[] = [];
  let output = (await paste(fillIn(FOLLOWING_COMMANDS.commitsNarrowed, narrowed), folder)).stdout;
  for (let pages = 0; pages <= expected.size; pages += 1) {
    const page = JSON.parse(output) as Json;
    seen.push(...commitsIn(output));
    if (typeof page.next !== "string") break;
    assert.ok(page.next.startsWith("http://api.bitbucket.org/2.0/repositories/"), page.next);
    output = (
      await paste(
        fillIn("curl --url '{next}' --user '{who}:{api_token}'", {
          next: page.next,
          who: words.atlassian_account_email,
          api_token: words.api_token,
        }),
        folder,
      )
    ).stdout;
  }
  assert.equal(seen.length, expected.size);
  assert.deepEqual(new Set(seen), expected);
});

test("the links of an answer carry the names of the page", async () => {
  const command =
    "curl --url 'http://api.bitbucket.org/2.0/repositories/{workspace}/{repository}' --user '{atlassian_account_email}:{api_token}'";
  const { stdout } = await paste(fillIn(command, words), git.newPath("links"));
  const { links } = JSON.parse(stdout) as {
    links: { self: { href: string }; clone: { name: string; href: string }[] };
  };
  assert.equal(links.self.href, `http://api.bitbucket.org/2.0/repositories/${demo.fullName}`);
  const clone = links.clone.find(({ href }) => href.startsWith("http"));
  assert.equal(clone?.href, `http://${credentials.username}@bitbucket.org/${demo.fullName}.git`);
});

for (const target of [
  "http://example.test/",
  "http://bitbucket.org.example.test/",
  "http://evil-bitbucket.org/",
]) {
  test(`a request for ${target} gets 403`, async () => {
    const answer = await sendRequest(credentials.url, target);
    assert.equal(answer.status, 403, answer.text);
  });
}

test("a request for another host is not forwarded, and neither is its credential", async () => {
  let reached = 0;
  const elsewhere = createServer((_, response) => {
    reached += 1;
    response.end("elsewhere");
  });
  // Another host of this machine, with which a server that forwards would really reach this listener.
  elsewhere.listen(0, "127.0.0.2");
  await once(elsewhere, "listening");
  const address = elsewhere.address();
  assert.ok(typeof address === "object" && address !== null);
  try {
    const answer = await sendRequest(credentials.url, `http://127.0.0.2:${address.port}/2.0/user`, {
      headers: { Authorization: basic(credentials.email, credentials.token) },
    });
    assert.equal(answer.status, 403, answer.text);
    assert.doesNotMatch(answer.text, /elsewhere/);
    const tunnel = await runShell(
      `curl --silent --show-error --proxytunnel --url 'http://127.0.0.2:${address.port}/'`,
      git.newPath("tunnel"),
      SHELL,
    );
    assert.notEqual(tunnel.status, 0, tunnel.stdout);
    assert.equal(reached, 0);
  } finally {
    elsewhere.close();
  }
});
