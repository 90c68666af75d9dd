import assert from "node:assert/strict";
import { before, test } from "node:test";
import { openPailCommand } from "../../../tests/support/server/pail-command.ts";

const pail = openPailCommand();
const ACCESS_TOKEN = ["access-token", "create", "--scope", "repository", "--expires", "200d"];

/** What the command printed on stdout; it must succeed. */
async function out(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await pail.run(args);
  assert.equal(status, 0, `pail ${args.join(" ")}: ${stderr}`);
  return stdout;
}

before(async () => {
  await out("account", "create", "--email", "ada@example.com", "--username", "ada");
  await out("workspace", "create", "--slug", "team", "--owner", "ada@example.com", "--project", "one");
  await out("repository", "create", "--workspace", "team", "--name", "web");
  await out(...ACCESS_TOKEN, "--workspace", "team", "--name", "wide");
  await out(...ACCESS_TOKEN, "--project", "team/ONE", "--name", "middle");
  await out(...ACCESS_TOKEN, "--repository", "team/web", "--name", "narrow");
});

test("--check names the access tokens that would be refused, and why, and sets nothing", async () => {
  const told = await out("policy", "set", "--workspace", "team", "--lifetime", "90d", "--check");
  const lines = told.trim().split("\n");
  for (const [name, of] of [
    ["wide", "workspace team"],
    ["middle", "project ONE"],
    ["narrow", "repository web"],
  ])
    assert.ok(
      lines.some(
        (line) => line.startsWith("access token ") && line.includes(` of ${of} ("${name}") is against it`),
      ),
      told,
    );
  assert.equal(lines.length, 3);
  assert.match(told, /it is valid for 200 days, and at most 90 are allowed/);
  assert.equal(await out("policy", "show", "--workspace", "team"), "null\n");
});

test("set without a rule is refused, and the policy stays", async () => {
  await out("policy", "set", "--workspace", "team", "--lifetime", "90d");
  const before = await out("policy", "show", "--workspace", "team");
  const { status, stderr } = await pail.run(["policy", "set", "--workspace", "team"]);
  assert.equal(status, 2);
  assert.match(stderr, /give at least one \(\S*pail policy remove ends a policy\)/);
  assert.equal(await out("policy", "show", "--workspace", "team"), before);
});

test("all wrong rules are told at once", async () => {
  const wrong = ["--lifetime", "900d", "--address", "home", "--refuse-scope", "fly"];
  const { status, stderr } = await pail.run(["policy", "set", "--workspace", "team", ...wrong]);
  assert.equal(status, 2);
  for (const option of ["--lifetime", "--address", "--refuse-scope"])
    assert.ok(stderr.includes(`${option}: `));
});

test("an access token is explained by the beginning of its id", async () => {
  const [token] = JSON.parse(await out("access-token", "list", "--repository", "team/web", "--json"));
  const explained = await out("token", "explain", "git push team/web", "--token", token.id.slice(0, 8));
  assert.match(explained, /Missing: repository:write/);
});
