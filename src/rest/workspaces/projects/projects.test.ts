import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createCaller, ownerOf, restAs } from "../../../../tests/support/clients/rest-callers.ts";
import { startTestApp } from "../../../../tests/support/server/test-app.ts";
import { parseUuid, type Uuid } from "../../../model/uuid.ts";
import { setMember } from "../../../operations/workspaces/workspaces.ts";
import { upsertProjectPermission } from "../../../storage/sql/permissions/project-permissions.ts";

const app = await startTestApp();
after(() => app.close());
const owner = await ownerOf(app);
const member = await createCaller(app, "member");
const stranger = await createCaller(app, "stranger");
await setMember(app.ports, app.by, app.workspace, member.account, "member", "none");
const { rest } = owner;

const PROJECTS = "/workspaces/acme/projects";
let keys = 0;

async function newProject(body: object = {}): Promise<{ key: string; uuid: Uuid; path: string }> {
  keys += 1;
  const made = await rest("POST", PROJECTS, { name: "Mars", key: `MARS${keys}`, ...body });
  assert.equal(made.status, 201, made.text);
  return { key: made.json.key, uuid: parseUuid(made.json.uuid)!, path: `${PROJECTS}/${made.json.key}` };
}

test("a project that is not there is missing in the same words in a workspace that is not there", async () => {
  const answers = await Promise.all(
    [`${PROJECTS}/NOWHERE`, "/workspaces/nowhere/projects/NOWHERE"].map((path) => rest("GET", path)),
  );
  for (const { status, json } of answers) {
    assert.equal(status, 404);
    assert.match(json.error.message, /^You may not have access to this project or it no longer exists /);
  }
});

test("a project has the keys of the reference, is created, read, changed and deleted", async () => {
  const body = { name: "Mars", key: "mars", description: "Red", links: { avatar: { href: "data:," } } };
  const made = await rest("POST", PROJECTS, body);
  assert.equal(made.status, 201, made.text);
  const self = `${app.url}/2.0${PROJECTS}/MARS`;
  assert.equal(made.headers.get("location"), self);
  assert.deepEqual(Object.keys(made.json).sort(), [
    ...["created_on", "description", "has_publicly_visible_repos", "is_private", "key", "links", "name"],
    ...["owner", "type", "updated_on", "uuid"],
  ]);
  const { type, key, name, description, is_private, has_publicly_visible_repos, links } = made.json;
  assert.deepEqual(
    [type, key, name, description, is_private, has_publicly_visible_repos, links.self.href],
    ["project", "MARS", "Mars", "Red", true, false, self],
  );
  assert.equal(made.json.owner.type, "team");
  assert.deepEqual((await rest("GET", `${PROJECTS}/mars`)).json, made.json);
  assert.deepEqual((await rest("GET", `${PROJECTS}/${encodeURIComponent(made.json.uuid)}`)).json, made.json);

  const changed = await rest("PUT", `${PROJECTS}/MARS`, { description: null, is_private: false });
  assert.equal(changed.status, 200);
  assert.equal(changed.headers.get("location"), null);
  assert.deepEqual(
    [changed.json.name, changed.json.description, changed.json.is_private],
    ["Mars", "", false],
  );

  const moved = await rest("PUT", `${PROJECTS}/MARS`, { key: "PLUTO" });
  assert.equal(moved.headers.get("location"), `${app.url}/2.0${PROJECTS}/PLUTO`);
  assert.equal((await rest("GET", `${PROJECTS}/MARS`)).status, 404);

  const deleted = await rest("DELETE", `${PROJECTS}/PLUTO`);
  assert.deepEqual([deleted.status, deleted.text], [204, ""]);
  assert.match(deleted.headers.get("content-type") ?? "", /^text\/html/);
  assert.equal((await rest("DELETE", `${PROJECTS}/PLUTO`)).status, 404);
});

test("PUT creates what is not there", async () => {
  const made = await rest("PUT", `${PROJECTS}/venus`, { name: "Venus" });
  assert.equal(made.status, 201, made.text);
  assert.equal(made.headers.get("location"), `${app.url}/2.0${PROJECTS}/VENUS`);
  assert.equal((await rest("PUT", `${PROJECTS}/venus`, { name: "Venus 2" })).status, 200);
});

