// Access tokens of repositories, projects and workspaces: whom they are, what they open, and when they end.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createApp } from "../../src/app.ts";
import type { TokenResource } from "../../src/model/access-token.ts";
import type { OauthScope } from "../../src/model/oauth-scope.ts";
import type { ProjectKey, RepositorySlug } from "../../src/model/slug.ts";
import type { Uuid } from "../../src/model/uuid.ts";
import {
  createAccessToken,
  revokeAccessToken,
  rotateAccessToken,
} from "../../src/operations/access-tokens/access-tokens.ts";
import { createProject, deleteProject } from "../../src/operations/projects/projects.ts";
import {
  changeRepository,
  createRepository,
  deleteRepository,
} from "../../src/operations/repositories/repositories.ts";
import { setTokenPolicy } from "../../src/operations/tokens/token-policies.ts";
import { createWorkspace } from "../../src/operations/workspaces/workspaces.ts";
import { listAuditEvents } from "../../src/storage/sql/audit/audit-events.ts";
import { listAllAccessTokens } from "../../src/storage/sql/tokens/access-tokens.ts";
import { basic } from "../support/clients/http-request.ts";
import { ownerOf, type RestCaller, restAs } from "../support/clients/rest-callers.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startTestApp, type TestApp } from "../support/server/test-app.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

let app: TestApp;
let owner: RestCaller;
const git = openRealGit();

before(async () => {
  app = await startTestApp();
  owner = await ownerOf(app);
});
after(() => app.close());

let numbered = 0;

function create(resource: TokenResource, scopes: readonly OauthScope[], name?: string) {
  numbered += 1;
  const wanted = { name: name ?? `bot ${numbered}`, scopes, lifetimeMs: 30 * DAY_MS };
  return createAccessToken(app.ports, app.by, resource, wanted);
}

async function bearer(resource: TokenResource, scopes: readonly OauthScope[], name?: string) {
  const made = await create(resource, scopes, name);
  return { ...made, rest: restAs(app, `Bearer ${made.text.reveal()}`) };
}

function ofRepository(): TokenResource {
  return { kind: "repository", repository: app.repository };
}

function ofWorkspace(): TokenResource {
  return { kind: "workspace", workspace: app.workspace };
}

async function newRepository(project = app.project, workspace = app.workspace) {
  numbered += 1;
  const slug = `repository-${numbered}` as RepositorySlug;
  return createRepository(app.ports, app.by, { workspace, project, slug });
}

async function newProject() {
  numbered += 1;
  const key = `P${numbered}` as ProjectKey;
  return createProject(app.ports, app.by, app.workspace, { key, name: key });
}

function gitUrl(text: string, slug: string, username = "x-token-auth"): string {
  const url = new URL(`/acme/${slug}.git`, app.url);
  url.username = username;
  url.password = text;
  return url.href;
}

async function pushAs(
  text: string,
  slug: string,
  { name = "Bot", email = "bot@example.com", branch = "main" } = {},
) {
  const folder = git.newPath("clone");
  await git.out(["clone", "--quiet", gitUrl(text, slug), folder]);
  numbered += 1;
  await writeFile(join(folder, `file-${numbered}.txt`), "text\n");
  await git.out(["add", "."], { folder });
  const environment = {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  };
  await git.out(["commit", "--quiet", "-m", `Commit ${numbered}`], { folder, environment });
  return git.run(["push", "--quiet", "origin", `HEAD:refs/heads/${branch}`], { folder });
}

test("the text has the form that secret scanners know", async () => {
  const { text, address } = await create(ofRepository(), ["repository"]);
  assert.match(text.reveal(), /^ATCTT3xFfGN0[A-Za-z0-9_-]{171}=[0-9A-F]{8}$/);
  assert.equal(text.reveal().length, 192);
  assert.match(address, /^[a-z0-9]{30}@bots\.bitbucket\.org$/);
});

test("a repository's token clones, pushes and reads it, and sees no other repository", async () => {
  const repository = await newRepository();
  const other = await newRepository();
  const { text, rest } = await bearer({ kind: "repository", repository }, ["repository:write"]);
  const pushed = await pushAs(text.reveal(), repository.slug);
  assert.equal(pushed.status, 0, pushed.stderr);
  assert.equal((await rest("GET", `/repositories/acme/${repository.slug}`)).status, 200);
  assert.equal((await rest("GET", `/repositories/acme/${other.slug}`)).status, 404);
  const listed = await rest("GET", "/repositories/acme");
  assert.deepEqual(
    listed.json.values.map(({ slug }: { readonly slug: string }) => slug),
    [repository.slug],
  );
  const foreign = await git.run(["ls-remote", gitUrl(text.reveal(), other.slug)]);
  assert.notEqual(foreign.status, 0);
  assert.match(foreign.stderr, /not found|does not exist|may not have access/i);
});

