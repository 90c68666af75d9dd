import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  createCaller,
  ownerOf,
  type RestCaller,
  restAs,
} from "../../../tests/support/clients/rest-callers.ts";
import { startTestApp, type TestApp } from "../../../tests/support/server/test-app.ts";
import { type GrantedScope, SCOPES } from "../../model/scope.ts";
import { createApiToken } from "../../operations/tokens/api-tokens.ts";

let app: TestApp;
let owner: RestCaller;
let other: RestCaller;

before(async () => {
  app = await startTestApp();
  owner = await ownerOf(app);
  other = await createCaller(app, "other");
});
after(() => app.close());

/** A caller with a token of these scopes, and the token's id. */
async function holderOf(scopes: readonly GrantedScope[]) {
  const wanted = { accountUuid: app.owner.uuid, name: "held", scopes, ageDays: 1 };
  const { text, token } = await createApiToken(app.ports, app.by, wanted);
  return { id: token.uuid, rest: restAs(app, `Bearer ${text.reveal()}`) };
}

const own = (path: string) => `${app.url}/-/${path}`;

test("an account lists its own tokens alone, newest first, a page at a time", async () => {
  const { id } = await holderOf(["read:repository:bitbucket"]);
  const first = await owner.rest("GET", own("tokens?pagelen=1"));
  assert.equal(first.status, 200, first.text);
  assert.deepEqual([first.json.page, first.json.pagelen, first.json.values.length], [1, 1, 1]);
  assert.match(first.json.next, /\/-\/tokens\?pagelen=1&page=2$/);
  const all = await owner.rest("GET", own("tokens?pagelen=100"));
  const ids = all.json.values.map((token: { readonly id: string }) => token.id);
  assert.ok(ids.includes(id));
  assert.equal(all.json.size, ids.length);
  const others = await other.rest("GET", own("tokens"));
  assert.ok(!others.text.includes(id));
});

test("a token of nothing but read:token:pail reads tokens, its own as self, and nothing else", async () => {
  const { id, rest } = await holderOf(["read:token:pail"]);
  const self = await rest("GET", own("tokens/self"));
  assert.deepEqual([self.status, self.json.id, self.json.state], [200, id, "active"]);
  assert.equal(self.json.links.self.href, own(`tokens/${id}`));
  assert.equal((await rest("GET", `/repositories/acme/demo`)).status, 403);
  assert.equal((await rest("DELETE", own(`tokens/${id}`))).status, 403);
});

for (const named of ["self", "{braces}", "plain"] as const) {
  test(`a token that is named ${named} is refused as soon as it is revoked`, async () => {
    const { id, rest } = await holderOf(["write:token:pail"]);
    const name = { self: "self", "{braces}": `%7B${id}%7D`, plain: id }[named];
    assert.equal((await rest("DELETE", own(`tokens/${name}`))).status, 204);
    assert.equal((await rest("DELETE", own(`tokens/${name}`))).status, 401);
    const shown = await owner.rest("GET", own(`tokens/${id}`));
    assert.equal(shown.json.state, "revoked");
  });
}

test("another's token, one that does not exist and what is no id are answered alike, and nothing is revoked", async () => {
  const { id, rest } = await holderOf(["read:token:pail"]);
  const answers: string[] = [];
  for (const name of [id, "00000000-0000-4000-8000-000000000000", "nothing", "%00x", "..%2f"]) {
    for (const method of ["GET", "DELETE"]) {
      const { status, text } = await other.rest(method, own(`tokens/${name}`));
      if (name !== "%00x") answers.push(`${status} ${text}`);
      else assert.equal(status, 400);
    }
  }
  assert.equal(new Set(answers).size, 1, answers.join("\n"));
  assert.match(answers[0]!, /^404 /);
  assert.equal((await rest("GET", own("tokens/self"))).status, 200);
});

test("a method that a path does not have is refused as the API refuses it", async () => {
  const answer = await owner.rest("PUT", own("tokens"));
  assert.deepEqual([answer.status, answer.headers.get("allow")], [405, "GET, HEAD, POST, OPTIONS"]);
});

test("a token of every scope of Bitbucket's does not read tokens", async () => {
  const { rest } = await holderOf(SCOPES);
  assert.equal((await rest("GET", own("tokens"))).status, 403);
});