for (const [why, method, path, body, field] of [
  ["no name", "POST", PROJECTS, { key: "X" }, "name"],
  ["no key", "POST", PROJECTS, { name: "X" }, "key"],
  ["a key that is none", "POST", PROJECTS, { name: "X", key: "1X" }, "key"],
  ["a key that is taken", "POST", PROJECTS, { name: "X", key: "proj" }, "key"],
  ["a name that is no text", "POST", PROJECTS, { name: 1, key: "X" }, "name"],
  ["no name in a PUT that creates", "PUT", `${PROJECTS}/NEW`, {}, "name"],
  ["another key in a PUT that creates", "PUT", `${PROJECTS}/NEW`, { name: "X", key: "Y" }, "key"],
  ["a URL that can be no key", "PUT", `${PROJECTS}/a-b`, { name: "X" }, "project_key"],
] as const) {
  test(`400 for ${why}`, async () => {
    const answer = await rest(method, path, body);
    assert.equal(answer.status, 400, answer.text);
    assert.ok(field in answer.json.error.fields, answer.text);
    assert.equal((await rest("GET", `${PROJECTS}/NEW`)).status, 404, "nothing was made");
  });
}

test("changing to a key that is taken is refused, and changes nothing", async () => {
  const { path, key } = await newProject();
  const answer = await rest("PUT", path, { key: "PROJ", name: "Changed" });
  assert.equal(answer.status, 400);
  const { json } = await rest("GET", path);
  assert.deepEqual([json.key, json.name], [key, "Mars"]);
});

test("a project with repositories is not deleted", async () => {
  const answer = await rest("DELETE", `${PROJECTS}/PROJ`);
  assert.equal(answer.status, 403, answer.text);
  assert.match(answer.json.error.message, /repositories/);
  assert.equal((await rest("GET", `${PROJECTS}/PROJ`)).status, 200);
});

test("the list is paged, filtered and sorted, and says what has public repositories", async () => {
  const { key } = await newProject({ name: "Saturn" });
  assert.equal(
    (await rest("POST", "/repositories/acme/rings", { is_private: false, project: { key } })).status,
    200,
  );
  const all = await rest("GET", PROJECTS);
  assert.ok(all.json.size >= 2);
  assert.deepEqual(Object.keys(all.json).sort(), ["page", "pagelen", "size", "values"]);
  for (const [query, found] of [
    [`q=key="${key}"`, [key]],
    ['q=name~"satur"', [key]],
    ["q=has_publicly_visible_repos=true", [key]],
    ['q=name="Saturn" AND is_private=false', []],
  ] as const) {
    const { json } = await rest("GET", `${PROJECTS}?${new URLSearchParams(query)}`);
    assert.deepEqual(
      json.values.map((each: { key: string }) => each.key),
      found,
      query,
    );
  }
  const last = await rest("GET", `${PROJECTS}?sort=-name&pagelen=1`);
  assert.ok(last.json.next.includes("page=2"));
  assert.equal((await rest("GET", `${PROJECTS}?sort=colour`)).status, 400);
});

test("a private project is seen by members and by who holds something in it, a public one by all", async () => {
  const hidden = await newProject();
  const open = await newProject({ is_private: false });
  const held = await newProject();
  await upsertProjectPermission(app.ports.database.kysely, held.uuid, stranger.account.uuid, "read");
  const keysOf = async (call: typeof rest) => {
    const { json } = await call("GET", `${PROJECTS}?pagelen=100`);
    const seen = json.values.map((each: { key: string }) => each.key);
    return [hidden, open, held].map(({ key }) => seen.includes(key));
  };
  const readable = async (call: typeof rest) =>
    Promise.all([hidden, open, held].map(async ({ path }) => (await call("GET", path)).status === 200));
  for (const [who, call, seen] of [
    ["owner", rest, [true, true, true]],
    ["member", member.rest, [true, true, true]],
    ["stranger", stranger.rest, [false, true, true]],
    ["nobody", restAs(app), [false, true, false]],
  ] as const) {
    assert.deepEqual(await keysOf(call), seen, `${who}: the list`);
    assert.deepEqual(await readable(call), seen, `${who}: each`);
  }
  const missing = await stranger.rest("GET", `${PROJECTS}/NOTHING`);
  const unseen = await stranger.rest("GET", hidden.path);
  assert.deepEqual(
    [unseen.status, unseen.text],
    [missing.status, missing.text],
    "hidden and missing are alike",
  );
  const putUnseen = await stranger.rest("PUT", hidden.path, { name: "Mine" });
  const putMissing = await stranger.rest("PUT", `${PROJECTS}/NOTHING`, { name: "Mine" });
  assert.deepEqual([putUnseen.status, putUnseen.text], [putMissing.status, putMissing.text]);
  assert.equal(putUnseen.status, 403);
});