test("not even a public repository elsewhere is opened by it", async () => {
  const repository = await newRepository();
  await changeRepository(app.ports, app.by, repository, { isPrivate: false });
  const { rest, text } = await bearer(ofRepository(), ["repository"]);
  assert.equal((await rest("GET", `/repositories/acme/${repository.slug}`)).status, 404);
  // Git asks without a credential first, as everybody may.
  const path = `/acme/${repository.slug}.git/info/refs?service=git-upload-pack`;
  const authorization = basic("x-token-auth", text.reveal());
  assert.equal((await fetch(`${app.url}${path}`, { headers: { authorization } })).status, 404);
});

test("a project's token reaches every repository of the project, also one that moves into it, and no other", async () => {
  const project = await newProject();
  const inside = await newRepository(project);
  const outside = await newRepository();
  const resource = { kind: "project", project, workspace: app.workspace } as const;
  const { rest } = await bearer(resource, ["project", "repository:write"]);
  const status = async (slug: string) => (await rest("GET", `/repositories/acme/${slug}`)).status;
  assert.deepEqual([await status(inside.slug), await status(outside.slug)], [200, 404]);
  await changeRepository(app.ports, app.by, outside, { project });
  await changeRepository(app.ports, app.by, inside, { project: app.project });
  assert.deepEqual([await status(inside.slug), await status(outside.slug)], [404, 200]);
  assert.equal((await rest("GET", `/workspaces/acme/projects/${project.key}`)).status, 200);
  assert.equal((await rest("GET", `/workspaces/acme/projects/${app.project.key}`)).status, 404);
});

test("a project's token creates repositories in the project alone", async () => {
  const project = await newProject();
  const { rest } = await bearer({ kind: "project", project, workspace: app.workspace }, ["repository:admin"]);
  const create = (slug: string, key: string) =>
    rest("POST", `/repositories/acme/${slug}`, { scm: "git", project: { key } });
  assert.equal((await create("by-a-bot", project.key)).status, 200);
  // It does not see the other project: to it there is none.
  assert.equal((await create("by-a-bot-elsewhere", app.project.key)).status, 400);
  assert.equal((await rest("POST", "/repositories/acme/by-a-bot-anywhere", {})).status, 403);
});

test("a workspace's token reaches all of the workspace and nothing of another one", async () => {
  const { workspace, project } = await createWorkspace(app.ports, app.by, {
    slug: "beside",
    owner: app.owner,
  });
  const foreign = await newRepository(project, workspace);
  const { rest } = await bearer(ofWorkspace(), [
    "account",
    "project:admin",
    "repository:admin",
    "repository",
  ]);
  assert.equal((await rest("GET", "/repositories/acme/demo")).status, 200);
  assert.equal((await rest("GET", `/repositories/beside/${foreign.slug}`)).status, 404);
  assert.equal((await rest("GET", "/workspaces/acme/members")).status, 200);
  assert.equal((await rest("GET", "/workspaces/beside")).status, 404);
  const made = await rest("POST", "/workspaces/acme/projects", { key: "BOTS", name: "Bots" });
  assert.equal(made.status, 201, made.text);
});

for (const [kind, scopes] of [
  ["repository", ["repository", "pullrequest"]],
  ["workspace", ["account", "repository"]],
] as const) {
  test(`a token of a ${kind} gets 403 for /user and what is below it`, async () => {
    const { rest } = await bearer(kind === "repository" ? ofRepository() : ofWorkspace(), scopes);
    for (const path of ["/user", "/user/emails", "/user/workspaces", "/user/workspaces/acme/permission"]) {
      const answer = await rest("GET", path);
      assert.equal(answer.status, 403, `${path}: ${answer.text}`);
      assert.deepEqual(answer.json, {
        type: "error",
        error: { message: "This API is not accessible by this authentication mechanism" },
      });
    }
  });
}

