import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { seedCommits } from "../../../../tests/support/git/seed-commits.ts";
import { startTestApp, type TestApp } from "../../../../tests/support/server/test-app.ts";
import type { Account } from "../../../model/account.ts";
import type { ObjectId } from "../../../model/object-id.ts";
import type { Permission } from "../../../model/permission.ts";
import { SCOPES } from "../../../model/scope.ts";
import { createAccount } from "../../../operations/accounts/accounts.ts";
import { changeRepository } from "../../../operations/repositories/repositories.ts";
import { createApiToken } from "../../../operations/tokens/api-tokens.ts";
import { upsertRepositoryPermission } from "../../../storage/sql/permissions/permissions.ts";

type Json = Record<string, unknown>;
type Who = "owner" | "reader" | "writer" | "stranger" | "nobody";

let app: TestApp;
let commits: readonly ObjectId[];
const credentials = new Map<Who, string>();

async function addPerson(name: Who, permission: Permission): Promise<void> {
  const account = await createAccount(app.ports, app.by, { email: `${name}@example.com`, username: name });
  await upsertRepositoryPermission(app.ports.database.kysely, app.repository.uuid, account.uuid, permission);
  credentials.set(name, await credentialOf(account, name));
}

async function credentialOf(account: Account, name: Who): Promise<string> {
  const token = await createApiToken(app.ports, app.by, {
    accountUuid: account.uuid,
    name: "t",
    scopes: SCOPES,
    ageDays: 1,
  });
  return `Basic ${Buffer.from(`${name}@example.com:${token.text.reveal()}`).toString("base64")}`;
}

