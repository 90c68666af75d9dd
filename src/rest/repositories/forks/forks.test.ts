import assert from "node:assert/strict";
import { readdir, stat } from "node:fs/promises";
import { after, describe, test } from "node:test";
import {
  createCaller,
  ownerOf,
  type RestCaller,
  restAs,
} from "../../../../tests/support/clients/rest-callers.ts";
import { gitDirOf } from "../../../../tests/support/git/repository-folder.ts";
import { startFilledApp } from "../../../../tests/support/server/filled-app.ts";
import type { ProjectKey } from "../../../model/slug.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { WebhookDelivery } from "../../../model/webhook.ts";
import { createProject } from "../../../operations/projects/projects.ts";
import { createApiToken } from "../../../operations/tokens/api-tokens.ts";
import { createWorkspace } from "../../../operations/workspaces/workspaces.ts";
import { withRepository } from "../../../storage/packs/with-repository.ts";
import { upsertRepositoryPermission } from "../../../storage/sql/permissions/permissions.ts";
import { lookAtPacks } from "../../../storage/sql/stored-objects/packs.ts";
import { renderPayload } from "../../../webhooks/webhook-payload.ts";

const filled = await startFilledApp();
const { app, git, folder } = filled;
/** Owns acme and its repository demo. */
const owner = await ownerOf(app);
/** Owns the workspace `far`, and may read acme/demo. */
const forker = await createCaller(app, "forker");
/** May read nothing. */
const stranger = await createCaller(app, "stranger");
const { workspace: far } = await createWorkspace(app.ports, app.by, {
  slug: "far",
  name: "Far",
  owner: forker.account,
});
await upsertRepositoryPermission(app.ports.database.kysely, app.repository.uuid, forker.account.uuid, "read");
await filled.commit({ "a.txt": "one\n" }, "One");
await filled.commit({ "b.txt": "two\n" }, "Two");
await git.out(["branch", "feature/x"], { folder });
await git.out(["tag", "-a", "-m", "v1", "v1"], { folder });
await git.out(["notes", "add", "-m", "a note"], { folder });
await git.out(["update-ref", "refs/other/kind", "HEAD"], { folder });
const PUSHED = ["main", "feature/x", "v1", "refs/notes/commits", "refs/other/kind"];
await git.out(["push", "--quiet", "origin", ...PUSHED], { folder });
let nextName = 0;

const DEMO = "/repositories/acme/demo";
const FORKS = `${DEMO}/forks`;

function newName(): string {
  nextName += 1;
  return `fork-${nextName}`;
}

async function fork(body: object = {}) {
  const answer = await forker.rest("POST", FORKS, { workspace: { slug: "far" }, name: newName(), ...body });
  assert.equal(answer.status, 201, answer.text);
  return answer.json;
}

test("a fork has the refs and the objects of its parent, and says where it lies", async () => {
  const answer = await forker.rest("POST", FORKS, { workspace: { slug: "far" } });
  assert.equal(answer.status, 201, answer.text);
  const made = answer.json;
  assert.equal(made.full_name, "far/demo");
  assert.equal(answer.headers.get("location"), `${app.url}/2.0/repositories/far/demo`);
  assert.deepEqual((await forker.rest("GET", "/repositories/far/demo")).json, made);
  assert.equal(made.parent.full_name, "acme/demo");
  assert.deepEqual(Object.keys(made.parent).sort(), ["full_name", "links", "name", "type", "uuid"]);
  assert.deepEqual([made.is_private, made.mainbranch.name], [true, "main"]);
  assert.equal(made.size, (await owner.rest("GET", DEMO)).json.size);
  const farUrl = new URL(filled.url);
  farUrl.pathname = "/far/demo.git";
  const token = (await forkerToken()).text.reveal();
  farUrl.password = token;
  const listed = await git.out(["ls-remote", farUrl.href], { folder });
  const parents = (await git.out(["ls-remote", filled.url], { folder })).split("\n");
  assert.deepEqual(
    listed.split("\n"),
    parents.filter((line) => !line.includes("refs/other/")),
  );
  const clone = git.newPath("mirror");
  await git.out(["clone", "--quiet", "--mirror", farUrl.href, clone]);
  await git.out(["fsck", "--strict", "--full"], { folder: clone });
});

async function forkerToken() {
  const scopes = ["read:repository:bitbucket", "write:repository:bitbucket"] as const;
  return createApiToken(app.ports, app.by, {
    accountUuid: forker.account.uuid,
    name: "git",
    scopes,
    ageDays: 1,
  });
}

