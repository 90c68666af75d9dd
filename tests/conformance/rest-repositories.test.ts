import assert from "node:assert/strict";
import { test } from "node:test";
import { basic } from "../support/clients/http-request.ts";
import {
  assertKeys,
  objectAt,
  openDemoRestClient,
  openRestClient,
  type RestAnswer,
  valueAt,
} from "../support/clients/rest-client.ts";
import { addMember, createAccount, createToken } from "../support/examples/accounts.ts";
import {
  createFilledRepository,
  createHostedRepository,
  serverRefs,
} from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const pail = await startPailForFile();
const git = openRealGit();
const { credentials } = pail;
const { workspace } = credentials;
const rest = openDemoRestClient(pail);
const anonymous = openRestClient(pail, undefined);

const REPOSITORY_KEYS = [
  "type",
  "uuid",
  "full_name",
  "is_private",
  "parent",
  "scm",
  "owner",
  "name",
  "slug",
  "description",
  "created_on",
  "updated_on",
  "size",
  "language",
  "has_issues",
  "has_wiki",
  "fork_policy",
  "project",
  "mainbranch",
  "links",
  "website",
  "workspace",
  "override_settings",
  "enforced_signed_commits",
];
const LINK_KEYS = [
  "self",
  "html",
  "avatar",
  "pullrequests",
  "commits",
  "forks",
  "watchers",
  "downloads",
  "clone",
  "hooks",
  "branches",
  "tags",
  "source",
];
const HIDDEN =
  "You may not have access to this repository or it no longer exists in this workspace. " +
  "If you think this repository exists and you have access, make sure you are authenticated.";

function assertHidden(answer: RestAnswer): void {
  assert.equal(answer.status, 404, answer.text);
  assert.deepEqual(answer.json(), { type: "error", error: { message: HIDDEN } });
}

test("GET shows a repository with all its keys and links", async () => {
  const { repository } = await createFilledRepository(git, pail);
  const answer = await rest(`/repositories/${repository.fullName}`);
  assert.equal(answer.status, 200, answer.text);
  const json = answer.json();
  assertKeys(json, REPOSITORY_KEYS);
  assertKeys(objectAt(json, "links"), LINK_KEYS);
  assertKeys(objectAt(json, "override_settings"), ["default_merge_strategy", "branching_model"]);
  assertKeys(objectAt(json, "owner"), ["type", "uuid", "display_name", "links"]);
  assertKeys(objectAt(json, "workspace"), ["type", "uuid", "name", "slug", "links"]);
  assertKeys(objectAt(json, "project"), ["type", "key", "uuid", "name", "links"]);
  assert.deepEqual(
    [json.type, json.scm, json.full_name, json.slug, json.is_private],
    ["repository", "git", repository.fullName, repository.slug, true],
  );
  assert.deepEqual([json.parent, json.website, json.enforced_signed_commits], [null, null, null]);
  assert.deepEqual(json.mainbranch, { type: "branch", name: "main" });
  assert.equal(typeof json.size, "number");
  assert.match(String(json.created_on), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/);
  const self = `${credentials.api_url}/repositories/${repository.fullName}`;
  for (const [name, href] of [
    ["self", self],
    ["commits", `${self}/commits`],
    ["branches", `${self}/refs/branches`],
    ["tags", `${self}/refs/tags`],
    ["source", `${self}/src`],
  ]) {
    assert.equal(valueAt(json, `links.${name}.href`), href);
  }
});

test("the clone link carries the caller's user name, and none for nobody; git takes it", async () => {
  const { repository, ids } = await createFilledRepository(git, pail, { isPrivate: false });
  const origin = new URL(credentials.url);
  for (const [client, user] of [
    [rest, `${credentials.username}@`],
    [anonymous, ""],
  ] as const) {
    const json = (await client(`/repositories/${repository.fullName}`)).json();
    const links = valueAt(json, "links.clone") as readonly { name: string; href: string }[];
    const web = links.find(({ href }) => href.startsWith("http"));
    assert.equal(web?.href, `http://${user}${origin.host}/${repository.fullName}.git`);
    const text = await git.out(["ls-remote", web.href.replace(user, ""), "HEAD"]);
    assert.equal(text, `${ids.at(-1)}\tHEAD`);
  }
});

test("an empty repository has no main branch", async () => {
  const repository = await createHostedRepository(pail);
  assert.equal((await rest(`/repositories/${repository.fullName}`)).json().mainbranch, null);
});

