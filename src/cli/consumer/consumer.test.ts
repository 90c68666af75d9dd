import assert from "node:assert/strict";
import { before, test } from "node:test";
import { openPailCommand } from "../../../tests/support/server/pail-command.ts";

const pail = openPailCommand();

/** What the command printed on stdout; it must succeed. */
async function out(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await pail.run(args);
  assert.equal(status, 0, `pail ${args.join(" ")}: ${stderr}`);
  return stdout;
}

const CREATE = ["consumer", "create", "--workspace", "team"];

before(async () => {
  await out("account", "create", "--email", "ada@example.com", "--username", "ada");
  await out("workspace", "create", "--slug", "team", "--owner", "ada@example.com");
});

test("a consumer is created with its secret shown once, listed, shown, renewed and revoked", async () => {
  const nothing = await pail.run(["consumer", "list"]);
  assert.deepEqual([nothing.stdout, nothing.stderr], ["", "There are no consumers\n"]);
  const callback = "http://127.0.0.1:9/cb";
  const made = JSON.parse(
    await out(
      ...CREATE,
      "--name",
      "ci",
      "--callback",
      callback,
      "--scope",
      "repository",
      "--private",
      "--json",
    ),
  ) as Record<string, string>;
  assert.deepEqual(Object.keys(made), ["key", "secret"]);
  assert.match(made.key!, /^[A-Za-z0-9]{18}$/);
  assert.match(made.secret!, /^[A-Za-z0-9]{32}$/);
  const shown = await out("consumer", "show", made.key!, "--json");
  assert.ok(!shown.includes(made.secret!));
  const { created_on: _at, ...rest } = JSON.parse(shown) as Record<string, unknown>;
  assert.deepEqual(rest, {
    key: made.key,
    workspace: "team",
    name: "ci",
    description: "",
    url: null,
    callback,
    is_private: true,
    scopes: ["repository"],
    last_used_on: null,
    accounts: 0,
    living_tokens: 0,
  });
  assert.match(await out("consumer", "list", "--workspace", "team"), new RegExp(`^KEY .*\\n${made.key} `));
  const secret = (await out("consumer", "rotate-secret", made.key!)).trim();
  assert.match(secret, /^[A-Za-z0-9]{32}$/);
  assert.notEqual(secret, made.secret);
  const revoked = await pail.run(["consumer", "revoke", made.key!]);
  assert.equal(revoked.stderr, `Revoked ${made.key} (ci), and ended 0 of its grants\n`);
  assert.equal((await pail.run(["consumer", "show", made.key!])).status === 0, false);
});

for (const [why, args, said] of [
  [
    "an unknown scope",
    ["--name", "a", "--scope", "read:repository"],
    /--scope read:repository: must be one of account/,
  ],
  ["no scope", ["--name", "a", "--scope", " "], /scope: at least one is needed/],
  ["an empty name", ["--name", " ", "--scope", "email"], /name: must have 1 to 255 characters/],
  [
    "a callback that leads elsewhere",
    ["--name", "a", "--scope", "email", "--callback", "https://a.example/cb/../x"],
    /callback: must be an http:\/\/ or https:\/\/ URL/,
  ],
  ["an address that is none", ["--name", "a", "--scope", "email", "--url", "x"], /url: must be an http/],
] as const)
  test(`${why} is refused`, async () => {
    const { status, stderr } = await pail.run([...CREATE, ...args]);
    assert.notEqual(status, 0);
    assert.match(stderr, said);
  });

test("a name is taken once in a workspace", async () => {
  const args = [...CREATE, "--name", "twice", "--scope", "email,account"];
  await out(...args);
  const { status, stderr } = await pail.run(args);
  assert.notEqual(status, 0);
  assert.match(stderr, /the workspace has one of this name/);
});
