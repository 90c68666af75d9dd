import assert from "node:assert/strict";
import { test } from "node:test";
import { basic } from "../../../../tests/support/clients/http-request.ts";
import { startFilledApp } from "../../../../tests/support/server/filled-app.ts";
import type { GroupSlug } from "../../../model/slug.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { createAccount } from "../../../operations/accounts/accounts.ts";
import { insertGroup, insertGroupMember } from "../../../storage/sql/groups/groups.ts";

const { app, git, folder, commit, rest } = await startFilledApp();
const first = await commit({ "a.txt": "a\n" }, "First");
const second = await commit({ "b.txt": "b\n" }, "Second");
await git.out(["push", "--quiet", "origin", "main", "main:release/1", "main:hotfix/1"], { folder });

const other = await createAccount(app.ports, app.by, { email: "other@example.com", username: "other" });
const groupUuid = "5b2f0c1e-93f4-4c3f-8d0a-111111111111" as Uuid;
await insertGroup(app.ports.database.kysely, {
  uuid: groupUuid,
  workspaceUuid: app.workspace.uuid,
  slug: "developers" as GroupSlug,
  name: "Developers",
  createdAt: new Date(),
});

/** A rule of these kinds has to say who is exempt, if only by empty lists. */
const NOBODY = { users: [], groups: [] };
const push = (...args: string[]) => git.run(["push", "--porcelain", "origin", ...args], { folder });

async function withRule<Result>(body: unknown, work: (id: number) => Promise<Result>): Promise<Result> {
  const made = await rest("POST", "/branch-restrictions", body);
  assert.equal(made.status, 201, made.text);
  try {
    return await work(made.json.id);
  } finally {
    assert.equal((await rest("DELETE", `/branch-restrictions/${made.json.id}`)).status, 204);
  }
}

const owner = { uuid: `{${app.owner.uuid}}` };

test("a rule has the keys of the reference, is listed, changed in part and deleted", async () => {
  const made = await rest("POST", "/branch-restrictions", {
    kind: "push",
    pattern: "main",
    users: [owner, { account_id: other.accountId }, owner],
    groups: [{ slug: "Developers" }],
  });
  assert.equal(made.status, 201, made.text);
  const { id } = made.json;
  const keys = ["branch_match_kind", "groups", "id", "kind", "links", "pattern", "type", "users", "value"];
  assert.deepEqual(Object.keys(made.json).sort(), keys);
  assert.equal(made.json.type, "branchrestriction");
  assert.equal(made.json.branch_match_kind, "glob");
  assert.equal(made.json.users.length, 2);
  assert.deepEqual(made.json.groups[0].slug, "developers");
  const self = `${app.url}/2.0/repositories/acme/demo/branch-restrictions/${id}`;
  assert.equal(made.json.links.self.href, self);

  const changed = await rest("PUT", `/branch-restrictions/${id}`, { users: [owner] });
  assert.equal(changed.status, 200, changed.text);
  assert.deepEqual(
    [changed.json.kind, changed.json.pattern, changed.json.groups.length],
    ["push", "main", 1],
  );
  assert.equal(changed.json.users.length, 1);
  const matched = await rest("PUT", `/branch-restrictions/${id}`, {
    branch_match_kind: "branching_model",
    branch_type: "production",
  });
  assert.deepEqual([matched.json.pattern, matched.json.branch_type], ["", "production"]);
  assert.deepEqual((await rest("GET", `/branch-restrictions/${id}`)).json, matched.json);

  for (const [query, size] of [
    ["", 1],
    ["?kind=push", 1],
    ["?kind=force", 0],
    ["?pattern=main", 0],
  ] as const) {
    assert.equal((await rest("GET", `/branch-restrictions${query}`)).json.size, size, query);
  }
  assert.equal((await rest("DELETE", `/branch-restrictions/${id}`)).status, 204);
  for (const [method, body] of [["GET"], ["DELETE"], ["PUT", {}]] as const)
    assert.equal((await rest(method, `/branch-restrictions/${id}`, body)).status, 404);
});