test("POST creates with 200, takes the slug from the URL and the rest from the body", async () => {
  const answer = await rest(`/repositories/${workspace}/made-by-post`, {
    method: "POST",
    json: {
      scm: "git",
      is_private: false,
      name: "Made by POST",
      description: "Größe",
      fork_policy: "allow_forks",
    },
  });
  assert.equal(answer.status, 200, answer.text);
  const json = answer.json();
  assertKeys(json, REPOSITORY_KEYS);
  assert.deepEqual([json.is_private, json.description, json.mainbranch], [false, "Größe", null]);
  assert.equal(json.full_name, `${workspace}/${json.slug}`);
  assert.equal((await anonymous(`/repositories/${json.full_name}`)).status, 200, "it is public");
});

test("POST without a body creates a repository", async () => {
  for (const [slug, headers] of [
    ["bodyless", {}],
    ["bodyless-json", { "Content-Type": "application/json" }],
  ] as const) {
    const question = { method: "POST", headers: { ...headers, "Content-Length": "0" } };
    const answer = await rest(`/repositories/${workspace}/${slug}`, question);
    assert.equal(answer.status, 200, answer.text);
  }
});

test("POST under a name that is taken, in whatever case, is 400 and changes nothing", async () => {
  const { repository, ids } = await createFilledRepository(git, pail);
  for (const slug of [repository.slug, repository.slug.toUpperCase()]) {
    const answer = await rest(`/repositories/${workspace}/${slug}`, { method: "POST", json: { scm: "git" } });
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.json().type, "error");
  }
  assert.equal((await serverRefs(git, repository.url)).get("refs/heads/main"), ids.at(-1));
});

test("PUT changes what it names and leaves the rest", async () => {
  const { repository } = await createFilledRepository(git, pail);
  const before = (await rest(`/repositories/${repository.fullName}`)).json();
  const answer = await rest(`/repositories/${repository.fullName}`, {
    method: "PUT",
    json: { description: "New" },
  });
  assert.equal(answer.status, 200, answer.text);
  const after = answer.json();
  assert.equal(after.description, "New");
  for (const key of ["uuid", "name", "slug", "is_private", "created_on", "mainbranch", "project"]) {
    assert.deepEqual(after[key], before[key], key);
  }
});

test("PUT that makes a repository public opens it, and private hides it again", async () => {
  const repository = await createHostedRepository(pail);
  assertHidden(await anonymous(`/repositories/${repository.fullName}`));
  for (const [isPrivate, status] of [
    [false, 200],
    [true, 404],
  ] as const) {
    await rest(`/repositories/${repository.fullName}`, { method: "PUT", json: { is_private: isPrivate } });
    assert.equal((await anonymous(`/repositories/${repository.fullName}`)).status, status);
  }
});

test("PUT where there is nothing creates with 201 and Location", async () => {
  const answer = await rest(`/repositories/${workspace}/made-by-put`, {
    method: "PUT",
    json: { scm: "git", is_private: true },
  });
  assert.equal(answer.status, 201, answer.text);
  assert.equal(answer.json().full_name, `${workspace}/made-by-put`);
  assert.equal(answer.headers.location, `${credentials.api_url}/repositories/${workspace}/made-by-put`);
});

test("PUT that renames answers 200 with the new place, and git finds the repository there", async () => {
  const { repository, ids } = await createFilledRepository(git, pail);
  const answer = await rest(`/repositories/${repository.fullName}`, {
    method: "PUT",
    json: { name: "Renamed One" },
  });
  assert.equal(answer.status, 200, answer.text);
  const json = answer.json();
  assert.deepEqual([json.name, json.slug], ["Renamed One", "renamed-one"]);
  assert.equal(answer.headers.location, `${credentials.api_url}/repositories/${workspace}/renamed-one`);
  const url = repository.url.replace(repository.slug, "renamed-one");
  assert.equal((await serverRefs(git, url)).get("refs/heads/main"), ids.at(-1));
});

test("PUT that renames to a name that is taken is 400, and both stay", async () => {
  const taken = await createHostedRepository(pail);
  const repository = await createHostedRepository(pail);
  const answer = await rest(`/repositories/${repository.fullName}`, {
    method: "PUT",
    json: { name: taken.slug },
  });
  assert.equal(answer.status, 400, answer.text);
  for (const { fullName, slug } of [taken, repository]) {
    assert.equal((await rest(`/repositories/${fullName}`)).json().slug, slug);
  }
});

