// A token that is derived does what it was made for, and nothing that the one it was made of may not.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { ProjectKey, RepositorySlug } from "../../src/model/slug.ts";
import type { Uuid } from "../../src/model/uuid.ts";
import { createAccount, disableAccount } from "../../src/operations/accounts/accounts.ts";
import { deleteConsumer } from "../../src/operations/oauth/consumers.ts";
import { createProject } from "../../src/operations/projects/projects.ts";
import { createRepository } from "../../src/operations/repositories/repositories.ts";
import { createApiToken, revokeApiToken, rotateApiToken } from "../../src/operations/tokens/api-tokens.ts";
import {
  CHILD_LIFE_SECONDS_MAX,
  DERIVATION_DEPTH_MAX,
  LIVING_CHILDREN_MAX,
} from "../../src/operations/tokens/derive-token.ts";
import { blockToken, setTokenPolicy, unblockToken } from "../../src/operations/tokens/token-policies.ts";
import { setMember } from "../../src/operations/workspaces/workspaces.ts";
import { countLivingTokens } from "../../src/storage/sql/tokens/token-history.ts";
import { basic, sendRequest } from "../support/clients/http-request.ts";
import { askForToken, makeConsumer } from "../support/clients/oauth-client.ts";
import { ALL_SCOPES } from "../support/examples/all-routes.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startTestApp, type TestApp } from "../support/server/test-app.ts";

const PATH = "/-/tokens/derive";
const EMAIL = "owner@example.com";
const READ = "read:repository:bitbucket";
const WRITE = "write:repository:bitbucket";
const R = "/2.0/repositories/acme";

let app: TestApp;
const git = openRealGit();
before(async () => {
  app = await startTestApp();
  for (const slug of ["other", "third"])
    await createRepository(app.ports, app.by, {
      workspace: app.workspace,
      project: app.project,
      slug: slug as RepositorySlug,
    });
});
after(() => app.close());

type Derived = {
  readonly token: string;
  readonly id: Uuid;
  readonly [field: string]: unknown;
};

/** A child for ten minutes, with the scope to read, unless the body says otherwise. */
async function derive(token: string, body: object = {}, email = EMAIL) {
  const answer = await sendRequest(app.url, PATH, {
    method: "POST",
    headers: { authorization: basic(email, token), "content-type": "application/json" },
    body: JSON.stringify({ name: "child", scopes: [READ], expires_in: 600, ...body }),
  });
  const json = JSON.parse(answer.text) as Derived & {
    readonly error?: {
      readonly message: string;
      readonly fields?: Readonly<Record<string, readonly string[]>>;
    };
  };
  return { status: answer.status, headers: answer.headers, json };
}

async function child(token: string, body: object = {}): Promise<Derived> {
  const { status, json } = await derive(token, body);
  assert.equal(status, 201, JSON.stringify(json.error));
  return json;
}

