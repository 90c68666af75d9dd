import assert from "node:assert/strict";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { basic, type HttpAnswer, sendRequest } from "../support/clients/http-request.ts";
import { createToken, inventToken, revokeToken } from "../support/examples/accounts.ts";
import {
  cloneOf,
  commitFiles,
  createFilledRepository,
  STATIC_USERNAME,
} from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const pail = await startPailForFile();
const git = openRealGit();
const { credentials } = pail;
const PART_LENGTH = 16;
const PREFIX_LENGTH = "ATATT3xFfGF0".length;

/** Every part of 16 letters of the secret, as text and as it stands inside a `Basic` header. */
function partsOf(secret: string): readonly string[] {
  const parts: string[] = [];
  for (let at = PREFIX_LENGTH; at + PART_LENGTH <= secret.length; at += 1) {
    parts.push(secret.slice(at, at + PART_LENGTH));
  }
  return parts;
}

function assertNone(where: string, content: Buffer, secrets: readonly string[]): void {
  for (const secret of secrets) {
    for (const part of partsOf(secret)) {
      assert.ok(!content.includes(part), `${where} holds ${part.length} letters of a token`);
    }
  }
}

const REST_PATHS = [
  "/user",
  "/user/emails",
  "/user/workspaces",
  `/workspaces/${credentials.workspace}`,
  `/repositories/${credentials.workspace}`,
  `/repositories/${credentials.workspace}/${credentials.repository}`,
  `/repositories/${credentials.workspace}/${credentials.repository}/commits?pagelen=1`,
  `/repositories/${credentials.workspace}/absent`,
  "/repositories",
  "/nothing",
];

/** Asks everything in every way, right and wrong, and keeps the answers. */
async function askEverything(tokens: readonly string[]): Promise<readonly HttpAnswer[]> {
  const answers: HttpAnswer[] = [];
  const base = new URL(credentials.api_url).pathname;
  const gitPath = `/${credentials.workspace}/${credentials.repository}.git`;
  for (const token of tokens) {
    const spellings = [
      basic(credentials.email, token),
      basic(credentials.username, token),
      basic(token, ""),
      basic(token, token),
      `Bearer ${token}`,
      token,
    ];
    for (const authorization of spellings) {
      const headers = { Authorization: authorization };
      for (const path of REST_PATHS)
        answers.push(await sendRequest(credentials.url, base + path, { headers }));
      for (const service of ["git-upload-pack", "git-receive-pack", token]) {
        const path = `${gitPath}/info/refs?service=${service}`;
        answers.push(await sendRequest(credentials.url, path, { headers }));
      }
    }
    // People put tokens into the wrong place: the path, the query, the body.
    for (const path of [
      `/user?access_token=${token}`,
      `/users/${token}`,
      `/repositories/${token}/${token}`,
    ]) {
      answers.push(await sendRequest(credentials.url, base + path));
    }
  }
  return answers;
}

async function runGit(): Promise<readonly string[]> {
  const { repository, folder } = await createFilledRepository(git, pail);
  await commitFiles(git, folder, { "more.txt": "more\n" }, "More");
  const outputs = [await git.run(["push", "--verbose", "origin", "main"], { folder })];
  await cloneOf(git, repository.urlAs(credentials.username, credentials.token));
  for (const token of [credentials.token_read, credentials.token_expired, inventToken()]) {
    const url = repository.urlAs(STATIC_USERNAME, token);
    outputs.push(await git.run(["push", url, "main:other"], { folder }));
  }
  return outputs.flatMap(({ stderr }) => stderr.split("\n").filter((line) => line.startsWith("remote:")));
}

test("after much use no token stands in the log, in an answer, or in a file of the server", async () => {
  const made = await createToken(pail, credentials.email, ["read:repository:bitbucket"]);
  const revoked = await createToken(pail, credentials.email, ["read:user:bitbucket"]);
  await revokeToken(pail, revoked);
  const invented = inventToken();
  const tokens = [
    credentials.token,
    credentials.token_read,
    credentials.token_expired,
    made.text,
    revoked.text,
  ];
  const answers = await askEverything([...tokens, invented]);
  const remoteLines = await runGit();
  const lists = [
    await pail.cli(["token", "list", "--account", credentials.email]),
    await pail.cli(["token", "list", "--account", credentials.email, "--json"]),
  ];
  for (const { status, stderr } of lists) assert.equal(status, 0, stderr);

  const encoded = tokens.map((token) => basic(credentials.email, token).slice("Basic ".length));
  const secrets = [...tokens, ...encoded];
  // What a stranger invented may stand nowhere either: it could be the token of another server.
  for (const secret of [...secrets, invented]) assert.ok(partsOf(secret).length > 100);

  assertNone("the log", Buffer.from(pail.logText()), [...secrets, invented]);
  // A path that holds a token comes back in no answer, whatever the answer says about the path.
  for (const { rawHeaders, bytes } of answers) {
    assertNone("an answer", bytes, [...secrets, invented]);
    assertNone("a header", Buffer.from(rawHeaders.join("\n")), [...secrets, invented]);
  }
  assertNone("a remote: line", Buffer.from(remoteLines.join("\n")), secrets);
  for (const { stdout, stderr } of lists) assertNone("a list", Buffer.from(stdout + stderr), secrets);
  const files = await readdir(pail.dataFolder, { recursive: true, withFileTypes: true });
  // The demo keeps its own tokens for the next start, and in commands to paste: that is what these files are for, and 0600.
  const ofDemo = ["demo-credentials.json", "demo-commands.sh"];
  const stored = files.filter((file) => file.isFile() && !ofDemo.includes(file.name));
  const names = stored.map((file) => join(file.parentPath, file.name));
  assert.ok(names.length > 0);
  for (const name of names) assertNone(name, await readFile(name), secrets);
});

test("the credentials file is for its owner alone", async () => {
  assert.equal((await stat(pail.credentialsFile)).mode & 0o777, 0o600);
});
