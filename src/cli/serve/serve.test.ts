import assert from "node:assert/strict";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { openPailCommand } from "../../../tests/support/server/pail-command.ts";

const pail = openPailCommand();

type Served = {
  readonly child: ChildProcessWithoutNullStreams;
  readonly url: string;
  stdout(): string;
  stderr(): string;
};

/** Starts the server and waits until it says where it listens. */
async function serve(...args: readonly string[]): Promise<Served> {
  const child = pail.start(["serve", "--port", "0", ...args]);
  let stdout = "";
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    const url = /^Pail listens on (\S+)\n/.exec(stdout)?.[1];
    if (url !== undefined) resolve(url);
  });
  child.once("close", () => reject(new Error(stderr)));
  return { child, url: await promise, stdout: () => stdout, stderr: () => stderr };
}

async function stop({ child }: Served, signal: NodeJS.Signals): Promise<unknown> {
  child.kill(signal);
  const [code] = await once(child, "close");
  return code;
}

test("serves, says how to begin, logs JSON, and ends with status 0 when told to", async () => {
  const served = await serve();
  const answer = await fetch(`${served.url}/2.0/user`);
  assert.equal(answer.status, 401);
  await answer.text();
  // Commands work beside it.
  const account = await pail.run(["account", "create", "--email", "a@example.com", "--username", "a"]);
  assert.equal(account.status, 0, account.stderr);
  const taken = await pail.run(["serve", "--port", new URL(served.url).port, "--data", "other"]);
  assert.equal(taken.status, 1);
  assert.match(taken.stderr, /^pail: listen EADDRINUSE.*choose a port with --port\n$/);
  assert.equal(await stop(served, "SIGTERM"), 0);
  assert.match(
    served.stdout(),
    /^Pail listens on http:\/\/127\.0\.0\.1:\d+\nThere is no account yet.*\n {2}http:\/\/127\.0\.0\.1:\d+\/-\/link\/[\w-]{43}\n.*\n {2}\S*pail account create /,
  );
  const [, secret] = /\/-\/link\/(\S+)/.exec(served.stdout())!;
  assert.ok(!served.stderr().includes(secret!));
  const lines = served
    .stderr()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(
    lines.map(({ level, msg }) => [level, msg]),
    [
      ["info", "listening"],
      ["info", "request"],
      ["info", "stopped"],
    ],
  );
  assert.doesNotMatch(served.stderr(), /plain HTTP/);
});

test("warns when others can reach it over plain HTTP, and says how to get a link when there is an account without a password", async () => {
  const served = await serve("--host", "0.0.0.0", "--log-level", "warn");
  assert.equal(await stop(served, "SIGINT"), 0);
  assert.match(
    served.stdout(),
    /^Pail listens on http:\/\/0\.0\.0\.0:\d+\nNobody can sign in.*\n {2}\S*pail account sign-in-link .*\n$/,
  );
  assert.match(
    served.stderr(),
    /^\{"level":"warn".*plain HTTP.*\}\n(\{"level":"warn".*links in webhooks.*\}\n)?$/,
  );
});