function ask(token: string, path: string, method = "GET", body?: object) {
  return sendRequest(app.url, path, {
    method,
    headers: {
      authorization: basic(EMAIL, token),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function statusOf(token: string, path = `${R}/demo`, method = "GET", body?: object): Promise<number> {
  return (await ask(token, path, method, body)).status;
}

/** A token of the owner that can be ended. */
function createToken(scopes: readonly string[] = [READ, WRITE], changes: object = {}) {
  return createApiToken(app.ports, app.by, {
    accountUuid: app.owner.uuid,
    name: "parent",
    scopes: scopes as never,
    ageDays: 1,
    ...changes,
  });
}

test("it opens its repository, and no other place or list shows more", async () => {
  const parent = await app.token();
  const { token, ...rest } = await child(parent, { repositories: ["acme/demo"] });
  assert.deepEqual(rest.repositories, ["acme/demo"]);
  assert.deepEqual(rest.scopes, [READ]);
  assert.equal(rest.expires_in, 600);
  assert.deepEqual(
    [await statusOf(token), await statusOf(token, `${R}/other`), await statusOf(token, `${R}/third`)],
    [200, 404, 404],
  );
  const listed = JSON.parse((await ask(token, R)).text) as { readonly values: readonly { slug: string }[] };
  assert.deepEqual(
    listed.values.map(({ slug }) => slug),
    ["demo"],
  );
  const clone = (name: string) =>
    git.run([
      "ls-remote",
      `http://x-bitbucket-api-token-auth:${token}@${new URL(app.url).host}/acme/${name}.git`,
    ]);
  assert.equal((await clone("demo")).status, 0);
  assert.notEqual((await clone("other")).status, 0);
  assert.equal(await statusOf(token, `${R}/demo`, "PUT", { description: "x" }), 403);
});

test("its text is in the answer alone, which no cache keeps", async () => {
  const { headers, json } = await derive(await app.token());
  assert.equal(headers["cache-control"], "no-store");
  const lines = app.logLines.map((line) => JSON.stringify(line)).join("\n");
  assert.ok(!lines.includes(json.token));
});

test("it takes no more than the token itself: not even a scope", async () => {
  const { text } = await createToken([READ]);
  assert.equal((await derive(text.reveal())).status, 201);
});

for (const [what, body, field] of [
  ["a scope that its parent has not", { scopes: [READ, "admin:repository:bitbucket"] }, "scopes"],
  ["what is no scope", { scopes: ["everything"] }, "scopes"],
  ["no scope", { scopes: [] }, "scopes"],
  ["the scopes of tokens, which its parent has", { scopes: ["read:token:pail"] }, "scopes"],
  ["no name", { name: " " }, "name"],
  ["a name that is too long", { name: "x".repeat(256) }, "name"],
  ["no life", { expires_in: 0 }, "expires_in"],
  ["a life of more than a day", { expires_in: CHILD_LIFE_SECONDS_MAX + 1 }, "expires_in"],
  ["a life that is no number", { expires_in: "600" }, "expires_in"],
  ["a part of a second", { expires_in: 1.5 }, "expires_in"],
  ["a repository that is not there", { repositories: ["acme/none"] }, "repositories"],
  ["a repository without its workspace", { repositories: ["demo"] }, "repositories"],
  ["an empty list, which would open nothing", { repositories: [] }, "repositories"],
  ["too many", { repositories: Array.from({ length: 101 }, (_, n) => `acme/r${n}`) }, "repositories"],
  ["a project that is not there", { projects: ["acme/NONE"] }, "projects"],
  ["a workspace that is not there", { workspaces: ["none"] }, "workspaces"],
  ["a branch that is no ref", { refs: ["main"] }, "refs"],
  ["a ref that is too long", { refs: [`refs/heads/${"a".repeat(245)}`] }, "refs"],
  ["too many refs", { refs: Array.from({ length: 21 }, (_, n) => `refs/heads/${n}`) }, "refs"],
  ["what is no network", { addresses: ["192.0.2.0/33"] }, "addresses"],
  ["hours of nowhere", { read_only_hours: ["mon 18:00-19:00 Mars/Olympus"] }, "read_only_hours"],
  ["a limit that is misspelt, which would limit nothing", { repository: ["acme/demo"] }, "repository"],
] as const) {
  test(`is not derived with ${what}`, async () => {
    const { text } = await createToken([READ, WRITE, "read:token:pail"]);
    const { status, json } = await derive(text.reveal(), body);
    assert.equal(status, 400);
    assert.deepEqual(Object.keys(json.error?.fields ?? {}), [field], JSON.stringify(json.error));
  });
}

test("all that is wrong is named at once", async () => {
  const body = { name: "", scopes: ["x"], expires_in: -1, repositories: ["x"], refs: ["x"] };
  const { json } = await derive(await app.token(), body);
  assert.deepEqual(Object.keys(json.error?.fields ?? {}).sort(), Object.keys(body).sort());
});

test("what the parent does not reach is answered like what does not exist", async () => {
  const { token } = await child(await app.token(), { repositories: ["acme/demo"] });
  const answers = await Promise.all(
    ["acme/other", "acme/nothing"].map(async (name) => {
      const { status, json } = await derive(token, { repositories: [name] });
      return { status, fields: JSON.stringify(json.error?.fields).replace(name, "") };
    }),
  );
  assert.equal(answers[0]!.status, 400);
  assert.deepEqual(answers[0], answers[1]);
  // The whole may be seen for its part, and yet is not what the token is bound to.
  for (const body of [{ workspaces: ["acme"] }, { projects: [`acme/${app.project.key}`] }])
    assert.equal((await derive(token, body)).status, 400);
});

for (const [field, parents, taken, refused] of [
  ["refs", ["refs/heads/bot/*", "refs/tags/v*"], ["refs/heads/bot/x/*"], ["refs/heads/*"]],
  ["refs", ["refs/heads/*-bot"], ["refs/heads/a*-bot"], ["refs/heads/bot"]],
  ["addresses", ["127.0.0.0/8", "192.0.2.0/24"], ["127.0.0.1", "192.0.2.128/25"], ["127.0.0.0/7"]],
  ["addresses", ["127.0.0.0/8"], ["127.0.0.1/32"], ["::/0"]],
] as const) {
  test(`${field} within ${parents.join(" and ")} are taken, wider ones are not`, async () => {
    const { token } = await child(await app.token(), { [field]: parents });
    const narrow = await child(token, { [field]: taken });
    assert.deepEqual(
      narrow[field],
      taken.map((each) => (each === "127.0.0.1" ? "127.0.0.1/32" : each)),
    );
    assert.equal((await derive(token, { [field]: refused })).status, 400);
    assert.deepEqual((await child(token))[field], parents, "without its own it has those of its parent");
  });
}

test("the limits of its parent count although it names none", async () => {
  const { token } = await child(await app.token(), { repositories: ["acme/demo"] });
  const grandchild = await child(token);
  assert.deepEqual(grandchild.repositories, ["acme/demo"]);
  assert.deepEqual(
    [await statusOf(grandchild.token), await statusOf(grandchild.token, `${R}/other`)],
    [200, 404],
  );
});

test("it is no deeper than the limit", async () => {
  let token = await app.token();
  for (let depth = 1; depth <= DERIVATION_DEPTH_MAX; depth += 1) ({ token } = await child(token));
  assert.equal(await statusOf(token), 200);
  const { status, json } = await derive(token);
  assert.equal(status, 409, json.error?.message);
});

test("a parent has no more valid children than the limit, even if many are asked for at once", async () => {
  const { text } = await createToken();
  const answers = await Promise.all(
    Array.from({ length: LIVING_CHILDREN_MAX + 5 }, () => derive(text.reveal())),
  );
  const made = answers.filter(({ status }) => status === 201);
  assert.equal(made.length, LIVING_CHILDREN_MAX);
  assert.equal(answers.filter(({ status }) => status === 409).length, 5);
  await revokeApiToken(app.ports, app.by, made[0]!.json.id);
  assert.equal((await derive(text.reveal())).status, 201, "one that has ended makes room");
});

test("children do not count among the tokens that an account may make", async () => {
  const count = () => countLivingTokens(app.ports.database.kysely, app.owner.uuid, new Date());
  const { text } = await createToken();
  const before = await count();
  await child(text.reveal());
  assert.equal(await count(), before);
});

test("it ends no later than its parent", async () => {
  const { text, token: parent } = await createToken();
  await app.ports.database.kysely
    .updateTable("api_token")
    .set({ expires_at: Date.now() + 60_000 })
    .where("uuid", "=", parent.uuid)
    .execute();
  const made = await child(text.reveal(), { expires_in: 3_600 });
  assert.ok(Number(made.expires_in) <= 60, String(made.expires_in));
});

/** A chain of three below a token that can be ended. */
async function chain() {
  const { text, token } = await createToken();
  const one = await child(text.reveal());
  const two = await child(one.token);
  const three = await child(two.token);
  return {
    root: token,
    tokens: [text.reveal(), one.token, two.token, three.token],
    ids: [one.id, two.id, three.id],
  };
}

const statusesOf = (tokens: readonly string[]) => Promise.all(tokens.map((token) => statusOf(token)));

test("all end with the one that they descend from, and those above live on", async () => {
  const { tokens, ids } = await chain();
  assert.deepEqual(await statusesOf(tokens), [200, 200, 200, 200]);
  await revokeApiToken(app.ports, app.by, ids[1]!);
  assert.deepEqual(await statusesOf(tokens), [200, 200, 401, 401]);
  await revokeApiToken(app.ports, app.by, ids[0]!);
  assert.deepEqual(await statusesOf(tokens), [200, 401, 401, 401]);
});

for (const [how, end] of [
  ["is revoked", (root: Uuid) => revokeApiToken(app.ports, app.by, root)],
  ["is rotated without an overlap", (root: Uuid) => rotateApiToken(app.ports, app.by, root, 0)],
] as const) {
  test(`all end when the first one ${how}, and none can be derived`, async () => {
    const { root, tokens } = await chain();
    assert.deepEqual(await statusesOf(tokens), [200, 200, 200, 200]);
    await end(root.uuid);
    assert.deepEqual(await statusesOf(tokens), [401, 401, 401, 401]);
    for (const token of tokens) assert.equal((await derive(token)).status, 401);
  });
}

test("all end with the overlap of a rotation, and the new one has none of them", async () => {
  const { text, token } = await createToken();
  const one = await child(text.reveal(), { expires_in: 3_600 });
  const two = await child(one.token, { expires_in: 3_600 });
  const { oldExpiresAt } = await rotateApiToken(app.ports, app.by, token.uuid, 10);
  assert.deepEqual(await statusesOf([one.token, two.token]), [200, 200]);
  const rows = await app.ports.database.kysely
    .selectFrom("api_token")
    .select("expires_at")
    .where("uuid", "in", [one.id, two.id])
    .execute();
  assert.deepEqual(
    rows.map((row) => Number(row.expires_at)),
    [oldExpiresAt.getTime(), oldExpiresAt.getTime()],
  );
});

test("a derived token is not rotated: its holder derives another one", async () => {
  const { ids } = await chain();
  await assert.rejects(rotateApiToken(app.ports, app.by, ids[0]!, 0), /derive/);
});

test("whoever finds the first one may end all of them", async () => {
  const { tokens } = await chain();
  const answer = await sendRequest(app.url, "/-/token-revocation", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token: tokens[0] }),
  });
  assert.equal(answer.status, 204);
  assert.deepEqual(await statusesOf(tokens), [401, 401, 401, 401]);
});

test("whoever finds a derived one may end that", async () => {
  const { tokens } = await chain();
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ token: tokens[2] });
  await sendRequest(app.url, "/-/token-revocation", { method: "POST", headers, body });
  assert.deepEqual(await statusesOf(tokens), [200, 200, 401, 401]);
});