async function call(who: Who, method: string, path: string, body?: unknown) {
  const authorization = credentials.get(who);
  const answer = await fetch(`${app.url}/2.0/repositories/acme/demo/commit/${path}`, {
    method,
    headers: {
      ...(authorization === undefined ? {} : { authorization }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    json: (text.startsWith("{") ? JSON.parse(text) : {}) as Json & {
      id: number;
      content: Json;
      values: (Json & { id: number })[];
      error: Json;
      participants: Json[];
    },
  };
}

function say(raw: string, more: Json = {}) {
  return { content: { raw }, ...more };
}

before(async () => {
  app = await startTestApp();
  credentials.set("owner", await credentialOf(app.owner, "owner"));
  await addPerson("reader", "read");
  await addPerson("writer", "write");
  await addPerson("stranger", "none");
  commits = await seedCommits(app, app.repository, "main", ["one\n", "two\n", "three\n", "four\n"]);
});
after(() => app.close());

describe("one comment", () => {
  test("has the keys of the recordings", async () => {
    const id = commits[0]!;
    const inline = { path: "src/a b.ts", to: 5, from: null };
    const answer = await call("reader", "POST", `${id.slice(0, 10)}/comments`, say("Lovely", { inline }));
    assert.equal(answer.status, 201);
    const self = `${app.url}/2.0/repositories/acme/demo/commit/${id}/comments/${answer.json.id}`;
    assert.equal(answer.headers.get("location"), self);
    const { created_on, updated_on, user, commit, ...rest } = answer.json;
    assert.deepEqual(rest, {
      type: "commit_comment",
      id: answer.json.id,
      content: { type: "rendered", raw: "Lovely", markup: "markdown", html: "<p>Lovely</p>" },
      deleted: false,
      inline,
      links: {
        self: { href: self },
        html: { href: `${app.url}/acme/demo/commits/${id}#comment-${answer.json.id}` },
        code: { href: `${app.url}/2.0/repositories/acme/demo/diff/${id}?path=src%2Fa%20b.ts` },
      },
    });
    assert.match(String(created_on), /\.\d{6}\+00:00$/);
    assert.equal(updated_on, created_on);
    assert.equal((user as Json).nickname, "reader");
    assert.ok(!("username" in (user as Json)), "other people's user names are not shown");
    assert.equal((commit as Json).hash, id);
    assert.deepEqual((await call("writer", "GET", `${id}/comments/${answer.json.id}`)).json, answer.json);
  });

  test("brings no markup of its own", async () => {
    const raw = `<script>alert(1)</script> & "q"`;
    const { json } = await call("reader", "POST", `${commits[0]}/comments`, say(raw));
    assert.equal(json.content.raw, raw);
    assert.equal(json.content.html, "<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;q&quot;</p>");
  });

  test("answers another of the same commit, and of no other", async () => {
    const first = await call("reader", "POST", `${commits[0]}/comments`, say("first"));
    const parent = { id: first.json.id };
    const reply = await call("writer", "POST", `${commits[0]}/comments`, say("reply", { parent }));
    assert.equal((reply.json.parent as Json).id, parent.id);
    assert.ok(reply.json.id > parent.id, "ids rise");
    const elsewhere = await call("writer", "POST", `${commits[1]}/comments`, say("x", { parent }));
    assert.equal(elsewhere.status, 400);
    const nowhere = await call(
      "writer",
      "POST",
      `${commits[0]}/comments`,
      say("x", { parent: { id: 99999 } }),
    );
    assert.deepEqual([nowhere.status, nowhere.json.error.message], [404, "99999"]);
  });

  test("is changed by its author alone, administrators included", async () => {
    const { json } = await call("reader", "POST", `${commits[0]}/comments`, say("before"));
    const path = `${commits[0]}/comments/${json.id}`;
    for (const who of ["owner", "writer"] as const) {
      assert.equal((await call(who, "PUT", path, say("by another"))).status, 403);
    }
    assert.equal((await call("reader", "GET", path)).json.content.raw, "before");
    const changed = await call("reader", "PUT", path, say("after"));
    assert.equal(changed.status, 201);
    assert.equal((await call("owner", "GET", path)).json.content.raw, "after");
  });

  test("is deleted by its author or an administrator, stays in the list without its text", async () => {
    for (const [who, others] of [
      ["reader", ["writer"]],
      ["owner", ["writer"]],
    ] as const) {
      const { json } = await call("reader", "POST", `${commits[2]}/comments`, say("secret"));
      const path = `${commits[2]}/comments/${json.id}`;
      for (const other of others) assert.equal((await call(other, "DELETE", path)).status, 403);
      assert.equal((await call("reader", "GET", path)).json.deleted, false, "still there");
      const gone = await call(who, "DELETE", path);
      assert.deepEqual([gone.status, gone.text], [204, ""]);
      assert.equal((await call(who, "DELETE", path)).status, 204, "by this or a previous delete");
      const listed = await call("writer", "GET", `${commits[2]}/comments?pagelen=100`);
      const shown = listed.json.values.find(({ id }) => id === json.id);
      assert.equal(shown?.deleted, true);
      assert.deepEqual(shown?.content, { type: "rendered", raw: "", markup: "markdown", html: "" });
      assert.equal((await call("reader", "PUT", path, say("again"))).status, 409);
    }
  });
});

test("the list of comments pages, filters and sorts", async () => {
  const path = `${commits[1]}/comments`;
  for (let number = 1; number <= 12; number += 1) {
    await call(number % 2 === 0 ? "reader" : "writer", "POST", path, say(`number ${number}`));
  }
  const page = await call("reader", "GET", path);
  assert.deepEqual([page.json.pagelen, page.json.size, page.json.values.length], [10, 12, 10]);
  const raws = async (query: string) => {
    const { json } = await call("reader", "GET", `${path}?pagelen=100&${query}`);
    return json.values.map(({ content }) => (content as Json).raw);
  };
  assert.equal((await raws(""))[0], "number 1");
  assert.equal((await raws("sort=-id"))[0], "number 12");
  assert.deepEqual(await raws('q=content.raw~"BER 3"'), ["number 3"]);
  assert.equal((await raws('q=user.nickname="reader"')).length, 6);
  assert.equal((await call("reader", "GET", `${path}?q=user.password_hash="x"`)).status, 400);
});

for (const [why, body, field] of [
  ["no body", undefined, "content.raw"],
  ["no text", { content: {} }, "content.raw"],
  ["white space", say(" \n"), "content.raw"],
  ["a number as the text", { content: { raw: 1 } }, "content.raw"],
  ["too long a text", say("x".repeat(32_769)), "content.raw"],
  ["line 0", say("x", { inline: { path: "a", to: 0 } }), "inline.to"],
  ["a line beyond the columns", say("x", { inline: { path: "a", to: 2 ** 31 } }), "inline.to"],
  ["a parent that is no number", say("x", { parent: { id: "1" } }), "parent.id"],
] as const) {
  test(`a comment is refused with 400 for ${why}`, async () => {
    const before = (await call("reader", "GET", `${commits[1]}/comments`)).json.size;
    const answer = await call("reader", "POST", `${commits[1]}/comments`, body);
    assert.equal(answer.status, 400, answer.text);
    assert.ok(field in (answer.json.error.fields as Json), answer.text);
    assert.equal((await call("reader", "GET", `${commits[1]}/comments`)).json.size, before);
  });
}

test("an unknown comment is not found: the message is its id", async () => {
  const { json } = await call("reader", "POST", `${commits[0]}/comments`, say("here"));
  for (const path of [
    `${commits[0]}/comments/12345678`,
    `${commits[0]}/comments/__proto__`,
    `${commits[0]}/comments/-1`,
    `${commits[0]}/comments/${"9".repeat(30)}`,
    `${commits[1]}/comments/${json.id}`,
  ]) {
    const answer = await call("reader", "GET", path);
    assert.deepEqual([answer.status, answer.json.error.message], [404, path.split("/").at(-1)]);
    assert.equal((await call("reader", "DELETE", path)).status, 404);
  }
  const noCommit = await call("reader", "GET", `${"0".repeat(40)}/comments/${json.id}`);
  assert.deepEqual([noCommit.status, noCommit.json.error.message], [404, "Commit not found"]);
});

describe("approvals", () => {
  test("make participants of a commit, once each, until they are taken back", async () => {
    const path = commits[3]!;
    const approved = await call("reader", "POST", `${path}/approve`);
    assert.equal(approved.status, 200);
    const { user, participated_on, ...rest } = approved.json;
    assert.deepEqual(rest, { type: "participant", role: "PARTICIPANT", approved: true, state: "approved" });
    assert.equal((user as Json).nickname, "reader");
    assert.match(String(participated_on), /\.\d{6}\+00:00$/);
    assert.deepEqual((await call("reader", "POST", "main/approve")).json, approved.json, "twice is once");
    await call("writer", "POST", `${path}/comments`, say("hm"));
    const both = (await call("reader", "GET", path)).json.participants;
    assert.deepEqual(both[0], approved.json);
    assert.deepEqual([both.length, both[1]?.approved, both[1]?.state], [2, false, null]);
    for (let time = 0; time < 2; time += 1) {
      assert.equal((await call("reader", "DELETE", `${path}/approve`)).status, 204);
    }
    const left = (await call("reader", "GET", path)).json.participants;
    assert.deepEqual(
      left.map((participant) => (participant.user as Json).nickname),
      ["writer"],
    );
  });

  test("of an unknown commit are not found", async () => {
    for (const method of ["POST", "DELETE"]) {
      assert.equal((await call("owner", method, `${"0".repeat(40)}/approve`)).status, 404);
    }
  });
});

test("on a public repository strangers comment and do not approve; nobody does either", async () => {
  await changeRepository(app.ports, app.by, app.repository, { isPrivate: false });
  const path = commits[3]!;
  assert.equal((await call("stranger", "POST", `${path}/comments`, say("hello"))).status, 201);
  assert.equal((await call("stranger", "POST", `${path}/approve`)).status, 403);
  assert.equal((await call("stranger", "DELETE", `${path}/approve`)).status, 403);
  const { json } = await call("nobody", "GET", `${path}/comments`);
  const last = `${path}/comments/${json.values.at(-1)!.id}`;
  for (const [method, where, body] of [
    ["POST", `${path}/comments`, say("x")],
    ["PUT", last, say("x")],
    ["DELETE", last, undefined],
    ["POST", `${path}/approve`, undefined],
    ["DELETE", `${path}/approve`, undefined],
  ] as const) {
    assert.equal((await call("nobody", method, where, body)).status, 401, `${method} ${where}`);
  }
  assert.equal((await call("nobody", "GET", `${path}/comments`)).json.size, json.size);
  await changeRepository(app.ports, app.by, app.repository, { isPrivate: true });
});