test("headers tell the kind of the token, its id and its scopes", async () => {
  const { rest, token } = await bearer(ofRepository(), ["repository:write"]);
  const { headers } = await rest("GET", "/repositories/acme/demo");
  assert.equal(headers.get("x-credential-type"), "repo_access_token");
  assert.equal(headers.get("x-token-id"), token.uuid);
  assert.equal(headers.get("x-oauth-scopes"), "repository:write");
  assert.equal(headers.get("x-accepted-oauth-scopes"), "repository");
  const project = { kind: "project", project: app.project, workspace: app.workspace } as const;
  for (const [resource, type] of [
    [project, "project_access_token"],
    [ofWorkspace(), "workspace_access_token"],
  ] as const) {
    const other = await bearer(resource, ["repository"]);
    const answer = await other.rest("GET", "/repositories/acme/demo");
    assert.equal(answer.headers.get("x-credential-type"), type);
  }
});

test("scopes of the older vocabulary imply what they imply, and a missing one is told by its name", async () => {
  const { rest, text } = await bearer(ofRepository(), ["repository:admin"]);
  const refused = await rest("GET", "/repositories/acme/demo");
  assert.equal(refused.status, 403);
  assert.deepEqual(refused.json.error.detail, { required: ["repository"], granted: ["repository:admin"] });
  const cloned = await git.run(["ls-remote", gitUrl(text.reveal(), "demo")]);
  assert.notEqual(cloned.status, 0);
  assert.match(cloned.stderr, /403|privilege scopes/);
});

test("a token of nothing but repository reads and does not push", async () => {
  const repository = await newRepository();
  const { text } = await create({ kind: "repository", repository }, ["repository"]);
  const pushed = await pushAs(text.reveal(), repository.slug);
  assert.notEqual(pushed.status, 0);
  assert.match(pushed.stderr, /privilege scopes|403/);
});

for (const [carrier, authorization, strict] of [
  ["Basic with x-token-auth", (text: string) => basic("x-token-auth", text), 401],
  ["Basic with an e-mail address", (text: string) => basic("owner@example.com", text), 401],
  ["Basic with the name of API tokens", (text: string) => basic("x-bitbucket-api-token-auth", text), 401],
  ["Basic as the user name", (text: string) => basic(text, "x-oauth-basic"), 401],
  ["the scheme JWT", (text: string) => `JWT ${text}`, 401],
  ["Bearer", (text: string) => `Bearer ${text}`, 200],
] as const) {
  test(`REST answers ${strict} to an access token that comes by ${carrier}`, async () => {
    const { text } = await create(ofRepository(), ["repository"]);
    const rest = restAs(app, authorization(text.reveal()));
    assert.equal((await rest("GET", "/repositories/acme/demo")).status, strict);
  });
}

for (const [name, isTaken] of [
  ["x-token-auth", true],
  ["x-bitbucket-api-token-auth", false],
  ["owner", false],
] as const) {
  test(`git ${isTaken ? "takes" : "refuses"} an access token with the user name ${name}`, async () => {
    const { text } = await create(ofRepository(), ["repository"]);
    const listed = await git.run(["ls-remote", gitUrl(text.reveal(), "demo", name)]);
    assert.equal(listed.status === 0, isTaken, listed.stderr);
  });
}

test("what it does is shown as done by an app_user of its name, also after it has ended", async () => {
  const repository = await newRepository();
  const resource: TokenResource = { kind: "repository", repository };
  const made = await bearer(resource, ["pullrequest:write"], "Release bot");
  const identity = { name: "Release bot", email: made.address };
  const text = made.text.reveal();
  assert.equal((await pushAs(text, repository.slug, identity)).status, 0);
  assert.equal((await pushAs(text, repository.slug, { ...identity, branch: "topic" })).status, 0);
  const R = `/repositories/acme/${repository.slug}`;
  const opened = await made.rest("POST", `${R}/pullrequests`, {
    title: "By a bot",
    source: { branch: { name: "topic" } },
    destination: { branch: { name: "main" } },
  });
  assert.equal(opened.status, 201, opened.text);
  const commented = await made.rest("POST", `${R}/pullrequests/1/comments`, { content: { raw: "Done" } });
  assert.equal(commented.status, 201, commented.text);
  await revokeAccessToken(app.ports, app.by, resource, made.token.uuid);
  assert.equal((await made.rest("GET", R)).status, 401);
  const pullRequest = await owner.rest("GET", `${R}/pullrequests/1`);
  const comment = await owner.rest("GET", `${R}/pullrequests/1/comments/${commented.json.id}`);
  const commits = await owner.rest("GET", `${R}/commits`);
  for (const account of [pullRequest.json.author, comment.json.user, commits.json.values[0].author.user]) {
    assert.equal(account.type, "app_user");
    assert.equal(account.kind, "repository_access_token");
    assert.equal(account.display_name, "Release bot");
    assert.equal(account.uuid, `{${made.account.uuid}}`);
    assert.equal(account.account_id, made.account.accountId);
    assert.ok(!("nickname" in account));
  }
  const shown = await owner.rest("GET", `/users/%7B${made.account.uuid}%7D`);
  assert.deepEqual(
    [shown.json.type, shown.json.kind, shown.json.account_status],
    ["app_user", "repository_access_token", "active"],
  );
  assert.ok(!shown.text.includes(made.address), "the address is not told");
});