test("a workspace that refuses one refuses what is derived from it, although that lives for minutes", async () => {
  const { ports, by, workspace } = app;
  const day = 86_400_000;
  const { text, token: long } = await createApiToken(
    { ...ports, clock: () => new Date(Date.now() - day) },
    by,
    {
      accountUuid: app.owner.uuid,
      name: "long",
      scopes: [READ],
      ageDays: 300,
    },
  );
  const { text: short, token: blocked } = await createToken();
  const tokens = [(await child(text.reveal())).token, (await child(short.reveal())).token];
  assert.deepEqual(await statusesOf(tokens), [200, 200]);
  const policy = { lifetimeDaysMax: 90, refusedScopes: [], enforcedFrom: undefined };
  await setTokenPolicy(ports, by, workspace, policy);
  await blockToken(ports, by, workspace, blocked.uuid);
  assert.deepEqual(await statusesOf(tokens), [403, 403]);
  assert.equal((await derive(text.reveal())).status, 201, "elsewhere it is as good as its parent");
  await setTokenPolicy(ports, by, workspace, { ...policy, lifetimeDaysMax: undefined });
  await unblockToken(by, workspace, blocked.uuid);
  assert.deepEqual(await statusesOf(tokens), [200, 200]);
  await revokeApiToken(ports, by, long.uuid);
});

