import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { openPailCommand } from "../../tests/support/server/pail-command.ts";
import { SETTINGS } from "../config/settings.ts";

const pail = openPailCommand();
const TOKEN = /^ATATT3xFfGF0[A-Za-z0-9_-]{171}=[0-9A-F]{8}\n$/;

/** What the command printed on stdout; it must succeed. */
async function out(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await pail.run(args);
  assert.equal(status, 0, `pail ${args.join(" ")}: ${stderr}`);
  return stdout;
}

async function list(...args: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  return JSON.parse(await out(...args, "--json"));
}

before(async () => {
  await out("account", "create", "--email", "Ada@example.com", "--username", "ada", "--name", "Ada Éxample");
  await out("account", "create", "--email", "bob@example.com", "--username", "bob");
  await out("workspace", "create", "--slug", "team", "--owner", "ada@example.com", "--project", "one");
});

test("the help lists every noun, and every setting with its flag and its variable", async () => {
  const [help, serveHelp, tokenHelp] = await Promise.all([
    out("--help"),
    out("serve", "--help"),
    out("help", "token"),
  ]);
  for (const noun of ["serve", "demo", "account", "workspace", "group", "repository", "token"]) {
    assert.match(help, new RegExp(`^  ${noun} `, "m"));
  }
  const words = serveHelp.replaceAll(/\s+/g, " ");
  for (const { flags, variable } of SETTINGS) {
    assert.ok(words.includes(flags), flags);
    assert.ok(words.includes(`[${variable}`), variable);
  }
  assert.match(words, /DATABASE_URL/);
  for (const verb of ["create", "list", "show", "revoke", "rotate", "scopes"]) {
    assert.match(tokenHelp, new RegExp(`^  ${verb} `, "m"));
  }
});

test("all wrong settings are told at once, and nothing is started", async () => {
  const data = join(pail.folder, "never");
  const { status, stdout, stderr } = await pail.run(
    ["serve", "--data", data, "--port", "http", "--log-level", "loud", "--no-bearer-api-tokens"],
    { PAIL_IDENTITY: "loose", DATABASE_URL: "mysql://pail:hunter2@db/pail" },
  );
  assert.equal(status, 2);
  assert.equal(stdout, "");
  assert.deepEqual(stderr.split("\n").slice(0, -1), [
    "Cannot start:",
    "  DATABASE_URL: must begin with postgres:// or postgresql:// (SQLite needs no URL)",
    "  --port: must be a whole number from 0 to 65535",
    "  PAIL_IDENTITY: must be strict or lenient",
    "  --log-level: must be trace, debug, info, warn, error or silent",
  ]);
  assert.equal(existsSync(data), false);
});

const TOKEN_ARGS = ["token", "create", "--account", "ada@example.com", "--name", "x"];
const ADD_EMAIL = ["account", "add-email", "--account", "ada@example.com", "--email"];

for (const [why, args, status, text] of [
  [
    "an unknown noun",
    ["acount", "list"],
    2,
    /^pail: unknown command 'acount'\n\(Did you mean account\?\)\n$/,
  ],
  [
    "what lacks, all of it at once",
    ["token", "create", "--name", "x"],
    2,
    /^pail: needed and not given: --account <email>, --scope <scope> \(\S*pail token create --help\)\n$/,
  ],
  [
    "an account that is not named",
    ["account", "disable"],
    2,
    /^pail: needed and not given: --account <email>/,
  ],
  [
    "a new name that is none",
    ["account", "rename", "--account", "ada@example.com"],
    2,
    /^pail: needed and not/,
  ],
  [
    "a last owner to be removed",
    ["workspace", "remove-member", "--workspace", "team", "--account", "ada@example.com"],
    1,
    /^pail: Cannot remove the member: the workspace would have no owner\n$/,
  ],
  [
    "a member to be removed that is none",
    ["workspace", "remove-member", "--workspace", "team", "--account", "bob@example.com"],
    1,
    /^pail: Cannot remove bob: not a member of team\n$/,
  ],
  ["an unknown flag", ["account", "list", "--jsno"], 2, /^pail: unknown option '--jsno'/],
  [
    "an unknown scope",
    [...TOKEN_ARGS, "--scope", "read:repo"],
    2,
    /^pail: --scope: unknown scope "read:repo": did you mean read:repository\? \(\S*pail token scopes lists all\)\n$/,
  ],
  [
    "an expiry beyond a year",
    [...TOKEN_ARGS, "--scope", "all", "--expires", "366d"],
    2,
    /^pail: --expires: must be 1 to 365 days/,
  ],
  [
    "an account that is not there",
    ["token", "create", "--account", "eve@example.com", "--name", "x", "--scope", "all"],
    1,
    /^pail: --account: there is no account with the e-mail address eve@example\.com\n$/,
  ],
  [
    "a token in place of its id",
    ["token", "revoke", `ATATT3xFfGF0${"x".repeat(180)}`],
    2,
    /^pail: ID is a token's id .*never the token/,
  ],
  [
    "an address that is none",
    ["account", "create", "--email", "nobody", "--username", "x"],
    2,
    /^pail: --email: not an e-mail address\n$/,
  ],
  [
    "a user name that is taken",
    ["account", "create", "--email", "c@example.com", "--username", "ADA"],
    1,
    /^pail: Cannot create the account: .* taken\n$/,
  ],
  [
    "an address that another has",
    [...ADD_EMAIL, "BOB@example.com"],
    1,
    /^pail: Cannot add the e-mail address: it is taken\n$/,
  ],
  [
    "a project that is not there",
    ["repository", "create", "--workspace", "team", "--name", "x", "--project", "TWO"],
    1,
    /^pail: --project: there is no project TWO in team\n$/,
  ],
  [
    "a repository that is not there",
    ["repository", "grant", "--repository", "team/x", "--account", "bob@example.com", "--permission", "read"],
    1,
    /^pail: --repository: there is no repository "team\/x"/,
  ],
  ["a deletion without a yes", ["repository", "delete", "--repository", "team/x"], 2, /^pail: --yes: needed/],
  [
    "a data folder that is not there",
    ["account", "list", "--data", "mistyped"],
    1,
    /^pail: --data: no data in .*mistyped/,
  ],
] as const) {
  test(`refuses ${why}`, async () => {
    const outcome = await pail.run(args);
    assert.match(outcome.stderr, text);
    assert.equal(outcome.stdout, "");
    assert.equal(outcome.status, status);
    assert.doesNotMatch(outcome.stderr, /ATATT/);
    assert.equal(existsSync(join(pail.folder, "mistyped")), false);
  });
}