test("the clone link names the bot, and works with the token for a password", async () => {
  const made = await bearer(ofRepository(), ["repository"]);
  const { rest, address } = made;
  const { json } = await rest("GET", "/repositories/acme/demo");
  const https = json.links.clone.find(({ name }: { readonly name: string }) => name.startsWith("http"));
  assert.equal(new URL(https.href).username, address.split("@")[0]);
  const link = new URL(https.href);
  link.password = made.text.reveal();
  const listed = await git.run(["ls-remote", link.href]);
  assert.equal(listed.status, 0, listed.stderr);
});

for (const kind of ["repository", "project"] as const) {
  test(`a token of a ${kind} dies with it, and its app user stays`, async () => {
    const project = await newProject();
    const repository = await newRepository(kind === "repository" ? project : app.project);
    const resource: TokenResource =
      kind === "repository" ? { kind, repository } : { kind: "project", project, workspace: app.workspace };
    const { rest, account, token } = await bearer(resource, ["repository:write"]);
    assert.equal((await rest("GET", "/repositories/acme")).status, 200);
    if (kind === "repository") await deleteRepository(app.ports, app.by, repository);
    else await deleteProject(app.ports, app.by, project);
    const answer = await rest("GET", "/repositories/acme");
    assert.equal(answer.status, 401, answer.text);
    assert.equal((await owner.rest("GET", `/users/%7B${account.uuid}%7D`)).status, 200);
    const events = await listAuditEvents(app.ports.database.kysely, { limit: 50 });
    assert.ok(
      events.some(({ action, subject }) => action === "token.revoked" && subject.uuid === token.uuid),
      "the audit log tells its end",
    );
  });
}

test("a token of a repository follows it through a new name and a new project", async () => {
  const repository = await newRepository();
  const { rest } = await bearer({ kind: "repository", repository }, ["repository"]);
  const project = await newProject();
  await changeRepository(app.ports, app.by, repository, {
    name: "renamed-for-bot",
    project,
  });
  assert.equal((await rest("GET", "/repositories/acme/renamed-for-bot")).status, 200);
});

/** A server whose clock is ahead. */
async function statusLater(text: string, laterMs: number): Promise<number> {
  const clock = () => new Date(app.ports.clock().getTime() + laterMs);
  const server = await createApp({ ...app.ports, clock });
  try {
    const answer = await server.inject({
      url: "/2.0/repositories/acme/demo",
      headers: { authorization: `Bearer ${text}` },
    });
    return answer.statusCode;
  } finally {
    await server.close();
  }
}

test("after a rotation the old secret works for 29 minutes and 59 seconds, and not for 30 minutes and 1 second", async () => {
  const { text, token, account } = await create(ofRepository(), ["repository"]);
  const at = app.ports.clock();
  const ports = { ...app.ports, clock: () => at };
  const rotated = await rotateAccessToken(ports, app.by, ofRepository(), token.uuid);
  assert.equal(rotated.oldExpiresAt.getTime(), at.getTime() + 30 * MINUTE_MS);
  assert.notEqual(rotated.token.uuid, token.uuid);
  assert.equal(rotated.token.accountUuid, account.uuid, "it is the same app user");
  assert.deepEqual([rotated.token.name, rotated.token.scopes], [token.name, token.scopes]);
  const sinceRotation = () => app.ports.clock().getTime() - at.getTime();
  const secondsAfter = (seconds: number) => seconds * 1000 - sinceRotation();
  assert.equal(await statusLater(text.reveal(), secondsAfter(29 * 60 + 50)), 200);
  assert.equal(await statusLater(text.reveal(), secondsAfter(30 * 60 + 1)), 401);
  assert.equal(await statusLater(rotated.text.reveal(), secondsAfter(30 * 60 + 1)), 200);
});