test("what makes no rule is refused with the field, and nothing is stored", async () => {
  for (const [body, field] of [
    [{}, "kind"],
    [{ kind: "nothing", pattern: "x" }, "kind"],
    [{ kind: "push", ...NOBODY }, "pattern"],
    [{ kind: "push", ...NOBODY, pattern: "" }, "pattern"],
    [{ kind: "push", ...NOBODY, pattern: "a\nb" }, "pattern"],
    [{ kind: "push", ...NOBODY, pattern: "x".repeat(1025) }, "pattern"],
    [{ kind: "push", ...NOBODY, branch_match_kind: "branching_model" }, "branch_type"],
    [{ kind: "push", ...NOBODY, branch_match_kind: "regex", pattern: "x" }, "branch_match_kind"],
    [{ kind: "push", pattern: "x" }, "users"],
    [{ kind: "push", pattern: "x" }, "groups"],
    [{ kind: "restrict_merges", pattern: "x" }, "users"],
    [{ kind: "push", pattern: "x", users: [{}] }, "users"],
    [{ kind: "push", pattern: "x", users: [{ username: "", uuid: null }] }, "users"],
    [{ kind: "push", pattern: "x", users: [{ nickname: "other" }] }, "users"],
    [{ kind: "push", pattern: "x", groups: [{ owner: { username: "acme" } }] }, "groups"],
    [{ kind: "force", pattern: "x", users: [owner] }, "users"],
    [{ kind: "delete", pattern: "x", groups: [{ slug: "developers" }] }, "groups"],
    [{ kind: "require_approvals_to_merge", pattern: "x" }, "value"],
    [{ kind: "require_approvals_to_merge", pattern: "x", value: -1 }, "value"],
    [{ kind: "push", ...NOBODY, pattern: "x", value: 2 }, "value"],
  ] as const) {
    const answer = await rest("POST", "/branch-restrictions", body);
    assert.equal(answer.status, 400, `${JSON.stringify(body)}: ${answer.text}`);
    assert.ok(
      Object.keys(answer.json.error.fields).some((name) => name.startsWith(field)),
      answer.text,
    );
  }
  assert.equal((await rest("GET", "/branch-restrictions")).json.size, 0);
  for (const id of ["0", "-1", "x", "1e3", "9".repeat(40)])
    assert.equal((await rest("GET", `/branch-restrictions/${id}`)).status, 404, id);
  assert.equal((await rest("GET", "/branch-restrictions?kind=nothing")).status, 400);
});

const bareUuid = app.owner.uuid;
for (const [why, lists] of [
  ["user name alone", { users: [{ username: "other" }] }],
  ["user name in another case, with its type", { users: [{ type: "user", username: "OTHER" }] }],
  ["UUID without braces", { users: [{ uuid: other.uuid }] }],
  ["UUID in braces", { users: [{ uuid: `{${other.uuid}}` }] }],
  ["account id", { users: [{ account_id: other.accountId }] }],
  ["all of them", { users: [{ uuid: other.uuid, account_id: other.accountId, username: "other" }] }],
  ["a group's slug", { groups: [{ slug: "developers" }] }],
  ["a group's slug and owner", { groups: [{ slug: "developers", owner: { username: "Acme" } }] }],
  [
    "a group's slug and its owner's UUID",
    { groups: [{ slug: "developers", owner: { uuid: `{${app.workspace.uuid}}` } }] },
  ],
  ["a group's full slug", { groups: [{ full_slug: "acme:developers" }] }],
] as const) {
  test(`a rule takes an account or group by ${why}`, async () => {
    const made = await rest("POST", "/branch-restrictions", { kind: "push", pattern: "named", ...lists });
    assert.equal(made.status, 201, made.text);
    const { id, users, groups } = made.json;
    const names = [
      ...users.map((user: { nickname: string }) => user.nickname),
      ...groups.map((group: { slug: string }) => group.slug),
    ];
    assert.deepEqual(names, ["users" in lists ? "other" : "developers"]);
    // What was shown can be sent back whole.
    const again = await rest("PUT", `/branch-restrictions/${id}`, { users, groups });
    assert.deepEqual([again.status, again.json.users, again.json.groups], [200, users, groups], again.text);
    assert.equal((await rest("DELETE", `/branch-restrictions/${id}`)).status, 204);
  });
}

for (const [field, lists] of [
  ["users", { users: [{ username: "nobody" }] }],
  ["users", { users: [{ username: "other" }, { username: "nobody" }] }],
  ["users", { users: [{ username: bareUuid }] }],
  ["users", { users: [{ uuid: "{nobody}" }] }],
  ["users", { users: [{ account_id: "nobody" }] }],
  ["users", { users: [{ uuid: other.uuid, username: "owner" }] }],
  ["groups", { groups: [{ slug: "nothing" }] }],
  ["groups", { groups: [{ slug: "developers", owner: { username: "elsewhere" } }] }],
  ["groups", { groups: [{ slug: "developers", workspace: { uuid: `{${other.uuid}}` } }] }],
  ["groups", { groups: [{ full_slug: "elsewhere:developers" }] }],
  ["groups", { groups: [{ slug: "developers", full_slug: "acme:others" }] }],
] as const) {
  test(`a rule for ${JSON.stringify(lists)} is 404, and nothing is stored`, async () => {
    const answer = await rest("POST", "/branch-restrictions", { kind: "push", pattern: "named", ...lists });
    assert.equal(answer.status, 404, answer.text);
    assert.deepEqual(Object.keys(answer.json.error.fields), [field]);
    assert.equal((await rest("GET", "/branch-restrictions")).json.size, 0);
  });
}

