import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { seedCommits } from "../../../../../tests/support/git/seed-commits.ts";
import { startTestApp, type TestApp } from "../../../../../tests/support/server/test-app.ts";
import type { ObjectId } from "../../../../model/object-id.ts";
import { createAccount } from "../../../../operations/accounts/accounts.ts";
import { changeRepository } from "../../../../operations/repositories/repositories.ts";
import { createApiToken } from "../../../../operations/tokens/api-tokens.ts";

type Json = Record<string, unknown>;

let app: TestApp;
let authorization: string;
let commits: readonly ObjectId[];

function basic(email: string, token: string): string {
  return `Basic ${Buffer.from(`${email}:${token}`).toString("base64")}`;
}

async function call(method: string, path: string, body?: unknown, as: string | undefined = authorization) {
  const isForm = body instanceof URLSearchParams;
  const answer = await fetch(`${app.url}/2.0/repositories/acme/demo/commit/${path}`, {
    method,
    headers: {
      ...(as === "" ? {} : { authorization: as }),
      ...(body === undefined || isForm ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    json: (text.startsWith("{") ? JSON.parse(text) : {}) as Json & { values: Json[]; error: Json },
  };
}

before(async () => {
  app = await startTestApp();
  authorization = basic("owner@example.com", await app.token());
  commits = await seedCommits(app, app.repository, "main", ["one\n", "two\n", "three\n"]);
});
after(() => app.close());

describe("one build status", () => {
  test("has the keys of the recordings", async () => {
    const id = commits[0]!;
    const answer = await call("POST", `${id}/statuses/build`, {
      key: "ci",
      state: "INPROGRESS",
      name: "Build 1",
      description: "running",
      url: "https://ci.example.com/1",
      refname: "main",
    });
    assert.equal(answer.status, 201);
    const self = `${app.url}/2.0/repositories/acme/demo/commit/${id}/statuses/build/ci`;
    assert.equal(answer.headers.get("location"), self);
    const { created_on, updated_on, repository, commit, ...rest } = answer.json;
    assert.deepEqual(rest, {
      type: "build",
      key: "ci",
      state: "INPROGRESS",
      name: "Build 1",
      description: "running",
      url: "https://ci.example.com/1",
      refname: "main",
      links: {
        self: { href: self },
        commit: { href: `${app.url}/2.0/repositories/acme/demo/commit/${id}` },
      },
    });
    assert.match(String(created_on), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/);
    assert.equal(updated_on, created_on);
    assert.deepEqual(Object.keys(repository as Json).sort(), ["full_name", "links", "name", "type", "uuid"]);
    assert.deepEqual(Object.keys(commit as Json).sort(), ["hash", "links", "type"]);
    assert.deepEqual((await call("GET", `${id}/statuses/build/ci`)).json, answer.json);
  });

  test("is stored under the full id, whatever form of the commit was sent", async () => {
    const id = commits[2]!;
    for (const [key, revision] of [
      ["by-branch", "main"],
      ["by-short-id", id.slice(0, 8)],
      ["by-head", "refs%2Fheads%2Fmain"],
    ] as const) {
      const made = await call("POST", `${revision}/statuses/build`, { key, state: "SUCCESSFUL" });
      assert.equal((made.json.commit as Json).hash, id);
      assert.equal((await call("GET", `${id}/statuses/build/${key}`)).status, 200);
    }
  });

  test("is overwritten by another of the same key, and keeps when it was created", async () => {
    const path = `${commits[0]}/statuses/build`;
    const first = await call("POST", path, { key: "again", state: "INPROGRESS", name: "first" });
    const second = await call("POST", path, new URLSearchParams({ key: "again", state: "FAILED" }));
    assert.equal(second.status, 201, "a form is as good as JSON");
    assert.deepEqual([second.json.state, second.json.name], ["FAILED", ""]);
    assert.equal(second.json.created_on, first.json.created_on);
    const listed = await call("GET", `${commits[0]}/statuses?q=key="again"`);
    assert.equal(listed.json.size, 1);
  });

  test("is changed by PUT in what is named, and in nothing else", async () => {
    const path = `${commits[0]}/statuses/build`;
    await call("POST", path, { key: "part", state: "INPROGRESS", name: "n", url: "https://a.example/" });
    const changed = await call("PUT", `${path}/part`, { state: "STOPPED" });
    assert.equal(changed.status, 200);
    assert.deepEqual(
      [changed.json.state, changed.json.name, changed.json.url],
      ["STOPPED", "n", "https://a.example/"],
    );
    assert.equal((await call("PUT", `${path}/part`, { key: "other", state: "FAILED" })).status, 400);
    assert.equal((await call("PUT", `${path}/nothing`, { state: "FAILED" })).status, 404);
    assert.equal((await call("GET", `${path}/nothing`)).status, 404, "PUT creates nothing");
  });

  test("fills variables into its URL where it is shown, and leaves what names nothing", async () => {
    const path = `${commits[1]}/statuses/build`;
    const url = "https://ci.example/{repository.full_name}/{commit.hash}/{commit.constructor.name}/{x.y}";
    const made = await call("POST", path, { key: "variables", state: "SUCCESSFUL", url });
    const shown = `https://ci.example/acme/demo/${commits[1]}/{commit.constructor.name}/{x.y}`;
    assert.equal(made.json.url, shown);
  });

  test("may have a key with slashes, asked for raw or encoded", async () => {
    const path = `${commits[0]}/statuses/build`;
    const made = await call("POST", path, { key: "ci/unit tests", state: "SUCCESSFUL" });
    assert.ok(made.headers.get("location")?.endsWith("/ci%2Funit%20tests"));
    for (const key of ["ci/unit%20tests", "ci%2Funit%20tests"]) {
      assert.equal((await call("GET", `${path}/${key}`)).json.key, "ci/unit tests");
    }
  });
});

describe("the list of a commit's statuses", () => {
  test("pages by ten, filters, sorts, and knows refs", async () => {
    const id = commits[1]!;
    for (let number = 1; number <= 11; number += 1) {
      const state = number === 11 ? "FAILED" : "SUCCESSFUL";
      const refname = number > 9 ? { refname: number === 10 ? "main" : "topic" } : {};
      const key = `list-${String(number).padStart(2, "0")}`;
      await call("POST", `${id}/statuses/build`, { key, state, ...refname });
    }
    const keys = async (query: string) => {
      const { json } = await call("GET", `${id}/statuses?pagelen=100&${query}`);
      return json.values.map(({ key }) => key);
    };
    const page = await call("GET", `${id}/statuses?q=key~"list"`);
    assert.deepEqual([page.json.pagelen, page.json.size, page.json.values.length], [10, 11, 10]);
    assert.match(String(page.json.next), /page=2/);
    assert.deepEqual(await keys('q=state="FAILED"'), ["list-11"]);
    assert.equal((await keys('sort=-key&q=key~"list"'))[0], "list-11");
    const ofMain = await keys('refname=main&q=key~"list"');
    assert.ok(ofMain.includes("list-10") && ofMain.includes("list-01"));
    assert.ok(!ofMain.includes("list-11"), "not those of another ref");
  });
});

describe("refused", () => {
  const good = { key: "bad", state: "SUCCESSFUL" };
  for (const [why, body, field] of [
    ["no body", undefined, "state"],
    ["an unknown state", { ...good, state: "DONE" }, "state"],
    ["a state in lower case", { ...good, state: "successful" }, "state"],
    ["no key", { state: "FAILED" }, "key"],
    ["an empty key", { ...good, key: " " }, "key"],
    ["a key of 41 characters", { ...good, key: "k".repeat(41) }, "key"],
    ["a script as the URL", { ...good, url: "javascript:alert(1)" }, "url"],
    ["a relative URL", { ...good, url: "/builds/1" }, "url"],
    ["a URL that is too long", { ...good, url: `https://a.example/${"u".repeat(2048)}` }, "url"],
    ["a number as the name", { ...good, name: 1 }, "name"],
    ["half a surrogate pair", { ...good, description: "\ud800" }, "description"],
  ] as const) {
    test(`400 for ${why}`, async () => {
      const answer = await call("POST", `${commits[2]}/statuses/build`, body);
      assert.equal(answer.status, 400);
      assert.ok(field in (answer.json.error.fields as Json), JSON.stringify(answer.json));
      assert.equal((await call("GET", `${commits[2]}/statuses/build/bad`)).status, 404, "nothing stored");
    });
  }

  test("a key of 40 characters is taken, one of 41 is refused in Bitbucket's words", async () => {
    const path = `${commits[2]}/statuses/build`;
    assert.equal((await call("POST", path, { ...good, key: "k".repeat(40) })).status, 201);
    assert.equal((await call("POST", path, { ...good, key: "\u{1f600}".repeat(40) })).status, 201);
    const wide = await call("POST", path, { ...good, key: "\u{1f600}".repeat(41) });
    assert.equal(wide.json.error.message, "key: Ensure this value has at most 40 characters (it has 41).");
    const refused = await call("POST", path, { ...good, key: "k".repeat(41) });
    assert.equal(refused.json.error.message, "key: Ensure this value has at most 40 characters (it has 41).");
  });

  test("an unknown commit is not found", async () => {
    for (const [method, path] of [
      ["GET", "statuses"],
      ["POST", "statuses/build"],
      ["GET", "statuses/build/ci"],
      ["PUT", "statuses/build/ci"],
    ] as const) {
      const answer = await call(method, `${"0".repeat(40)}/${path}`, method === "GET" ? undefined : good);
      const isOtherKey = method === "PUT";
      assert.equal(answer.status, isOtherKey ? 400 : 404);
      if (!isOtherKey) assert.equal(answer.json.error.message, "Commit not found");
    }
  });

  test("strangers and nobody may read the statuses of a public repository, and write none", async () => {
    await changeRepository(app.ports, app.by, app.repository, { isPrivate: false });
    const stranger = await createAccount(app.ports, app.by, { email: "s@example.com", username: "stranger" });
    const token = await createApiToken(app.ports, app.by, {
      accountUuid: stranger.uuid,
      name: "t",
      scopes: ["read:repository:bitbucket"],
      ageDays: 1,
    });
    const path = `${commits[2]}/statuses`;
    for (const [as, status] of [
      ["", 401],
      [basic("s@example.com", token.text.reveal()), 403],
    ] as const) {
      assert.equal((await call("GET", path, undefined, as)).status, 200);
      assert.equal((await call("POST", `${path}/build`, { ...good, key: "x" }, as)).status, status);
      assert.equal((await call("PUT", `${path}/build/by-head`, { state: "FAILED" }, as)).status, status);
    }
    const kept = await call("GET", `${path}/build/by-head`);
    assert.equal(kept.json.state, "SUCCESSFUL");
    await changeRepository(app.ports, app.by, app.repository, { isPrivate: true });
  });
});