test("a rotation that is tried again answers the same secret", async () => {
  const { token } = await create(ofRepository(), ["repository"]);
  const first = await rotateAccessToken(app.ports, app.by, ofRepository(), token.uuid);
  const again = await rotateAccessToken(app.ports, app.by, ofRepository(), token.uuid);
  assert.deepEqual([first.isRepeated, again.isRepeated], [false, true]);
  assert.equal(again.text.reveal(), first.text.reveal());
});

test("two rotations at once answer one secret, and two creations at once make one token of a name", async () => {
  const { token } = await create(ofRepository(), ["repository"]);
  const rotate = () => rotateAccessToken(app.ports, app.by, ofRepository(), token.uuid);
  const [first, second] = await Promise.all([rotate(), rotate()]);
  assert.equal(first.text.reveal(), second.text.reveal());
  const outcomes = await Promise.allSettled(
    [1, 2, 3].map(() => create(ofRepository(), ["repository"], "at once")),
  );
  assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
});

test("a rotation and a revocation at once end the old secret", async () => {
  for (let round = 0; round < 5; round += 1) {
    const { token, text } = await create(ofRepository(), ["repository"]);
    const [rotated] = await Promise.allSettled([
      rotateAccessToken(app.ports, app.by, ofRepository(), token.uuid),
      revokeAccessToken(app.ports, app.by, ofRepository(), token.uuid),
    ]);
    assert.equal(await statusLater(text.reveal(), 0), 401);
    // A rotation that came first has made a token of its own, which the revocation of the old one does not know.
    if (rotated.status === "fulfilled")
      await revokeAccessToken(app.ports, app.by, ofRepository(), rotated.value.token.uuid);
  }
});

test("an old secret with less than 30 minutes left keeps its end, and an expired one stays expired", async () => {
  const { token, text } = await create(ofRepository(), ["repository"]);
  const nearEnd = new Date(token.expiresAt.getTime() - 10 * MINUTE_MS);
  const soon = await rotateAccessToken(
    { ...app.ports, clock: () => nearEnd },
    app.by,
    ofRepository(),
    token.uuid,
  );
  assert.deepEqual(soon.oldExpiresAt, token.expiresAt);
  const later = new Date(soon.token.expiresAt.getTime() + DAY_MS);
  const revived = await rotateAccessToken(
    { ...app.ports, clock: () => later },
    app.by,
    ofRepository(),
    soon.token.uuid,
  );
  assert.deepEqual(revived.oldExpiresAt, soon.token.expiresAt);
  const toLater = later.getTime() - app.ports.clock().getTime();
  assert.equal(await statusLater(soon.text.reveal(), toLater), 401);
  assert.equal(await statusLater(text.reveal(), toLater), 401);
  assert.equal(await statusLater(revived.text.reveal(), toLater), 200);
});

test("a revocation ends the secret that was replaced too", async () => {
  const { token, text } = await create(ofRepository(), ["repository"]);
  const rotated = await rotateAccessToken(app.ports, app.by, ofRepository(), token.uuid);
  await revokeAccessToken(app.ports, app.by, ofRepository(), rotated.token.uuid);
  for (const each of [text, rotated.text]) assert.equal(await statusLater(each.reveal(), 0), 401);
  await assert.rejects(rotateAccessToken(app.ports, app.by, ofRepository(), rotated.token.uuid), /revoked/);
});

test("a fetch that is cached is refused as soon as the token has ended", async () => {
  const repository = await newRepository();
  const resource: TokenResource = { kind: "repository", repository };
  const { text, token } = await create(resource, ["repository:write"]);
  const pushed = await pushAs(text.reveal(), repository.slug);
  assert.equal(pushed.status, 0, pushed.stderr);
  const url = gitUrl(text.reveal(), repository.slug);
  const clone = () => git.run(["clone", "--quiet", url, git.newPath("clone")]);
  for (const _ of [1, 2]) assert.equal((await clone()).status, 0);
  await revokeAccessToken(app.ports, app.by, resource, token.uuid);
  assert.notEqual((await clone()).status, 0);
});

