import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import SqliteDatabase from "better-sqlite3";
import { openPailCommand } from "../../../tests/support/server/pail-command.ts";

const pail = openPailCommand();

async function out(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await pail.run(args);
  assert.equal(status, 0, `pail ${args.join(" ")}: ${stderr}`);
  return stdout;
}

type Line = {
  readonly action: string;
  readonly subject: { readonly uuid: string; readonly name: string };
  readonly at: string;
  readonly credential: { readonly kind: string; readonly id: string } | null;
};

async function lines(...args: readonly string[]): Promise<readonly Line[]> {
  const text = await out("audit", "--json", ...args);
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}

const actions = async (...args: readonly string[]) => (await lines(...args)).map(({ action }) => action);

before(async () => {
  await out("account", "create", "--email", "ada@example.com", "--username", "ada");
  await out("account", "create", "--email", "bob@example.com", "--username", "bob");
  await out("workspace", "create", "--slug", "team", "--owner", "ada@example.com");
  await out("repository", "create", "--workspace", "team", "--name", "site");
  await out(
    ...["repository", "grant", "--repository", "team/site"],
    ...["--account", "bob@example.com", "--permission", "write"],
  );
  await out("repository", "delete", "--repository", "team/site", "--yes");
});

test("the whole log is exported as JSON lines, newest first", async () => {
  assert.deepEqual(await actions(), [
    "repository.deleted",
    "permission.set",
    "repository.created",
    "workspace.created",
    "account.created",
    "account.created",
  ]);
});

test("filters choose by account, repository, action, age and number", async () => {
  assert.deepEqual(await actions("--account", "bob@example.com"), ["permission.set", "account.created"]);
  assert.deepEqual(await actions("--repository", "team/site"), [
    "repository.deleted",
    "permission.set",
    "repository.created",
  ]);
  assert.deepEqual(await actions("--action", "workspace.created"), ["workspace.created"]);
  assert.deepEqual(await actions("--limit", "1"), ["repository.deleted"]);
  assert.equal((await actions("--since", "1h")).length, 6);
  assert.deepEqual(await actions("--since", "2999-01-01"), []);
});

test("lines have names for people", async () => {
  const text = await out("audit", "--action", "permission.set");
  assert.match(
    text,
    /^\S+ \S+Z permission\.set bob \(repository team\/site\) permission=write\s+by operator\n/,
  );
});

test("who acted is named with the kind and the id of the credential", async () => {
  const [account] = await lines("--action", "account.created", "--limit", "1");
  const database = new SqliteDatabase(join(pail.folder, "data", "pail.sqlite"));
  const insert = database.prepare(
    `insert into audit_event (at, action, actor_kind, account_uuid, credential_kind, token_uuid, address, subject_kind,
      subject_name, details) values (?, 'access.refused', 'account', ?, ?, ?, '192.0.2.1', 'route', '/', '{}')`,
  );
  for (const kind of ["api-token", "session", null])
    insert.run(Date.now(), account!.subject.uuid, kind, "19ab055e-22a6-470b-96b3-4a63e411b5b4");
  database.close();
  const text = await out("audit", "--action", "access.refused");
  assert.deepEqual(text.replaceAll(/\s+/g, " ").match(/by bob \S+ \S+ from/g), [
    "by bob token 19ab055e from",
    "by bob session 19ab055e from",
    "by bob token 19ab055e from",
  ]);
  const shown = await lines("--action", "access.refused");
  assert.deepEqual(
    shown.map(({ credential }) => credential?.kind),
    ["api-token", "session", "api-token"],
  );
});

for (const [why, args] of [
  ["an unknown action", ["--action", "token.made"]],
  ["a time that is none", ["--since", "yesterday-ish"]],
  ["a limit of none", ["--limit", "0"]],
  ["half a repository", ["--repository", "site"]],
] as const) {
  test(`is refused with ${why}, naming the flag`, async () => {
    const { status, stderr } = await pail.run(["audit", ...args]);
    assert.equal(status, 2);
    assert.match(stderr, new RegExp(`${args[0]}: must be`));
  });
}