test("accounts have e-mail aliases, and are disabled and enabled", async () => {
  await out(...ADD_EMAIL, "ada@work.example");
  await out(...ADD_EMAIL, "ada@old.example", "--unconfirmed");
  const [refused] = await Promise.all([
    pail.run([...ADD_EMAIL, "ada@old.example", "--primary"]),
    out(...ADD_EMAIL, "ada@work.example", "--primary"),
  ]);
  assert.match(refused.stderr, /^pail: --primary: an unconfirmed address cannot be primary\n$/);
  assert.deepEqual(await list("account", "emails", "--account", "ada@example.com"), [
    { email: "ada@work.example", is_primary: true, is_confirmed: true },
    { email: "Ada@example.com", is_primary: false, is_confirmed: true },
    { email: "ada@old.example", is_primary: false, is_confirmed: false },
  ]);
  await out("account", "disable", "--email", "bob@example.com");
  const accounts = await list("account", "list");
  assert.deepEqual(
    accounts.map(({ username, display_name, email, is_disabled }) => [
      username,
      display_name,
      email,
      is_disabled,
    ]),
    [
      ["ada", "Ada Éxample", "ada@work.example", false],
      ["bob", "bob", "bob@example.com", true],
    ],
  );
  assert.match(String(accounts[0]?.uuid), /^\{[0-9a-f-]{36}\}$/);
  assert.match(String(accounts[0]?.created_on), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  await out("account", "enable", "--email", "bob@example.com");
  assert.match(
    await out("account", "list"),
    /^USER NAME {2}E-MAIL .*\nada .*\nbob {8}bob@example\.com {3,}bob .*active/,
  );
});

test("workspaces have members, repositories permissions", async () => {
  await out("workspace", "add-member", "--workspace", "TEAM", "--account", "bob@example.com");
  const members = await list("workspace", "members", "--workspace", "team");
  assert.deepEqual(
    members.map(({ username, role, repository_permission }) => [username, role, repository_permission]),
    [
      ["ada", "owner", "admin"],
      ["bob", "member", "read"],
    ],
  );
  const [workspace] = await list("workspace", "list");
  assert.equal(workspace?.slug, "team");
  assert.equal(workspace?.is_private, true);
  assert.deepEqual(await list("repository", "list"), []);
  await out(
    "repository",
    "create",
    "--workspace",
    "team",
    "--name",
    "Web Site",
    "--public",
    "--description",
    "ours",
  );
  await out(
    "repository",
    "grant",
    "--repository",
    "team/web-site",
    "--account",
    "bob@example.com",
    "--permission",
    "admin",
  );
  const [repository] = await list("repository", "list", "--workspace", "team");
  assert.equal(repository?.full_name, "team/web-site");
  assert.equal(repository?.is_private, false);
  assert.equal(repository?.main_branch, null);
  await out("repository", "delete", "--repository", "team/web-site", "--yes");
  assert.deepEqual(await list("repository", "list"), []);
});

test("a token is printed once and alone, is listed without it, rotated and revoked", async () => {
  const scopes = ["--scope", "read:repository,write:repository", "--scope", "read:user:bitbucket"];
  const text = await out(
    "token",
    "create",
    "--account",
    "ada@example.com",
    "--name",
    "ci",
    ...scopes,
    "--expires",
    "30d",
  );
  assert.match(text, TOKEN);
  const tokens = await list("token", "list", "--account", "ada@example.com");
  const created = tokens[0]!;
  assert.deepEqual(
    {
      name: created.name,
      state: created.state,
      scopes: created.scopes,
      last_used_on: created.last_used_on,
    },
    {
      name: "ci",
      state: "active",
      scopes: ["read:repository:bitbucket", "write:repository:bitbucket", "read:user:bitbucket"],
      last_used_on: null,
    },
  );
  const life = Date.parse(String(created.expires_on)) - Date.parse(String(created.created_on));
  assert.equal(life, 30 * 86_400_000);
  const id = String(created.id);
  const first = await pail.run(["token", "rotate", id.slice(0, 8)]);
  const second = await pail.run(["token", "rotate", id, "--overlap", "1h"]);
  assert.match(first.stdout, TOKEN);
  assert.notEqual(first.stdout, text);
  assert.equal(second.stdout, first.stdout, "the same successor, not a third token");
  assert.doesNotMatch(first.stderr + second.stderr, /ATATT/);
  const rotated = await list("token", "list");
  assert.deepEqual(rotated.map(({ state }) => state).sort(), ["active", "rotated"]);
  const successor = String(rotated.find(({ state }) => state === "active")?.id);
  assert.equal((await pail.run(["token", "revoke", successor])).status, 0);
  const shown = JSON.parse(await out("token", "show", successor, "--json"));
  assert.equal(shown.state, "revoked");
  const table = (await out("token", "list")) + (await out("token", "show", id));
  assert.doesNotMatch(table, /ATATT/);
  assert.match(table, /never/);
});

test("accounts and repositories are renamed, members removed with all that they were permitted, and the audit log tells it", async () => {
  await out("account", "create", "--email", "cy@example.com", "--username", "cy");
  const member = ["--workspace", "team", "--account", "cy@example.com"];
  await out("workspace", "add-member", ...member, "--permission", "write");
  await out("group", "create", "--workspace", "team", "--name", "Writers");
  await out("group", "add-member", ...member, "--group", "writers");
  await out("repository", "create", "--workspace", "team", "--name", "Old Name");
  const grant = ["--repository", "team/old-name", "--account", "cy@example.com", "--permission", "admin"];
  await out("repository", "grant", ...grant);
  assert.equal(
    await out("repository", "rename", "--repository", "team/old-name", "--name", "New Name"),
    "team/old-name is now team/new-name\n",
  );
  assert.equal(
    await out("account", "rename", "--account", "cy@example.com", "--username", "cyd", "--name", "Cy D"),
    "cy is now cyd (Cy D)\n",
  );
  await out("workspace", "remove-member", ...member);
  const members = await list("workspace", "members", "--workspace", "team");
  assert.ok(members.every(({ username }) => username !== "cyd"));
  const groups = await list("group", "list", "--workspace", "team");
  assert.deepEqual(groups.find(({ slug }) => slug === "writers")?.members, []);
  const audit = (await out("audit", "--json"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  for (const action of ["repository.renamed", "account.renamed", "workspace.member-removed"])
    assert.equal(audit.filter((each) => each.action === action).length, 1, action);
});

test("an account is disabled and enabled by --account, and by --email as before", async () => {
  for (const option of ["--account", "--email"]) {
    await out("account", "disable", option, "bob@example.com");
    await out("account", "enable", option, "bob@example.com");
  }
});

test("scopes are told with what they open, and lists fit 80 columns", async () => {
  const scopes = await out("token", "scopes");
  assert.match(scopes, /^read:repository +git clone and fetch, \d+ REST operations$/m);
  assert.match(scopes, /^write:repository +git push, \d+ REST operations$/m);
  assert.match(scopes, /^read:wiki +nothing in this version$/m);
  const account = ["--account", "a-person-with-a-long-name@a-company-with-a-long-name.example.com"];
  await out("account", "create", "--email", account[1]!, "--username", "long", "--name", "Long ".repeat(12));
  const scope = ["--scope", "read:repository,write:repository,read:user"];
  await out("token", "create", ...account, "--name", "the token of my laptop at work", ...scope);
  await out(
    "repository",
    "create",
    "--workspace",
    "team",
    "--name",
    "a repository with a name that is long enough",
  );
  for (const args of [
    ["token", "list"],
    ["token", "scopes"],
    ["account", "list"],
    ["repository", "list"],
    ["workspace", "list"],
    ["workspace", "members", "--workspace", "team"],
    ["audit"],
  ]) {
    for (const line of (await out(...args)).split("\n")) assert.ok([...line].length <= 80, line);
  }
});

test("every command has an example in its help", async () => {
  const help = await out("--help");
  const nouns = [...help.matchAll(/^ {2}([a-z][a-z-]*) /gm)]
    .map(([, noun]) => noun!)
    .filter((noun) => noun !== "help" && noun !== "pail");
  assert.ok(nouns.length >= 12, nouns.join());
  for (const noun of nouns) {
    const text = await out(noun, "--help");
    assert.match(text, /^Examples:$/m, noun);
    const commands = text.split("\nCommands:\n")[1]?.split("\n\n")[0] ?? "";
    for (const [, verb] of commands.matchAll(/^ {2}([a-z][a-z-]*) /gm))
      if (verb !== "help") assert.match(await out(noun, verb!, "--help"), /^Examples:$/m, `${noun} ${verb}`);
  }
});
