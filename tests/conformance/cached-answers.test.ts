import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setMember } from "../../src/operations/workspaces/workspaces.ts";
import { ROUTES } from "../../src/rest/routes.ts";
import { createCaller, ownerOf, restAs } from "../support/clients/rest-callers.ts";
import { createMigratedDatabaseSettings } from "../support/database/test-database.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

// Answers are cached where the database tells its version for nothing.
const testDatabase = await createMigratedDatabaseSettings("sqlite");
const filled = await startFilledApp({ database: testDatabase.settings });
after(() => testDatabase.remove());
const { app } = filled;
const owner = await ownerOf(app);
const R = "/repositories/acme/demo";
let hits = 0;

before(async () => {
  await filled.commit({ "a.txt": "a\n" }, "One");
  await filled.git.out(["push", "--quiet", "origin", "main"], { folder: filled.folder });
  await filled.git.out(["push", "--quiet", "origin", "main:refs/tags/v1"], { folder: filled.folder });
  await filled.git.out(["checkout", "--quiet", "-b", "topic"], { folder: filled.folder });
  await filled.commit({ "t.txt": "t\n" }, "Topic");
  await filled.git.out(["push", "--quiet", "origin", "topic"], { folder: filled.folder });
  await filled.git.out(["checkout", "--quiet", "main"], { folder: filled.folder });
  const opened = { title: "Topic", source: { branch: { name: "topic" } } };
  assert.equal((await filled.rest("POST", "/pullrequests", opened)).status, 201);
  Object.assign(app.ports.metrics, {
    countCachedAnswer() {
      hits += 1;
    },
  });
  // The last use of a token is written once a minute: here, before anything is counted.
  await owner.rest("GET", "/user");
  await app.by.transaction(async () => {});
});

/** Asks until the answer is a kept one: the first may have to write a cursor down. */
async function askUntilKept(path: string, rest = owner.rest): Promise<string> {
  const before = hits;
  for (let time = 0; time < 4; time += 1) {
    const answer = await rest("GET", path);
    assert.equal(answer.status, 200, answer.text);
    if (hits > before) return answer.text;
  }
  return assert.fail(`${path} is never kept`);
}

const PATHS: Readonly<Record<string, string>> = {
  "GET /2.0/repositories/{workspace}/{repo_slug}": R,
  "GET /2.0/repositories/{workspace}/{repo_slug}/commits": `${R}/commits?pagelen=1`,
  "GET /2.0/repositories/{workspace}/{repo_slug}/commits/{revision}": `${R}/commits/main`,
  "GET /2.0/repositories/{workspace}/{repo_slug}/commit/{commit}": `${R}/commit/main`,
  "GET /2.0/repositories/{workspace}/{repo_slug}/pullrequests": `${R}/pullrequests`,
  "GET /2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}": `${R}/pullrequests/1`,
  "GET /2.0/repositories/{workspace}/{repo_slug}/refs": `${R}/refs`,
  "GET /2.0/repositories/{workspace}/{repo_slug}/refs/branches": `${R}/refs/branches`,
  "GET /2.0/repositories/{workspace}/{repo_slug}/refs/tags": `${R}/refs/tags`,
  "GET /2.0/repositories/{workspace}/{repo_slug}/refs/branches/{name}": `${R}/refs/branches/main`,
  "GET /2.0/repositories/{workspace}/{repo_slug}/refs/tags/{name}": `${R}/refs/tags/v1`,
};

for (const route of ROUTES.filter(({ isAnswerCached }) => isAnswerCached !== undefined)) {
  const name = `${route.method} ${route.path}`;
  test(`${name} is answered anew as soon as anything has changed`, async () => {
    const path = PATHS[name] ?? assert.fail("no path for the route");
    const first = (await owner.rest("GET", path)).text;
    assert.equal(await askUntilKept(path), first);
    const hitsBefore = hits;
    const changed = await owner.rest("PUT", R, { description: `changed for ${name}` });
    assert.equal(changed.status, 200, changed.text);
    const after = await owner.rest("GET", path);
    assert.equal(hits, hitsBefore);
    if (path === R) assert.equal(after.json.description, `changed for ${name}`);
  });
}

test("a push is seen by the next request", async () => {
  const path = `${R}/commits`;
  await askUntilKept(path);
  const id = await filled.commit({ "b.txt": "b\n" }, "Two");
  await filled.git.out(["push", "--quiet", "origin", "main"], { folder: filled.folder });
  assert.equal((await owner.rest("GET", path)).json.values[0].hash, id);
  assert.equal((await owner.rest("GET", `${R}/refs/branches/main`)).json.target.hash, id);
});

test("who may not see a repository gets no answer that was kept for others", async () => {
  await askUntilKept(R);
  const stranger = await createCaller(app, "stranger");
  await askUntilKept(`${R}/commits`);
  const before = hits;
  for (const path of [R, `${R}/commits`]) {
    assert.equal((await stranger.rest("GET", path)).status, 404);
    assert.equal((await restAs(app)("GET", path)).status, 404);
  }
  assert.equal(hits, before);
});

test("each caller reads a clone URL with the own name", async () => {
  const reader = await createCaller(app, "reader");
  await setMember(app.ports, app.by, app.workspace, reader.account, "member", "read");
  const https = (text: string): string => JSON.parse(text).links.clone[0].href;
  const own = https(await askUntilKept(R));
  const others = https(await askUntilKept(R, reader.rest));
  assert.match(own, /\/\/owner@/);
  assert.match(others, /\/\/reader@/);
});

test("links keep the host that was asked, whoever asked before", async () => {
  await askUntilKept(`${R}/commits`);
  const localhost = app.url.replace("127.0.0.1", "localhost");
  const answer = await owner.rest("GET", `${localhost}/2.0${R}/commits`);
  assert.match(answer.json.values[0].links.self.href, /^http:\/\/localhost:/);
});