for (const [permission, mayCreate, mayChange] of [
  ["read", false, false],
  ["write", false, false],
  ["create-repo", true, false],
  ["admin", true, true],
] as const) {
  test(`with ${permission} one ${mayCreate ? "may" : "may not"} create repositories in the project`, async () => {
    const { key, path, uuid } = await newProject();
    const db = app.ports.database.kysely;
    await upsertProjectPermission(db, uuid, member.account.uuid, permission);
    const slug = `in-${key.toLowerCase()}`;
    const create = (method: string, name: string, project?: string) =>
      member.rest(
        method,
        `/repositories/acme/${name}`,
        project === undefined ? {} : { project: { key: project } },
      );
    assert.equal((await create("POST", slug, key)).status, mayCreate ? 200 : 403);
    assert.equal((await create("PUT", `${slug}-2`, key)).status, mayCreate ? 201 : 403);
    // The oldest project, and another: neither is the one in which it is permitted.
    for (const other of [undefined, "PROJ"]) {
      assert.equal((await create("POST", `${slug}-3`, other)).status, 403);
      assert.equal((await create("PUT", `${slug}-3`, other)).status, 403);
    }
    assert.equal((await rest("GET", `/repositories/acme/${slug}-3`)).status, 404);
    assert.equal((await member.rest("PUT", path, { description: "x" })).status, mayChange ? 200 : 403);
    await upsertProjectPermission(db, uuid, member.account.uuid, "none");
  });
}

test("a repository is moved only into a project in which one may create", async () => {
  const from = await newProject();
  const to = await newProject();
  const db = app.ports.database.kysely;
  await upsertProjectPermission(db, from.uuid, member.account.uuid, "admin");
  const path = `/repositories/acme/mover`;
  assert.equal((await member.rest("POST", path, { project: { key: from.key } })).status, 200);
  const move = () => member.rest("PUT", path, { project: { key: to.key } });
  assert.equal((await move()).status, 403);
  assert.equal((await rest("GET", path)).json.project.key, from.key);
  // Naming the project in which it is, is no move.
  assert.equal((await member.rest("PUT", path, { project: { key: from.key } })).status, 200);
  await upsertProjectPermission(db, to.uuid, member.account.uuid, "create-repo");
  assert.equal((await move()).json.project.key, to.key);
});

test("default reviewers are added once, shown and taken away", async () => {
  const { path } = await newProject();
  const reviewers = `${path}/default-reviewers`;
  assert.equal((await rest("GET", reviewers)).json.size, 0);
  for (const name of [member.uuid, member.account.uuid, member.account.accountId, "member", "MEMBER"]) {
    const added = await rest("PUT", `${reviewers}/${name}`, { uuid: `{${member.account.uuid}}` });
    assert.deepEqual([added.status, added.json.type, added.json.nickname], [200, "user", "member"]);
  }
  const { json } = await rest("GET", reviewers);
  assert.equal(json.size, 1);
  assert.deepEqual(Object.keys(json.values[0]).sort(), ["reviewer_type", "type", "user"]);
  assert.deepEqual([json.values[0].type, json.values[0].reviewer_type], ["default_reviewer", "project"]);
  for (const name of [member.uuid, "member"])
    assert.equal((await rest("GET", `${reviewers}/${name}`)).json.nickname, "member");
  for (const [body, status] of [
    [{}, 200],
    [{ username: "member" }, 200],
    [{ uuid: owner.account.uuid }, 400],
    [{ username: "nobody" }, 404],
  ] as const)
    assert.equal((await rest("PUT", `${reviewers}/member`, body)).status, status, JSON.stringify(body));
  for (const [method, name, status] of [
    ["GET", owner.uuid, 400],
    ["DELETE", owner.uuid, 400],
    ["PUT", stranger.uuid, 400],
    ["PUT", "nobody", 404],
    ["GET", "nobody", 404],
    ["DELETE", "nobody", 404],
  ] as const) {
    const answer = await rest(method, `${reviewers}/${name}`);
    assert.equal(answer.status, status, `${method} ${name}`);
  }
  assert.equal((await member.rest("GET", reviewers)).status, 403);
  assert.equal((await rest("DELETE", `${reviewers}/Member`)).status, 204);
  assert.equal((await rest("DELETE", `${reviewers}/${member.uuid}`)).status, 400);
  assert.equal((await rest("GET", reviewers)).json.size, 0);
});