test("they end with their account", async () => {
  const account = await createAccount(app.ports, app.by, { email: "gone@example.com", username: "gone" });
  await setMember(app.ports, app.by, app.workspace, account, "member", "read");
  const made = await createApiToken(app.ports, app.by, {
    accountUuid: account.uuid,
    name: "parent",
    scopes: [READ],
    ageDays: 1,
  });
  const derived = await derive(made.text.reveal(), {}, "gone@example.com");
  const status = async () => {
    const headers = { authorization: basic("gone@example.com", derived.json.token) };
    return (await sendRequest(app.url, `${R}/demo`, { headers })).status;
  };
  assert.equal(await status(), 200);
  await disableAccount(app.ports, app.by, account);
  assert.equal(await status(), 401);
});

test("a repository that is renamed stays within it, one that moves out of its parent's project does not", async () => {
  const { ports, by, workspace } = app;
  const projects = await Promise.all(
    ["IN", "OUT"].map((key) => createProject(ports, by, workspace, { key: key as ProjectKey, name: key })),
  );
  const slug = "wanderer" as RepositorySlug;
  await createRepository(ports, by, { workspace, project: projects[0]!, slug });
  const owner = await app.token();
  const ofProject = await child(owner, { projects: ["acme/IN"] });
  const { token } = await child(ofProject.token, { repositories: [`acme/${slug}`] });
  const ofItself = await child(owner, { repositories: [`acme/${slug}`] });
  assert.equal(await statusOf(token, `${R}/${slug}`), 200);
  assert.equal(await statusOf(owner, `${R}/${slug}`, "PUT", { name: "renamed" }), 200);
  assert.deepEqual(
    [await statusOf(token, `${R}/renamed`), await statusOf(ofItself.token, `${R}/renamed`)],
    [200, 200],
  );
  // Another one that takes the name is not the one that was meant.
  await createRepository(ports, by, { workspace, project: projects[0]!, slug });
  assert.equal(await statusOf(token, `${R}/${slug}`), 404);
  assert.equal(await statusOf(owner, `${R}/renamed`, "PUT", { project: { key: "OUT" } }), 200);
  assert.deepEqual(
    [
      await statusOf(ofProject.token, `${R}/renamed`),
      await statusOf(token, `${R}/renamed`),
      await statusOf(ofItself.token, `${R}/renamed`),
    ],
    [404, 404, 200],
  );
  assert.equal(await statusOf(token, R), 404, "there is nothing left of the workspace to be seen");
  assert.equal(await statusOf(owner, `${R}/renamed`, "DELETE"), 204);
  await createRepository(ports, by, { workspace, project: projects[0]!, slug: "renamed" as RepositorySlug });
  assert.equal(
    await statusOf(ofItself.token, `${R}/renamed`),
    404,
    "the next one of the name is another one",
  );
});