/** How many repositories have the bytes of each pack: a file may have several names, and so may an object of the store. */
async function countPackOwners(uuid: Uuid): Promise<readonly number[]> {
  if (app.ports.packFolders === undefined)
    return (await lookAtPacks(app.ports.database.kysely, uuid))!.packs.map(({ names }) => names);
  const folder = `${gitDirOf(app.ports, uuid)}/objects/pack`;
  const files = (await readdir(folder)).filter((name) => name.endsWith(".pack"));
  return Promise.all(files.map(async (file) => (await stat(`${folder}/${file}`)).nlink));
}

test("a fork shares the bytes of its packs, and keeps them when its parent is deleted", async () => {
  const source = await owner.rest("POST", FORKS, { name: "doomed" });
  assert.equal(source.status, 201, source.text);
  const child = await owner.rest("POST", "/repositories/acme/doomed/forks", { name: "child" });
  assert.equal(child.status, 201, child.text);
  const uuid = child.json.uuid.slice(1, -1);
  const owners = await countPackOwners(uuid);
  assert.ok(owners.length > 0);
  for (const count of owners) assert.ok(count >= 2, String(owners));
  assert.equal((await owner.rest("DELETE", "/repositories/acme/doomed")).status, 204);
  const left = (await owner.rest("GET", "/repositories/acme/child")).json;
  assert.equal(left.parent, null);
  await withRepository(app.ports.packs, uuid, ({ gitDir }) =>
    git.out(["--git-dir", gitDir, "fsck", "--full", "--strict"]),
  );
  assert.equal((await owner.rest("GET", "/repositories/acme/child/commits/main")).json.values.length, 2);
});

test("what is not asked for is as in the parent, what is asked for is so", async () => {
  const settings = {
    description: "Parent's",
    language: "go",
    website: "https://example.com/",
    has_wiki: true,
  };
  assert.equal((await owner.rest("PUT", DEMO, settings)).status, 200);
  const plain = await fork();
  assert.deepEqual(
    [plain.description, plain.language, plain.website, plain.has_wiki, plain.has_issues, plain.fork_policy],
    ["Parent's", "go", "https://example.com/", true, false, "allow_forks"],
  );
  const changed = await fork({
    description: "Own",
    language: "Rust",
    has_wiki: false,
    has_issues: true,
    fork_policy: "no_forks",
    mainbranch: { name: "feature/x" },
    parent: { full_name: "far/demo" },
    full_name: "acme/elsewhere",
  });
  assert.deepEqual(
    [changed.description, changed.language, changed.has_wiki, changed.has_issues, changed.fork_policy],
    ["Own", "Rust", false, true, "no_forks"],
  );
  assert.deepEqual([changed.mainbranch.name, changed.parent.full_name], ["feature/x", "acme/demo"]);
  assert.match(changed.full_name, /^far\/fork-/);
});

