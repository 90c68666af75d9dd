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

const IN_TEAM = ["--workspace", "team"];
const DEVELOPERS = [...IN_TEAM, "--group", "developers"];
const BOB = ["--account", "bob@example.com"];

async function groups(): Promise<readonly Record<string, unknown>[]> {
  return JSON.parse(await out("group", "list", ...IN_TEAM, "--json"));
}

before(async () => {
  for (const name of ["ada", "bob", "eve"]) {
    await out("account", "create", "--email", `${name}@example.com`, "--username", name);
  }
  await out("workspace", "create", "--slug", "team", "--owner", "ada@example.com");
  await out("workspace", "add-member", ...IN_TEAM, ...BOB);
});

test("a group is created, filled, listed, emptied and deleted", async () => {
  const nothing = await pail.run(["group", "list", ...IN_TEAM]);
  assert.deepEqual([nothing.stdout, nothing.stderr], ["", "The workspace has no groups\n"]);
  assert.match(
    await out("group", "create", ...IN_TEAM, "--name", "Developers"),
    /^Created group developers \{/,
  );
  for (const _twice of [1, 2]) {
    assert.equal(
      await out("group", "add-member", ...DEVELOPERS, ...BOB),
      "bob is in the group developers of team\n",
    );
  }
  const [group] = await groups();
  assert.deepEqual([group?.slug, group?.name, group?.members], ["developers", "Developers", ["bob"]]);
  assert.deepEqual(Object.keys(group ?? {}).sort(), ["created_on", "members", "name", "slug", "uuid"]);
  assert.match(await out("group", "list", ...IN_TEAM), /^SLUG .*\ndevelopers {2}Developers {2}bob /);
  await out("group", "remove-member", ...DEVELOPERS, ...BOB);
  assert.deepEqual((await groups())[0]?.members, []);
  await out("group", "delete", ...DEVELOPERS, "--yes");
  assert.deepEqual(await groups(), []);
});

for (const [why, args, status, text] of [
  ["a name without a letter", ["create", ...IN_TEAM, "--name", "!"], 2, /^pail: --name: must have a letter/],
  [
    "a name that is taken",
    ["create", ...IN_TEAM, "--name", "TAKEN"],
    1,
    /^pail: Cannot create group "taken"/,
  ],
  [
    "a workspace that is not there",
    ["create", "--workspace", "none", "--name", "x"],
    1,
    /^pail: --workspace: there is no/,
  ],
  [
    "a group that is not there",
    ["delete", ...IN_TEAM, "--group", "none", "--yes"],
    1,
    /^pail: --group: there is no group "none" in team/,
  ],
  ["a deletion without a yes", ["delete", ...IN_TEAM, "--group", "taken"], 2, /^pail: --yes: needed/],
  [
    "who is not in the workspace",
    ["add-member", ...IN_TEAM, "--group", "taken", "--account", "eve@example.com"],
    1,
    /^pail: Cannot add eve to the group: not a member of team/,
  ],
  [
    "who is not in the group",
    ["remove-member", ...IN_TEAM, "--group", "taken", ...BOB],
    1,
    /^pail: bob is not in the group taken/,
  ],
] as const) {
  test(`refuses ${why}`, async () => {
    if ((await groups()).length === 0) await out("group", "create", ...IN_TEAM, "--name", "Taken");
    const outcome = await pail.run(["group", ...args]);
    assert.match(outcome.stderr, text);
    assert.deepEqual([outcome.status, outcome.stdout], [status, ""]);
    const [group, ...others] = await groups();
    assert.deepEqual([group?.slug, group?.members, others], ["taken", [], []], "nothing was changed");
  });
}