test("what is derived from it has its app user, is not listed or rotated, and ends with it", async () => {
  const repository = await newRepository();
  const resource: TokenResource = { kind: "repository", repository };
  const { rest, token, account } = await bearer(resource, ["repository:write"]);
  const wanted = { name: "child", scopes: ["repository"], expires_in: 600 };
  const derived = await rest("POST", `${app.url}/-/tokens/derive`, wanted);
  assert.equal(derived.status, 201, derived.text);
  const child = restAs(app, `Bearer ${derived.json.token}`);
  const path = `/repositories/acme/${repository.slug}`;
  assert.equal((await child("GET", path)).status, 200);
  assert.equal((await child("DELETE", path)).status, 403);
  const db = app.ports.database.kysely;
  const listed = await listAllAccessTokens(db, resource);
  assert.deepEqual(
    listed.map((each) => each.token.uuid),
    [token.uuid],
  );
  const { uuid } = await db
    .selectFrom("api_token")
    .select("uuid")
    .where("account_uuid", "=", account.uuid)
    .where("parent_uuid", "is not", null)
    .executeTakeFirstOrThrow();
  await assert.rejects(rotateAccessToken(app.ports, app.by, resource, uuid as Uuid), { kind: "not-found" });
  await revokeAccessToken(app.ports, app.by, resource, token.uuid);
  assert.equal((await child("GET", path)).status, 401);
});

test("a token of another resource is answered like one that does not exist", async () => {
  const { token } = await create(ofWorkspace(), ["repository"]);
  await assert.rejects(revokeAccessToken(app.ports, app.by, ofRepository(), token.uuid), {
    kind: "not-found",
  });
  await assert.rejects(rotateAccessToken(app.ports, app.by, ofRepository(), token.uuid), {
    kind: "not-found",
  });
});

for (const [why, resource, wanted, problem] of [
  ["a scope that no access token has", ofRepository, { scopes: ["email"] }, /cannot have email/],
  ["a scope of a project's for a repository", ofRepository, { scopes: ["project"] }, /cannot have project/],
  ["no scope", ofRepository, { scopes: [] }, /at least one/],
  ["an empty name", ofRepository, { name: "  " }, /1 to 255/],
  ["a name with a line end", ofRepository, { name: "a\nb" }, /1 to 255/],
  ["a token as its name", ofRepository, { name: `ATCTT3xFfGN0${"x".repeat(60)}` }, /is a token/],
  ["a life of an hour", ofWorkspace, { lifetimeMs: 3_600_000 }, /1 to 365 days/],
  ["a life of 366 days", ofWorkspace, { lifetimeMs: 366 * DAY_MS }, /1 to 365 days/],
] as const) {
  test(`no access token is made with ${why}`, async () => {
    const asked = { name: "fine", scopes: ["repository"] as const, lifetimeMs: DAY_MS, ...wanted };
    await assert.rejects(createAccessToken(app.ports, app.by, resource(), asked), (error: Error) => {
      assert.match(JSON.stringify(error), problem);
      return true;
    });
  });
}

test("a valid token of a resource has its name alone", async () => {
  await create(ofRepository(), ["repository"], "only one");
  await assert.rejects(create(ofRepository(), ["repository"], "only one"), /another valid token/);
  await create(ofWorkspace(), ["repository"], "only one");
});

test("no access token is made or rotated that the policy of the workspace is against", async () => {
  const older = await create(ofRepository(), ["repository"]);
  const policy = { lifetimeDaysMax: 7, refusedScopes: [], enforcedFrom: new Date(Date.now() + DAY_MS) };
  await setTokenPolicy(app.ports, app.by, app.workspace, policy);
  await assert.rejects(create(ofRepository(), ["repository"]), /expires: is against the policy.*at most 7/);
  const short = { name: "a week", scopes: ["repository"] as const, lifetimeMs: 7 * DAY_MS };
  const { text } = await createAccessToken(app.ports, app.by, ofRepository(), short);
  assert.equal(await statusLater(text.reveal(), 0), 200);
  await assert.rejects(
    rotateAccessToken(app.ports, app.by, ofRepository(), older.token.uuid),
    /its successor would be against the policy/,
  );
  assert.equal(await statusLater(older.text.reveal(), 0), 200, "until the policy is enforced");
  assert.equal(await statusLater(older.text.reveal(), 2 * DAY_MS), 403);
});