test("DELETE answers 204 with an HTML content type and no body, and the repository is gone", async () => {
  const { repository } = await createFilledRepository(git, pail);
  const answer = await rest(`/repositories/${repository.fullName}`, {
    method: "DELETE",
    json: { any: "body" },
  });
  assert.equal(answer.status, 204, answer.text);
  assert.equal(answer.headers["content-type"], "text/html; charset=utf-8");
  assert.equal(answer.text, "");
  assertHidden(await rest(`/repositories/${repository.fullName}`));
  assertHidden(await rest(`/repositories/${repository.fullName}`, { method: "DELETE" }));
  const again = await rest(`/repositories/${repository.fullName}`, { method: "POST", json: { scm: "git" } });
  assert.equal(again.status, 200, "the name is free again");
  assert.equal((await serverRefs(git, repository.url)).size, 0, "and the new one is empty");
});

test("slugs in any case, uuids raw or encoded, and a trailing slash reach the same repository", async () => {
  const repository = await createHostedRepository(pail);
  const json = (await rest(`/repositories/${repository.fullName}`)).json();
  const uuid = String(json.uuid);
  const workspaceUuid = String(valueAt(json, "workspace.uuid"));
  const encoded = uuid.replace("{", "%7B").replace("}", "%7D");
  for (const path of [
    repository.fullName.toUpperCase(),
    `${workspace}/${uuid}`,
    `${workspace}/${encoded}`,
    `${workspaceUuid}/${uuid}`,
    `${workspaceUuid}/${repository.slug}`,
    `%7B%7D/${encoded}`,
    `${repository.fullName}/`,
  ]) {
    const answer = await rest(`/repositories/${path}`);
    assert.equal(answer.status, 200, `${path}: ${answer.text}`);
    assert.equal(answer.json().full_name, repository.fullName, path);
  }
});

test("what an outsider may not see answers as what is not there", async () => {
  const outsider = await createAccount(pail, "outsider");
  const scopes = ["read:repository", "admin:repository", "delete:repository"].map(
    (scope) => `${scope}:bitbucket`,
  );
  const token = await createToken(pail, outsider.email, scopes);
  const client = openRestClient(pail, basic(outsider.email, token.text));
  const repository = await createHostedRepository(pail);
  for (const fullName of [repository.fullName, `${workspace}/absent`]) {
    for (const method of ["GET", "DELETE"])
      assertHidden(await client(`/repositories/${fullName}`, { method }));
    assertHidden(await anonymous(`/repositories/${fullName}`));
  }
  assert.equal((await rest(`/repositories/${repository.fullName}`)).status, 200);
});

test("an account that may read but not more is 403 for PUT and DELETE, and nothing is changed", async () => {
  const reader = await createAccount(pail, "only-reader");
  await addMember(pail, reader.email, "read");
  const scopes = ["read:repository", "admin:repository", "delete:repository"].map(
    (scope) => `${scope}:bitbucket`,
  );
  const token = await createToken(pail, reader.email, scopes);
  const client = openRestClient(pail, basic(reader.email, token.text));
  const repository = await createHostedRepository(pail);
  assert.equal((await client(`/repositories/${repository.fullName}`)).status, 200);
  for (const [method, json] of [
    ["PUT", { description: "taken over" }],
    ["DELETE", {}],
  ] as const) {
    const answer = await client(`/repositories/${repository.fullName}`, { method, json });
    assert.equal(answer.status, 403, answer.text);
    assert.equal(answer.json().type, "error");
  }
  assert.notEqual((await rest(`/repositories/${repository.fullName}`)).json().description, "taken over");
});

for (const [method, scope] of [
  ["GET", "read:repository"],
  ["POST", "admin:repository"],
  ["PUT", "admin:repository"],
  ["DELETE", "delete:repository"],
] as const) {
  test(`${method} on a repository needs ${scope} and nothing else will do`, async () => {
    const all = ["read", "write", "admin", "delete"].map((action) => `${action}:repository:bitbucket`);
    const needed = `${scope}:bitbucket`;
    const others = await createToken(
      pail,
      credentials.email,
      all.filter((other) => other !== needed),
    );
    const path = `/repositories/${workspace}/${credentials.repository}`;
    const client = openRestClient(pail, basic(credentials.email, others.text));
    const answer = await client(path, { method, ...(method === "GET" ? {} : { json: {} }) });
    assert.equal(answer.status, 403, answer.text);
    assert.deepEqual(valueAt(answer.json(), "error.detail.required"), [needed]);
    assert.equal((await rest(path)).status, 200);
  });
}