test("one list of the two is enough, null is an empty one, and a change to such a kind asks for them too", async () => {
  for (const lists of [
    { users: [] },
    { groups: [] },
    { users: null, groups: null },
    { users: [owner], groups: null },
  ])
    await withRule({ kind: "push", pattern: "listed", ...lists }, async (id) => {
      const { json } = await rest("GET", `/branch-restrictions/${id}`);
      assert.deepEqual(
        [json.users.length, json.groups.length],
        ["users" in lists ? (lists.users?.length ?? 0) : 0, 0],
      );
      assert.equal((await rest("PUT", `/branch-restrictions/${id}`, { pattern: "other" })).status, 200);
    });
  await withRule({ kind: "delete", pattern: "listed" }, async (id) => {
    const refused = await rest("PUT", `/branch-restrictions/${id}`, { kind: "push" });
    assert.deepEqual([refused.status, Object.keys(refused.json.error.fields)], [400, ["users", "groups"]]);
    assert.equal((await rest("PUT", `/branch-restrictions/${id}`, { kind: "push", users: [] })).status, 200);
  });
});

test("a second rule of a kind for the same branches is a conflict", async () => {
  await withRule({ kind: "delete", pattern: "main" }, async () => {
    assert.equal(
      (await rest("POST", "/branch-restrictions", { kind: "delete", pattern: "main" })).status,
      409,
    );
    await withRule({ kind: "force", pattern: "main" }, async (id) => {
      assert.equal((await rest("PUT", `/branch-restrictions/${id}`, { kind: "delete" })).status, 409);
      assert.equal((await rest("GET", `/branch-restrictions/${id}`)).json.kind, "force");
    });
  });
});

test("push: nobody without a list, not even an administrator; listed accounts and members of listed groups may", async () => {
  const tip = await commit({}, "Pushed");
  await withRule({ kind: "push", pattern: "ma*", ...NOBODY }, async (id) => {
    const refused = await push("main", "main:free");
    assert.equal(refused.status, 1);
    const reason = `branch restriction ${id}: "push" on ma*: only the accounts and groups that it lists may push`;
    assert.ok(refused.stdout.includes(`[remote rejected] (${reason})`), refused.stdout);
    assert.equal((await rest("GET", "/refs/branches/main")).json.target.hash, second);
    assert.equal((await rest("GET", "/refs/branches/free")).json.target.hash, tip);

    await rest("PUT", `/branch-restrictions/${id}`, { groups: [{ slug: "developers" }] });
    assert.equal((await push("main")).status, 1);
    await insertGroupMember(app.ports.database.kysely, groupUuid, app.owner.uuid);
    assert.equal((await push("main")).status, 0);

    await rest("PUT", `/branch-restrictions/${id}`, { groups: [], users: [owner] });
    await commit({}, "Pushed again");
    assert.equal((await push("main")).status, 0);
  });
});

test("an atomic push that a rule refuses in part changes nothing", async () => {
  await commit({}, "Together");
  await withRule({ kind: "push", pattern: "release/*", ...NOBODY }, async () => {
    const before = (await rest("GET", "/refs/branches?pagelen=100")).json;
    const refused = await push("--atomic", "main", "main:release/1");
    assert.equal(refused.status, 1);
    assert.match(refused.stdout, /atomic/);
    assert.deepEqual((await rest("GET", "/refs/branches?pagelen=100")).json, before);
  });
});