test("a token that is bound cannot move a repository out of its bound, or create one beside it", async () => {
  const scopes = [
    "admin:repository:bitbucket",
    "write:repository:bitbucket",
    READ,
    "admin:project:bitbucket",
  ];
  const { ports, by, workspace } = app;
  const project = await createProject(ports, by, workspace, { key: "CAGE" as ProjectKey, name: "Cage" });
  await createRepository(ports, by, { workspace, project, slug: "caged" as RepositorySlug });
  const { token } = await child(await app.token(ALL_SCOPES), { scopes, projects: ["acme/CAGE"] });
  const key = app.project.key;
  // It does not see the project: to it there is none.
  assert.equal(await statusOf(token, `${R}/caged`, "PUT", { project: { key } }), 400);
  assert.equal(await statusOf(token, `${R}/escaped`, "POST", { scm: "git", project: { key } }), 400);
  assert.equal(await statusOf(await app.token(), `${R}/escaped`), 404);
  assert.ok((await statusOf(token, `${R}/caged`, "PUT", { description: "still here" })) === 200);
});

test("one of OAuth is derived from one of OAuth, with scopes that those imply, and ends with its consumer", async () => {
  const made = await makeConsumer(app, { scopes: ["repository:write"] });
  const granted = await askForToken(app, made, { grant_type: "client_credentials" });
  const parent = String(granted.json.access_token);
  const bearer = async (token: string, path: string, body?: object) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const question =
      body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
    return sendRequest(app.url, path, question);
  };
  const wanted = { name: "job", expires_in: 600, repositories: ["acme/demo"] };
  assert.equal((await bearer(parent, PATH, { ...wanted, scopes: ["repository:admin"] })).status, 400);
  assert.equal((await bearer(parent, PATH, { ...wanted, scopes: [READ] })).status, 400);
  const answer = await bearer(parent, PATH, { ...wanted, scopes: ["repository"] });
  assert.equal(answer.status, 201, answer.text);
  const { token } = JSON.parse(answer.text) as Derived;
  assert.match(token, /^pail_oa_/);
  const statuses = async () =>
    Promise.all(["demo", "other"].map(async (slug) => (await bearer(token, `${R}/${slug}`)).status));
  assert.deepEqual(await statuses(), [200, 404]);
  const commit = await bearer(token, `${R}/demo/src`, {});
  assert.equal(commit.status, 403, "the scope to write was not passed on");
  await deleteConsumer(app.ports, app.by, made.consumer.uuid);
  assert.deepEqual(await statuses(), [401, 401]);
});

test("who sends no token derives none", async () => {
  const answer = await sendRequest(app.url, PATH, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "x", scopes: [READ], expires_in: 60 }),
  });
  assert.equal(answer.status, 401);
});

test("the audit log says who derived what of what", async () => {
  const { text, token } = await createToken();
  const { id } = await child(text.reveal());
  const rows = await app.ports.database.kysely
    .selectFrom("audit_event")
    .selectAll()
    .where("action", "=", "token.derived")
    .where("subject_uuid", "=", id)
    .execute();
  assert.equal(rows.length, 1);
  assert.ok(JSON.stringify(rows).includes(token.uuid));
  assert.ok(!JSON.stringify(rows).includes(text.reveal()));
});
