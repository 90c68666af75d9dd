import assert from "node:assert/strict";
import { before, test } from "node:test";
import { openPailCommand } from "../../../tests/support/server/pail-command.ts";

const pail = openPailCommand();

before(async () => {
  const { status } = await pail.run(["account", "create", "--email", "ada@example.com", "--username", "ada"]);
  assert.equal(status, 0);
});

test("a link to choose a password by is printed alone, with the address that people use", async () => {
  for (const [args, start] of [
    [[], "http://127.0.0.1:8080/-/link/"],
    [["--port", "8081"], "http://127.0.0.1:8081/-/link/"],
    [["--public-url", "https://git.example.com"], "https://git.example.com/-/link/"],
  ] as const) {
    const { status, stdout, stderr } = await pail.run([
      "account",
      "sign-in-link",
      "--account",
      "ada@example.com",
      ...args,
    ]);
    assert.equal(status, 0, stderr);
    assert.ok(stdout.startsWith(start), stdout);
    assert.match(stdout.slice(start.length), /^[\w-]{43}\n$/);
    assert.match(stderr, /^For ada alone: it works once, until /);
  }
});

test("an address is confirmed by the operator, and belongs to one account", async () => {
  const confirm = (account: string, email: string) =>
    pail.run(["account", "confirm-email", "--account", account, "--email", email]);
  assert.equal(
    (await confirm("ada@example.com", "ada@work.example")).stdout,
    "ada@work.example is an address of ada\n",
  );
  const { stdout } = await pail.run(["account", "emails", "--account", "ada@example.com", "--json"]);
  assert.deepEqual(
    (JSON.parse(stdout) as { email: string; is_confirmed: boolean }[]).map((each) => [
      each.email,
      each.is_confirmed,
    ]),
    [
      ["ada@example.com", true],
      ["ada@work.example", true],
    ],
  );
  await pail.run(["account", "create", "--email", "bob@example.com", "--username", "bob"]);
  const taken = await confirm("bob@example.com", "ada@work.example");
  assert.deepEqual(
    [taken.status, taken.stderr],
    [1, "pail: Cannot confirm the address: another account has it\n"],
  );
});

test("sessions are ended for one account or for all, and it has to be said which", async () => {
  const end = (...args: readonly string[]) => pail.run(["account", "end-sessions", ...args]);
  assert.equal((await end("--account", "ada@example.com")).stdout, "Ended 0 sessions\n");
  assert.equal((await end("--all")).stdout, "Ended 0 sessions\n");
  for (const args of [[], ["--all", "--account", "ada@example.com"]])
    assert.equal((await end(...args)).status, 2);
});

test("two-step verification is ended where there is some, and a disabled account gets no link", async () => {
  const off = await pail.run(["account", "end-two-step", "--account", "ada@example.com"]);
  assert.equal(off.status, 1);
  assert.match(off.stderr, /ada has no two-step verification/);
  await pail.run(["account", "disable", "--account", "bob@example.com"]);
  const link = await pail.run(["account", "sign-in-link", "--account", "bob@example.com"]);
  assert.equal(link.status, 1);
  assert.match(link.stderr, /bob is disabled/);
});