test("force: only what is no fast-forward is refused", async () => {
  await withRule({ kind: "force", pattern: "*" }, async () => {
    const rewritten = await push("--force", `${first}:refs/heads/release/1`);
    assert.equal(rewritten.status, 1);
    assert.match(rewritten.stdout, /"force" on \*: the branch's history must not be rewritten/);
    assert.equal((await push("main:release/1")).status, 0, "a fast-forward");
    assert.equal((await push(`${first}:refs/heads/created`)).status, 0, "a new branch");
    assert.equal((await push("--delete", "created")).status, 0, "a deletion");
  });
  assert.equal((await push("--force", `${first}:refs/heads/release/1`)).status, 0, "without the rule");
});

test("delete and push by branch type hold over git and over REST", async () => {
  const match = { branch_match_kind: "branching_model", pattern: "" };
  await withRule({ kind: "delete", ...match, branch_type: "hotfix" }, async (id) => {
    const refused = await push("--delete", "hotfix/1");
    assert.equal(refused.status, 1);
    assert.match(refused.stdout, /"delete" on hotfix branches/);
    const answer = await rest("DELETE", "/refs/branches/hotfix/1");
    assert.equal(answer.status, 403);
    assert.match(answer.json.error.message, new RegExp(`^branch restriction ${id}: `));
    assert.equal((await push("main:hotfix/1")).status, 0, "a push is none");
  });
  await withRule({ kind: "push", ...NOBODY, ...match, branch_type: "development" }, async () => {
    await commit({}, "To development");
    assert.equal((await push("main")).status, 1);
    assert.equal((await push("main:other")).status, 0);
  });
  await withRule({ kind: "push", ...NOBODY, ...match, branch_type: "release" }, async () => {
    const body = { name: "release/2", target: { hash: first } };
    assert.equal((await rest("POST", "/refs/branches", body)).status, 403);
    assert.equal((await rest("GET", "/refs/branches/release/2")).status, 404);
    const tag = { name: "release/2", target: { hash: first } };
    assert.equal((await rest("POST", "/refs/tags", tag)).status, 201, "rules are about branches");
  });
});

test("rules for merges refuse no push", async () => {
  const rules = [
    { kind: "restrict_merges", pattern: "*", ...NOBODY },
    { kind: "require_approvals_to_merge", pattern: "*", value: 2 },
    { kind: "enforce_merge_checks", pattern: "*" },
  ];
  for (const rule of rules) {
    await withRule(rule, async () => {
      await commit({}, rule.kind);
      assert.equal((await push("main")).status, 0, rule.kind);
    });
  }
});

test("a rule of one repository is not found in another", async () => {
  await withRule({ kind: "delete", pattern: "main" }, async (id) => {
    const authorization = `Basic ${Buffer.from(`owner@example.com:${await app.token()}`).toString("base64")}`;
    const elsewhere = `${app.url}/2.0/repositories/acme/elsewhere`;
    const headers = { authorization, "content-type": "application/json" };
    await fetch(elsewhere, { method: "POST", headers, body: "{}" });
    for (const method of ["GET", "DELETE"]) {
      const answer = await fetch(`${elsewhere}/branch-restrictions/${id}`, { method, headers });
      assert.equal(answer.status, 404);
    }
  });
});

test("a refused branch is told with its rule, whichever way it was asked for", async () => {
  await git.out(["push", "--quiet", "origin", "main:guarded/1"], { folder });
  const text = { "content-type": "application/x-www-form-urlencoded" };
  const authorization = basic("owner@example.com", await app.token());
  const ways = {
    async "POST src"() {
      const url = `${app.url}/2.0/repositories/acme/demo/src?branch=guarded/1`;
      const answer = await fetch(url, {
        method: "POST",
        headers: { authorization, ...text },
        body: "x.txt=x",
      });
      return { refused: answer.status === 403, said: await answer.text() };
    },
    async "DELETE refs"() {
      const answer = await rest("DELETE", "/refs/branches/guarded/1");
      return { refused: answer.status === 403, said: answer.text };
    },
    async "git push"() {
      const { status, stderr } = await git.run(["push", "origin", "HEAD~1:guarded/1", "--force"], { folder });
      const said = stderr.split("\n").filter((line) => line.startsWith("remote: "));
      return { refused: status === 1, said: said.join("\n") };
    },
    async "git push --delete"() {
      const { status, stderr } = await git.run(["push", "origin", "--delete", "guarded/1"], { folder });
      const said = stderr.split("\n").filter((line) => line.startsWith("remote: "));
      return { refused: status === 1, said: said.join("\n") };
    },
  };
  const table = [
    ["push", ["POST src", "DELETE refs", "git push", "git push --delete"]],
    ["delete", ["DELETE refs", "git push --delete"]],
    ["force", ["git push"]],
  ] as const;
  const guarded = async () => (await rest("GET", "/refs/branches/guarded/1")).json.target?.hash;
  for (const [kind, refusedWays] of table) {
    const before = await guarded();
    await withRule({ kind, pattern: "guarded/*", users: [], groups: [] }, async (id) => {
      for (const way of refusedWays) {
        const { refused, said } = await ways[way]();
        assert.ok(refused, `${kind}: ${way}: ${said}`);
        const named = new RegExp(`branch restriction ${id}: .?"${kind}.?" on .*guarded/\\*`);
        assert.match(said, named, `${kind}: ${way}`);
        assert.equal(await guarded(), before, `${kind}: ${way}`);
      }
    });
  }
  // The rules are gone, and with them the refusals: it was they that refused.
  assert.equal((await ways["POST src"]()).refused, false);
  assert.equal((await ways["DELETE refs"]()).refused, false);
});
