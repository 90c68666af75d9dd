import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  createCaller,
  ownerOf,
  type RestCaller,
  restAs,
} from "../../../tests/support/clients/rest-callers.ts";
import { startTestApp, type TestApp } from "../../../tests/support/server/test-app.ts";
import type { GrantedScope } from "../../model/scope.ts";
import type { ApiToken } from "../../model/token.ts";
import type { Uuid } from "../../model/uuid.ts";
import { createApiToken, revokeApiToken } from "../../operations/tokens/api-tokens.ts";
import { IDEMPOTENCY_MS } from "../../operations/tokens/tokens-by-token.ts";
import { listAuditEvents } from "../../storage/sql/audit/audit-events.ts";
import { insertToken } from "../../storage/sql/tokens/tokens.ts";

let app: TestApp;
let owner: RestCaller;
let other: RestCaller;
/** Added to the clock of the server. */
let aheadMs = 0;

before(async () => {
  app = await startTestApp();
  Object.assign(app.ports, { clock: () => new Date(Date.now() + aheadMs) });
  owner = await ownerOf(app);
  other = await createCaller(app, "other");
});
after(() => app.close());

const TOKENS = () => `${app.url}/-/tokens`;
const DAY_S = 86_400;

type Holder = { readonly token: ApiToken; readonly text: string; readonly authorization: string };

async function holderOf(scopes: readonly GrantedScope[], changes: Partial<ApiToken> = {}): Promise<Holder> {
  const wanted = { accountUuid: app.owner.uuid, name: "held", scopes, ageDays: 30, ...changes };
  const { text, token } = await createApiToken(app.ports, app.by, wanted);
  return { token, text: text.reveal(), authorization: `Bearer ${text.reveal()}` };
}

