import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { basic, sendRequest } from "../../../tests/support/clients/http-request.ts";
import { openPailCommand } from "../../../tests/support/server/pail-command.ts";
import { startPailForFile } from "../../../tests/support/server/pail-server.ts";

const TOKEN = /^ATATT3xFfGF0[A-Za-z0-9_-]{171}=[0-9A-F]{8}\n$/;

const pail = await startPailForFile();
const { credentials } = pail;
const command = openPailCommand();
const repository = `${credentials.workspace}/${credentials.repository.split("/").at(-1)}`;

/** Like a job elsewhere, which has the token and no data folder. */
async function derive(input: string, ...args: readonly string[]) {
  const child = command.start(["token", "derive", "--url", credentials.url, ...args]);
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.stdin.on("error", () => {}).end(input);
  const status = await new Promise((resolve) => child.on("close", resolve));
  assert.ok(!stderr.includes(credentials.token.slice(0, 40)), "a token on stderr");
  return { status, stdout, stderr };
}

async function statusOf(token: string, path: string): Promise<number> {
  const headers = { authorization: basic(credentials.email, token.trim()) };
  return (await sendRequest(credentials.url, path, { headers })).status;
}

const NAMED = ["--name", "job", "--scope", "read:repository"];

test("a token is derived of one on standard input, by Bearer", async () => {
  const { status, stdout, stderr } = await derive(
    `${credentials.token}\n`,
    ...NAMED,
    "--repository",
    repository,
    "--expires",
    "10m",
  );
  assert.equal(status, 0, stderr);
  assert.match(stdout, TOKEN);
  assert.equal(await statusOf(stdout, `/2.0/repositories/${repository}`), 200);
  assert.equal(await statusOf(stdout, "/2.0/user"), 403);
});

test("of one in a file, by Basic", async () => {
  const file = join(command.folder, "token.txt");
  await writeFile(file, credentials.token, { mode: 0o600 });
  const { status, stdout, stderr } = await derive(
    "",
    ...NAMED,
    "--token-file",
    file,
    "--user",
    credentials.email,
  );
  assert.equal(status, 0, stderr);
  assert.match(stdout, TOKEN);
});

for (const [why, input, args, status, text] of [
  ["no token", "", NAMED, 2, /standard input: has no token/],
  ["no time", credentials.token, [...NAMED, "--expires", "soon"], 2, /--expires: must be a time/],
  [
    "a life that is too long",
    credentials.token,
    [...NAMED, "--expires", "2d"],
    2,
    /--expires: must be 1 to 86400 seconds/,
  ],
  [
    "what is not there",
    credentials.token,
    [...NAMED, "--repository", "none/such", "--push-ref", "main"],
    2,
    /--repository: "none\/such" does not exist.*--push-ref: "main" must be written like/,
  ],
  [
    "a scope that the token has not",
    credentials.token_read,
    ["--name", "x", "--scope", "write:repository"],
    2,
    /--scope: /,
  ],
  ["an expired token", credentials.token_expired, NAMED, 1, /expired/],
] as const) {
  test(`${why} is told in a line, and nothing is printed`, async () => {
    const outcome = await derive(input, ...args);
    assert.equal(outcome.status, status, outcome.stderr);
    assert.equal(outcome.stdout, "");
    assert.match(outcome.stderr, text);
    assert.equal(outcome.stderr.trim().split("\n").length, 1);
  });
}

test("a server that is not there is told", async () => {
  const child = await command.run(["token", "derive", "--url", "http://127.0.0.1:1", ...NAMED]);
  assert.equal(child.status, 2, "no token was given either");
  const outcome = await derive(credentials.token, ...NAMED, "--url", "ftp://example.com");
  assert.match(outcome.stderr, /--url: must be the URL of a server/);
});

test("lists have what was derived if they are asked for it", async () => {
  const list = async (...args: readonly string[]) => {
    const { stdout } = await pail.cli(["token", "list", "--json", ...args]);
    return (JSON.parse(stdout) as readonly { readonly parent: string | null }[]).filter(
      ({ parent }) => parent !== null,
    ).length;
  };
  assert.deepEqual([await list(), await list("--derived")], [0, 2]);
});

test("the operator creates a token with limits, and lists show them", async () => {
  const made = await pail.cli([
    ...["token", "create", "--account", credentials.email, "--name", "limited", "--scope", "read:repository"],
    ...["--repository", repository, "--push-ref", "refs/heads/bot/*", "--address", "127.0.0.1"],
    ...["--read-only-hours", "mon-fri 18:00-08:00 Europe/Berlin"],
  ]);
  assert.equal(made.status, 0, made.stderr);
  assert.equal(await statusOf(made.stdout, `/2.0/repositories/${repository}`), 200);
  const listed = await pail.cli(["token", "list", "--json"]);
  const token = (JSON.parse(listed.stdout) as readonly Record<string, unknown>[]).find(
    ({ name }) => name === "limited",
  );
  assert.deepEqual(
    {
      repositories: token?.repositories,
      refs: token?.refs,
      addresses: token?.addresses,
      projects: token?.projects,
    },
    { repositories: [repository], refs: ["refs/heads/bot/*"], addresses: ["127.0.0.1/32"], projects: null },
  );
  assert.deepEqual(token?.read_only_hours, ["mon-fri 18:00-08:00 Europe/Berlin"]);
  const wrong = await pail.cli([
    ...["token", "create", "--account", credentials.email, "--name", "wrong", "--scope", "read:repository"],
    ...["--repository", "none/such", "--address", "everywhere"],
  ]);
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /--repository: "none\/such" does not exist.*--address: "everywhere" must be/);
});