test("the workspace is named by slug in any case, by UUID, or is the parent's", async () => {
  assert.match((await fork({ workspace: { slug: "FAR" } })).full_name, /^far\//);
  assert.match((await fork({ workspace: { uuid: `{${far.uuid}}` } })).full_name, /^far\//);
  const inPlace = await owner.rest("POST", FORKS, { name: "In Place" });
  assert.equal(inPlace.json.full_name, "acme/in-place");
});

for (const [why, body, status, field] of [
  ["the same place without a new name", { workspace: { slug: "acme" } }, 400, "name"],
  ["a name without a letter or digit", { name: "?!" }, 400, "name"],
  ["a main branch that is not there", { name: "x1", mainbranch: { name: "nope" } }, 400, "mainbranch.name"],
  ["a project that is not there", { name: "x2", project: { key: "NOPE" } }, 400, "project.key"],
  ["a workspace that is no slug", { workspace: { slug: "a b" } }, 400, "workspace.slug"],
  ["a workspace that is no UUID", { workspace: { uuid: "{1}" } }, 400, "workspace.uuid"],
  ["another kind of repository", { name: "x3", scm: "hg" }, 400, "scm"],
] as const) {
  test(`answers ${status} to ${why}, and makes nothing`, async () => {
    const before = (await owner.rest("GET", FORKS)).json.size;
    const answer = await owner.rest("POST", FORKS, body);
    assert.equal(answer.status, status, answer.text);
    assert.ok(field in answer.json.error.fields, answer.text);
    assert.equal((await owner.rest("GET", FORKS)).json.size, before);
  });
}

describe("who may", () => {
  test("nobody without a credential, even of a public repository", async () => {
    const open = await owner.rest("POST", FORKS, { name: "open" });
    assert.equal(open.status, 201);
    const project = await createProject(app.ports, app.by, app.workspace, {
      key: "OPEN" as ProjectKey,
      name: "Open",
      isPrivate: false,
    });
    const moved = await owner.rest("PUT", "/repositories/acme/open", {
      is_private: false,
      project: { uuid: `{${project.uuid}}` },
    });
    assert.equal(moved.status, 200, moved.text);
    const nobody = restAs(app);
    assert.equal((await nobody("GET", "/repositories/acme/open")).status, 200);
    assert.equal((await nobody("POST", "/repositories/acme/open/forks", {})).status, 401);
    assert.equal((await nobody("POST", FORKS, {})).status, 404);
  });

  test("who may read the parent but not create in the target: 403, or 404 if it may not be seen", async () => {
    const there = await forker.rest("POST", FORKS, { workspace: { slug: "acme" }, name: "mine" });
    assert.equal(there.status, 403, there.text);
    await createWorkspace(app.ports, app.by, { slug: "closed", name: "Closed", owner: app.owner });
    const hidden = await forker.rest("POST", FORKS, { workspace: { slug: "closed" } });
    const missing = await forker.rest("POST", FORKS, { workspace: { slug: "missing" } });
    assert.deepEqual([hidden.status, missing.status], [404, 404]);
    assert.equal(hidden.text.replace("closed", "missing"), missing.text);
  });

  test("who may not read the parent: 404, whatever the target", async () => {
    await createWorkspace(app.ports, app.by, { slug: "own", name: "Own", owner: stranger.account });
    const answer = await stranger.rest("POST", FORKS, { workspace: { slug: "own" } });
    assert.equal(answer.status, 404);
    assert.equal((await stranger.rest("GET", FORKS)).status, 404);
  });
});

describe("what a fork tells of its parent", () => {
  test("is nothing to those who may not see it, in the list and in filters too", async () => {
    const made = await fork({ description: "seen by the stranger" });
    const forkUuid = made.uuid.slice(1, -1);
    await upsertRepositoryPermission(app.ports.database.kysely, forkUuid, stranger.account.uuid, "read");
    const seen = (await stranger.rest("GET", `/repositories/${made.full_name}`)).json;
    assert.equal(seen.parent, null);
    assert.ok(!JSON.stringify(seen).includes(app.repository.uuid));
    for (const [q, strangers, forkers] of [
      ["", 1, 1],
      ["parent = null", 1, 0],
      ['parent.full_name = "acme/demo"', 0, 1],
      [`parent.uuid = "{${app.repository.uuid}}"`, 0, 1],
    ] as const) {
      const query = new URLSearchParams({ pagelen: "100", ...(q === "" ? {} : { q }) });
      const path = `/repositories/far?${query}`;
      const count = async (caller: RestCaller) =>
        (await caller.rest("GET", path)).json.values.filter(
          ({ uuid }: { readonly uuid: string }) => uuid === made.uuid,
        ).length;
      assert.deepEqual([await count(stranger), await count(forker)], [strangers, forkers], q);
    }
  });

  test("the list of forks has those that the caller may see, with filter, sort, role and pages", async () => {
    const first = await fork({ name: "Listed Alpha" });
    const second = await fork({ name: "Listed Beta" });
    const ask = async ({ rest }: RestCaller, query: string) => {
      const page = (await rest("GET", `${FORKS}?${query}`)).json;
      return { ...page, names: page.values.map(({ name }: { readonly name: string }) => name) };
    };
    const mine = await ask(forker, 'q=name~"listed"&sort=-name');
    assert.deepEqual(mine.names, [second.name, first.name]);
    assert.equal(mine.values[0].parent.full_name, "acme/demo");
    assert.deepEqual((await ask(owner, 'q=name~"listed"')).names, [], "private forks of others are hidden");
    assert.deepEqual((await ask(forker, 'q=name~"listed"&role=owner')).names, [first.name, second.name]);
    assert.equal((await forker.rest("GET", `${FORKS}?role=nobody`)).status, 400);
    const page = await ask(forker, 'q=name~"listed"&pagelen=1&page=2');
    assert.deepEqual([page.names, page.size], [[second.name], 2]);
    assert.ok(page.previous.includes("page=1"));
  });
});

describe("the fork policy", () => {
  const setPolicy = async (fork_policy: string) =>
    assert.equal((await owner.rest("PUT", DEMO, { fork_policy })).status, 200);
  after(() => setPolicy("allow_forks"));

  async function openProject() {
    return createProject(app.ports, app.by, far, {
      key: `OPEN_${nextName}` as ProjectKey,
      name: "Open",
      isPrivate: false,
    });
  }

  test("no_forks refuses everyone, the owner too", async () => {
    await setPolicy("no_forks");
    for (const caller of [owner.rest, forker.rest]) {
      const answer = await caller("POST", FORKS, { workspace: { slug: "far" }, name: newName() });
      assert.ok([403, 404].includes(answer.status), answer.text);
    }
    const answer = await owner.rest("POST", FORKS, { name: newName() });
    assert.deepEqual(
      [answer.status, answer.json.error.message],
      [403, "Cannot fork acme/demo: its fork policy is no_forks"],
    );
  });

  test("no_public_forks keeps forks private, later too, and forks of forks", async () => {
    await setPolicy("no_public_forks");
    const { key } = await openProject();
    const refused = await forker.rest("POST", FORKS, {
      workspace: { slug: "far" },
      name: newName(),
      is_private: false,
      project: { key },
    });
    assert.equal(refused.status, 400, refused.text);
    assert.ok("is_private" in refused.json.error.fields);
    const made = await fork({ project: { key }, fork_policy: "allow_forks" });
    assert.equal(made.is_private, true);
    const path = `/repositories/${made.full_name}`;
    const later = await forker.rest("PUT", path, { is_private: false });
    assert.equal(later.status, 400, later.text);
    assert.ok("is_private" in later.json.error.fields);
    const again = await forker.rest("POST", `${path}/forks`, {
      name: newName(),
      is_private: false,
      project: { key },
    });
    assert.equal(again.status, 400, again.text);
    await setPolicy("allow_forks");
    assert.equal((await forker.rest("PUT", path, { is_private: false })).status, 200);
  });

  test("a private project takes private forks only", async () => {
    await setPolicy("allow_forks");
    const refused = await forker.rest("POST", FORKS, {
      workspace: { slug: "far" },
      name: newName(),
      is_private: false,
    });
    assert.equal(refused.status, 400, refused.text);
    const { key } = await openProject();
    assert.equal((await fork({ is_private: false, project: { key } })).is_private, false);
  });
});

test("an empty repository has an empty fork", async () => {
  assert.equal((await owner.rest("POST", "/repositories/acme/nothing", {})).status, 200);
  const made = await owner.rest("POST", "/repositories/acme/nothing/forks", { name: "Nothing else" });
  assert.equal(made.status, 201, made.text);
  assert.deepEqual([made.json.mainbranch, made.json.size], [null, 0]);
});

test("a body may be left out: the fork then goes where its parent is, and its name is taken there", async () => {
  const answer = await owner.rest("POST", FORKS);
  assert.equal(answer.status, 400, answer.text);
  assert.match(answer.text, /already exists: acme\/demo/);
});

test("webhooks of the parent are told of the fork, with both repositories in the payload", async () => {
  const made = await owner.rest("POST", `${DEMO}/hooks`, {
    url: "https://example.com/hook",
    description: "Forks",
    active: true,
    events: ["repo:fork"],
  });
  assert.equal(made.status, 201, made.text);
  await fork();
  const untold = await app.ports.database.kysely.selectFrom("webhook_delivery").selectAll().execute();
  assert.equal(untold.length, 0, "a private fork in another workspace is not told");
  const near = await owner.rest("POST", FORKS, { name: newName() });
  const { full_name, uuid } = near.json;
  const deliveries = await app.ports.database.kysely.selectFrom("webhook_delivery").selectAll().execute();
  assert.deepEqual(
    deliveries.map(({ event_key }) => event_key),
    ["repo:fork"],
  );
  const delivery = { event: deliveries[0]!.event } as WebhookDelivery;
  const rendered = await renderPayload(app.ports, delivery);
  assert.ok(rendered.kind === "rendered");
  const payload = JSON.parse(rendered.body);
  assert.deepEqual(Object.keys(payload).sort(), ["actor", "fork", "repository"]);
  assert.equal(payload.repository.full_name, "acme/demo");
  assert.deepEqual([payload.fork.full_name, payload.fork.uuid], [full_name, uuid]);
  assert.equal(payload.fork.parent.full_name, "acme/demo");
  assert.equal(payload.actor.display_name, "Olive Owner");
  const refused = await owner.rest("POST", FORKS, { name: full_name.slice("acme/".length) });
  assert.equal(refused.status, 400, refused.text);
  const after = await app.ports.database.kysely.selectFrom("webhook_delivery").selectAll().execute();
  assert.equal(after.length, 1, "nothing is enqueued for a fork that was refused");
});