async function post(
  authorization: string,
  body: unknown,
  { key, path = "" }: { readonly key?: string; readonly path?: string } = {},
) {
  const answer = await fetch(TOKENS() + path, {
    method: "POST",
    headers: {
      authorization,
      "content-type": "application/json",
      ...(key === undefined ? {} : { "idempotency-key": key }),
    },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, json: JSON.parse(text) };
}

let names = 0;
function wanted(changes: Record<string, unknown> = {}) {
  names += 1;
  return { name: `bot ${names}`, scopes: ["read:repository:bitbucket"], expires_in: DAY_S, ...changes };
}

const countTokens = async () => (await owner.rest("GET", TOKENS())).json.size as number;

test("a token is made, works, and its text is nowhere but in the answer", async () => {
  const holder = await holderOf(["write:token:pail", "read:repository:bitbucket"]);
  const made = await post(holder.authorization, wanted());
  assert.equal(made.status, 201, made.text);
  assert.equal(made.headers.get("cache-control"), "no-store");
  assert.equal(made.headers.get("location"), `${TOKENS()}/${made.json.id}`);
  assert.match(made.json.token, /^ATATT3xFfGF0.{180}$/);
  assert.deepEqual([made.json.state, made.json.scopes], ["active", ["read:repository:bitbucket"]]);
  const used = await restAs(app, `Bearer ${made.json.token}`)("GET", "/repositories/acme/demo");
  assert.equal(used.status, 200);
  const shown = await owner.rest("GET", `${TOKENS()}/${made.json.id}`);
  assert.ok(!shown.text.includes(made.json.token.slice(20, 60)));
});

test("it is in the audit log, with the token that made it", async () => {
  const holder = await holderOf(["write:token:pail", "read:repository:bitbucket"]);
  const made = await post(holder.authorization, wanted());
  const events = await listAuditEvents(app.ports.database.kysely, { limit: 10 });
  const event = events.find(({ subject }) => subject.uuid === made.json.id);
  assert.equal(event?.action, "token.created");
  assert.ok(event?.actor.kind === "account");
  assert.deepEqual(event.actor.credential, { kind: "api-token", id: holder.token.uuid });
});

for (const [what, scopes, problem] of [
  ["a scope that the sent token has not", ["admin:repository:bitbucket"], /the token that asks has no/],
  ["a scope of tokens", ["write:token:pail"], /cannot be passed on/],
  [
    "a scope of tokens beside a good one",
    ["read:repository:bitbucket", "read:token:pail"],
    /cannot be passed on/,
  ],
  ["what is no scope", ["read:everything"], /is no scope/],
  ["no scope", [], /at least one/],
] as const) {
  test(`${what} is refused, and nothing is made`, async () => {
    const scopesOfAll = ["write:token:pail", "read:token:pail", "read:repository:bitbucket"] as const;
    const holder = await holderOf(scopesOfAll);
    const before = await countTokens();
    const made = await post(holder.authorization, wanted({ scopes }));
    assert.equal(made.status, 400);
    assert.match(made.text, problem);
    assert.equal(await countTokens(), before);
  });
}

for (const [what, changes] of [
  ["no name", { name: " " }],
  ["a name of another valid token", { name: "held" }],
  ["less than a day", { expires_in: DAY_S - 1 }],
  ["a part of a day", { expires_in: DAY_S + 1 }],
  ["more than a year", { expires_in: 366 * DAY_S }],
  ["a limit that is not known", { only_on_mondays: true }],
  ["the prototype of objects as a field", { ["__proto__"]: null }],
  ["scopes that are no list", { scopes: "read:repository:bitbucket" }],
] as const) {
  test(`${what} is refused with 400`, async () => {
    assert.equal((await post(owner.authorization, wanted(changes))).status, 400);
  });
}

test("a token that is limited makes only tokens within its limits", async () => {
  const bound = { repositories: ["00000000-0000-4000-8000-000000000000" as Uuid] };
  const holder = await holderOf(["write:token:pail", "read:repository:bitbucket"], { bound });
  const made = await post(holder.authorization, wanted());
  assert.equal(made.status, 201, made.text);
  const used = await restAs(app, `Bearer ${made.json.token}`)("GET", "/repositories/acme/demo");
  assert.equal(used.status, 404);
});

test("limits are those of a derived token: named in the answer, and within those of the sent token", async () => {
  const holder = await holderOf(["write:token:pail", "read:repository:bitbucket"], {
    bound: { repositories: [app.repository.uuid], refs: ["refs/heads/bot/*"] },
  });
  const limits = { repositories: ["acme/demo"], refs: ["refs/heads/bot/one"], addresses: ["127.0.0.0/8"] };
  const made = await post(holder.authorization, wanted(limits));
  assert.equal(made.status, 201, made.text);
  const { repositories, refs, addresses } = made.json;
  assert.deepEqual({ repositories, refs, addresses }, limits);
  const wider = await post(
    holder.authorization,
    wanted({ refs: ["refs/heads/*"], repositories: ["acme/none"] }),
  );
  assert.equal(wider.status, 400);
  assert.deepEqual(Object.keys(wider.json.error.fields).sort(), ["refs", "repositories"]);
});

test("with the same key and body the answer is the same, and there is one token", async () => {
  const holder = await holderOf(["write:token:pail", "read:repository:bitbucket"]);
  const body = wanted();
  const before = await countTokens();
  const answers = await Promise.all([1, 2, 3, 4].map(() => post(holder.authorization, body, { key: "one" })));
  const later = await post(holder.authorization, body, { key: '"one"' });
  for (const { status, text } of [...answers, later]) {
    assert.equal(status, 201, text);
    assert.equal(text, later.text);
  }
  assert.equal(await countTokens(), before + 1);
});

test("with the same key and another body it is 422, and nothing is made", async () => {
  const holder = await holderOf(["write:token:pail", "read:repository:bitbucket"]);
  const body = wanted();
  assert.equal((await post(holder.authorization, body, { key: "one" })).status, 201);
  const before = await countTokens();
  const answer = await post(holder.authorization, { ...body, expires_in: 2 * DAY_S }, { key: "one" });
  assert.equal(answer.status, 422);
  assert.ok(!answer.text.includes("ATATT"));
  assert.equal(await countTokens(), before);
});

test("another token with the same key does not get the first one's", async () => {
  const [first, second] = [
    await holderOf(["write:token:pail", "read:repository:bitbucket"]),
    await holderOf(["write:token:pail", "read:repository:bitbucket"]),
  ];
  const body = wanted();
  const made = await post(first.authorization, body, { key: "shared" });
  const again = await post(second.authorization, body, { key: "shared" });
  assert.equal(made.status, 201);
  // The name is taken.
  assert.equal(again.status, 400);
  assert.ok(!again.text.includes("ATATT"));
  const foreign = await post(other.authorization, body, { key: "shared" });
  assert.equal(foreign.status, 201);
  assert.notEqual(foreign.json.token, made.json.token);
});

test("a token of a key that has ended is not given again, and no second one is made", async () => {
  const holder = await holderOf(["write:token:pail", "read:repository:bitbucket"]);
  const body = wanted();
  const made = await post(holder.authorization, body, { key: "ended" });
  await revokeApiToken(app.ports, app.by, made.json.id);
  const before = await countTokens();
  const again = await post(holder.authorization, body, { key: "ended" });
  assert.equal(again.status, 409);
  assert.ok(!again.text.includes("ATATT"));
  assert.equal(await countTokens(), before);
});

test("once the creator is revoked its key gives nothing", async () => {
  const holder = await holderOf(["write:token:pail", "read:repository:bitbucket"]);
  const body = wanted();
  await post(holder.authorization, body, { key: "gone" });
  await revokeApiToken(app.ports, app.by, holder.token.uuid);
  assert.equal((await post(holder.authorization, body, { key: "gone" })).status, 401);
});

test("after a day the key is forgotten with its seed, and the name still makes it one token", async () => {
  const holder = await holderOf(["write:token:pail", "read:repository:bitbucket"]);
  const body = wanted({ expires_in: 10 * DAY_S });
  assert.equal((await post(holder.authorization, body, { key: "old" })).status, 201);
  aheadMs = IDEMPOTENCY_MS + 1_000;
  try {
    const again = await post(holder.authorization, body, { key: "old" });
    assert.equal(again.status, 400, again.text);
    const next = await post(holder.authorization, wanted(), { key: "next" });
    assert.equal(next.status, 201, next.text);
    const rows = await app.ports.database.kysely.selectFrom("token_creation").select("token_uuid").execute();
    assert.deepEqual(
      rows.map(({ token_uuid }) => token_uuid),
      [next.json.id],
    );
  } finally {
    aheadMs = 0;
  }
});

test("neither the text nor the key of a request is stored", async () => {
  const holder = await holderOf(["write:token:pail", "read:repository:bitbucket"]);
  const made = await post(holder.authorization, wanted(), { key: "a key that nobody else uses" });
  const rows = JSON.stringify(
    await app.ports.database.kysely.selectFrom("token_creation").selectAll().execute(),
  );
  assert.ok(!rows.includes("a key that nobody else uses"));
  assert.ok(!rows.includes(made.json.token.slice(12, 40)));
});

for (const key of ["", "x".repeat(256), "ü"]) {
  test(`a key of ${key.length} characters that is none is refused`, async () => {
    const encoded = Buffer.from(key).toString("latin1");
    assert.equal((await post(owner.authorization, wanted(), { key: encoded })).status, 400);
  });
}

test("a token rotates itself, the same again until it ends", async () => {
  const holder = await holderOf(["write:token:pail", "read:repository:bitbucket"]);
  const [one, two] = [
    await post(holder.authorization, {}, { path: "/self/rotate" }),
    await post(holder.authorization, {}, { path: `/${holder.token.uuid}/rotate` }),
  ];
  assert.deepEqual([one.status, two.status], [200, 200], one.text);
  assert.equal(one.json.token, two.json.token);
  assert.equal(one.json.replaces.id, holder.token.uuid);
  assert.deepEqual(one.json.scopes, holder.token.scopes);
});

for (const [what, scopes] of [
  ["one more scope", ["read:repository:bitbucket", "write:repository:bitbucket"]],
  ["the scope of tokens", ["read:repository:bitbucket", "write:token:pail"]],
] as const) {
  test(`the attack: a token with ${what} is rotated by one that has less, for its successor`, async () => {
    const holder = await holderOf(["write:token:pail", "read:repository:bitbucket"]);
    const wider = await holderOf(scopes);
    const answer = await post(holder.authorization, {}, { path: `/${wider.token.uuid}/rotate` });
    assert.equal(answer.status, 403);
    assert.ok(!answer.text.includes("ATATT"));
  });
}

test("the attack: a limited token rotates one without limits", async () => {
  const bound = { refs: ["refs/heads/bot/*"] };
  const holder = await holderOf(["write:token:pail", "read:repository:bitbucket"], { bound });
  const free = await holderOf(["read:repository:bitbucket"]);
  assert.equal((await post(holder.authorization, {}, { path: `/${free.token.uuid}/rotate` })).status, 403);
  assert.equal((await post(holder.authorization, {}, { path: "/self/rotate" })).status, 200);
});

test("the attack: a derived token is rotated, for a successor that outlives what it was derived from", async () => {
  const child = { ...(await holderOf(["read:repository:bitbucket"])).token };
  const derived: ApiToken = {
    ...child,
    uuid: "11111111-2222-4333-8444-555555555555" as Uuid,
    parentUuid: child.uuid,
  };
  await app.by.transaction((tx) => insertToken(tx, derived, Buffer.alloc(32, 7)));
  const answer = await post(owner.authorization, {}, { path: `/${derived.uuid}/rotate` });
  assert.equal(answer.status, 409);
  assert.match(answer.text, /was derived from another/);
});

test("introspection: an own token with all that it is, and why a request would be refused", async () => {
  const holder = await holderOf(["read:repository:bitbucket"]);
  const body = { token: holder.text, method: "DELETE", path: "/2.0/repositories/acme/demo" };
  const { status, json, text } = await post(owner.authorization, body, { path: "/introspect" });
  assert.equal(status, 200, text);
  assert.deepEqual(
    [json.active, json.scope, json.username, json.jti],
    [true, "read:repository:bitbucket", "owner", holder.token.uuid],
  );
  assert.equal(json.exp, Math.floor(holder.token.expiresAt.getTime() / 1_000));
  assert.deepEqual(json.explanation.refusals[0].missing, ["delete:repository:bitbucket"]);
  await revokeApiToken(app.ports, app.by, holder.token.uuid);
  const revoked = (await post(owner.authorization, body, { path: "/introspect" })).json;
  assert.equal(revoked.active, false);
  assert.match(revoked.reason, /was revoked on/);
  assert.equal(revoked.explanation.refusals[0].status, 401);
  assert.equal(revoked.explanation.subject_known, false, "what has ended opens no view of anything");
});

test("introspection: of another account, unknown, damaged and no token at all are not active, and alike", async () => {
  const { text } = await holderOf(["read:repository:bitbucket"]);
  for (const token of [text, `${text.slice(0, -1)}x`, "password", ""]) {
    const answer = await post(other.authorization, { token }, { path: "/introspect" });
    assert.deepEqual([answer.status, answer.json], [200, { active: false }]);
  }
});

test("introspection asks for read:token:pail", async () => {
  const holder = await holderOf(["write:token:pail"]);
  assert.equal((await post(holder.authorization, { token: "x" }, { path: "/introspect" })).status, 403);
});
