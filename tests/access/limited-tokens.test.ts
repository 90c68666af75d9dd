// What limits a token beside its scopes holds wherever the token is taken: REST, git, archives, pages of commits, and answers
// that are cached.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import type { Bound } from "../../src/model/bound.ts";
import { OPERATOR } from "../../src/model/caller.ts";
import type { ProjectKey } from "../../src/model/slug.ts";
import { createProject } from "../../src/operations/projects/projects.ts";
import { createApiToken } from "../../src/operations/tokens/api-tokens.ts";
import { findLimits } from "../../src/operations/tokens/token-limits.ts";
import { BOUNDARY, fieldPart, filePart, multipartBody } from "../support/clients/form-client.ts";
import { basic, sendRequest } from "../support/clients/http-request.ts";
import { ALL_SCOPES } from "../support/examples/all-routes.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

const R = "/2.0/repositories/acme/demo";
const filled = await startFilledApp();
const { app, git } = filled;
let tip = "";

before(async () => {
  await git.out(["checkout", "--quiet", "-B", "main"], { folder: filled.folder });
  tip = await filled.commit({ "a.txt": "a\n" }, "First");
  await git.out(["push", "--quiet", "origin", "main", "main:bot/one", "main:work"], {
    folder: filled.folder,
  });
});

async function boundOf(limits: Parameters<typeof findLimits>[2]): Promise<Bound | undefined> {
  const { bound, problems } = await findLimits(app.ports, OPERATOR, limits);
  assert.deepEqual(problems, []);
  return bound;
}

/** A token with all scopes and these limits. */
async function limited(limits: Parameters<typeof findLimits>[2]): Promise<string> {
  const { text } = await createApiToken(app.ports, app.by, {
    accountUuid: app.owner.uuid,
    name: "limited",
    scopes: ALL_SCOPES,
    ageDays: 1,
    bound: await boundOf(limits),
  });
  return text.reveal();
}

/** One that is derived of a token without limits. */
async function derived(limits: object): Promise<string> {
  const answer = await ask(await app.token(), "POST", "/-/tokens/derive", {
    name: "child",
    scopes: ["read:repository:bitbucket", "write:repository:bitbucket", "write:pullrequest:bitbucket"],
    expires_in: 600,
    ...limits,
  });
  return (JSON.parse(answer.text) as { readonly token: string }).token;
}

function ask(token: string, method: string, path: string, body?: object) {
  return sendRequest(app.url, path, {
    method,
    headers: {
      authorization: basic("owner@example.com", token),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

function askGit(token: string, path: string) {
  const headers = { authorization: basic("x-bitbucket-api-token-auth", token) };
  return sendRequest(app.url, path, { headers });
}

function remote(token: string): string {
  return `http://x-bitbucket-api-token-auth:${token}@${new URL(app.url).host}/acme/demo.git`;
}

const TIMES = 3;

/** Where a token is taken to read; what is cached is asked for more than once. */
const READS: readonly (readonly [string, (token: string) => Promise<number>])[] = [
  ["REST", async (token) => (await ask(token, "GET", R)).status],
  ["an answer that is cached", async (token) => (await ask(token, "GET", `${R}/commits/main`)).status],
  [
    "a list that is asked for by POST",
    async (token) => (await ask(token, "POST", `${R}/commits`, {})).status,
  ],
  ["a file", async (token) => (await ask(token, "GET", `${R}/src/main/a.txt`)).status],
  ["an archive", async (token) => (await ask(token, "GET", "/acme/demo/get/main.zip")).status],
  [
    "the refs for git",
    async (token) => (await askGit(token, "/acme/demo.git/info/refs?service=git-upload-pack")).status,
  ],
];

const OTHER_ADDRESS = { addresses: ["192.0.2.0/24"] };
const OWN_ADDRESS = { addresses: ["192.0.2.0/24", "127.0.0.0/8", "::1"] };

for (const [how, make] of [
  ["a token", limited],
  ["a derived token", derived],
] as const) {
  describe(`${how} that is limited to addresses`, () => {
    for (const [what, read] of READS) {
      test(`reads ${what} from one of them, and from no other`, async () => {
        const [own, other] = [await make(OWN_ADDRESS), await make(OTHER_ADDRESS)];
        for (let time = 0; time < TIMES; time += 1) {
          assert.equal(await read(own), 200);
          assert.equal(await read(other), 403);
        }
      });
    }

    test("neither clones nor pushes from elsewhere", async () => {
      const token = await make(OTHER_ADDRESS);
      assert.notEqual((await git.run(["clone", "--quiet", remote(token), git.newPath("clone")])).status, 0);
      const pushed = await git.run(["push", "--quiet", remote(token), "main:elsewhere"], {
        folder: filled.folder,
      });
      assert.notEqual(pushed.status, 0);
      assert.match(pushed.stderr, /may not be used from your address/);
    });

    test("makes no other token from elsewhere", async () => {
      const body = { name: "x", scopes: ["read:repository:bitbucket"], expires_in: 60 };
      assert.equal((await ask(await make(OTHER_ADDRESS), "POST", "/-/tokens/derive", body)).status, 403);
    });
  });
}

const ALWAYS = { read_only_hours: ["daily 00:00-00:00 UTC"] };

/** An hour that is some hours away, on each day. */
function anotherTime(): object {
  const hour = (away: number) => `${String((new Date().getUTCHours() + away) % 24).padStart(2, "0")}:00`;
  return { read_only_hours: [`daily ${hour(4)}-${hour(6)} UTC`] };
}

for (const [how, make] of [
  ["a token", limited],
  ["a derived token", derived],
] as const) {
  describe(`${how} with hours in which it only reads`, () => {
    for (const [what, read] of READS) {
      test(`reads ${what} in them`, async () => {
        const token = await make(ALWAYS);
        for (let time = 0; time < TIMES; time += 1) assert.equal(await read(token), 200);
      });
    }

    test("fetches in them, and does not push; outside of them it does", async () => {
      const [within, outside] = [await make(ALWAYS), await make(anotherTime())];
      assert.equal((await git.run(["clone", "--quiet", remote(within), git.newPath("clone")])).status, 0);
      const push = (token: string, name: string) =>
        git.run(["push", "--quiet", remote(token), `main:${name}`], { folder: filled.folder });
      assert.notEqual((await push(within, "at-night")).status, 0);
      assert.equal((await push(outside, `by-day-${how.length}`)).status, 0);
    });

    test("changes nothing in them", async () => {
      const token = await make(ALWAYS);
      const branch = { name: "at-night", target: { hash: tip } };
      assert.equal((await ask(token, "POST", `${R}/refs/branches`, branch)).status, 403);
      assert.equal((await ask(token, "DELETE", `${R}/refs/branches/work`)).status, 403);
      assert.equal(
        (
          await ask(await make(anotherTime()), "POST", `${R}/refs/branches`, {
            ...branch,
            name: `day-${how.length}`,
          })
        ).status,
        201,
      );
    });
  });
}

describe("a token that may change some refs", () => {
  const limits = { refs: ["refs/heads/bot/*", "refs/tags/bot-*"] };
  const refused = /may change only refs that match refs\/heads\/bot\/\*, refs\/tags\/bot-\*/;

  for (const [how, make] of [
    ["named at its creation", limited],
    ["named when it was derived", derived],
  ] as const) {
    test(`pushes to those alone (${how})`, async () => {
      const token = await make(limits);
      const push = (...specs: string[]) =>
        git.run(["push", "--quiet", remote(token), ...specs], { folder: filled.folder });
      assert.equal((await push("main:bot/pushed", "main:refs/tags/bot-1")).status, 0);
      const beside = await push("main:botany");
      assert.notEqual(beside.status, 0);
      assert.match(beside.stderr, refused);
      assert.notEqual((await push("main:refs/tags/v1")).status, 0);
      assert.notEqual((await push(":work")).status, 0);
      assert.equal((await push(":bot/pushed", ":refs/tags/bot-1")).status, 0);
    });

    test(`commits over REST to those alone (${how})`, async () => {
      const token = await make(limits);
      const commit = (branch: string) =>
        sendRequest(app.url, `${R}/src`, {
          method: "POST",
          headers: {
            authorization: basic("owner@example.com", token),
            "content-type": `multipart/form-data; boundary=${BOUNDARY}`,
          },
          body: multipartBody([
            fieldPart("branch", branch),
            fieldPart("message", "m"),
            filePart("b.txt", how),
          ]),
        });
      assert.equal((await commit("bot/one")).status, 201);
      const beside = await commit("work");
      assert.equal(beside.status, 403);
      assert.match(beside.text, refused);
    });

    test(`creates and deletes branches and tags among those alone (${how})`, async () => {
      const token = await make(limits);
      const create = async (kind: "branches" | "tags", name: string) =>
        (await ask(token, "POST", `${R}/refs/${kind}`, { name, target: { hash: tip } })).status;
      assert.deepEqual([await create("branches", "bot/new"), await create("branches", "new")], [201, 403]);
      assert.deepEqual([await create("tags", "bot-new"), await create("tags", "new")], [201, 403]);
      const remove = async (path: string) => (await ask(token, "DELETE", `${R}/refs/${path}`)).status;
      assert.deepEqual(
        [await remove("branches/bot/new"), await remove("tags/bot-new"), await remove("branches/work")],
        [204, 204, 403],
      );
    });
  }

  test("merges into those alone", async () => {
    const token = await limited(limits);
    await git.out(["checkout", "--quiet", "-B", "feature", "main"], { folder: filled.folder });
    await filled.commit({ "f.txt": "f\n" }, "Feature");
    await git.out(["push", "--quiet", "origin", "feature", "main:bot/target"], { folder: filled.folder });
    const merge = async (destination: string) => {
      const created = await filled.rest("POST", "/pullrequests", {
        title: destination,
        source: { branch: { name: "feature" } },
        destination: { branch: { name: destination } },
      });
      const answer = await ask(token, "POST", `${R}/pullrequests/${created.json.id}/merge`, {});
      return { status: answer.status, text: answer.text };
    };
    const beside = await merge("main");
    assert.equal(beside.status, 403, beside.text);
    assert.match(beside.text, refused);
    assert.equal((await merge("bot/target")).status, 200);
  });

  test("takes no repository away, whose other refs would go with it, and forks none that has others", async () => {
    const [narrow, branches] = [await limited(limits), await limited({ refs: ["refs/heads/*"] })];
    for (const each of [narrow, branches]) {
      const removed = await ask(each, "DELETE", R);
      assert.equal(removed.status, 403, removed.text);
      assert.match(removed.text, /may change only refs that match/);
    }
    const forked = await ask(narrow, "POST", `${R}/forks`, { name: "fork" });
    assert.equal(forked.status, 403, forked.text);
    assert.match(forked.text, refused);
    const whole = await limited({ refs: ["refs/*"] });
    assert.equal((await ask(whole, "POST", `${R}/forks`, { name: "fork" })).status, 201);
    assert.equal((await ask(whole, "DELETE", "/2.0/repositories/acme/fork")).status, 204);
  });
});

test("a token of one repository does not learn which projects there are: hidden ones are like none", async () => {
  await createProject(app.ports, app.by, app.workspace, { key: "HIDDEN" as ProjectKey, name: "Hidden" });
  const token = await limited({ repositories: ["acme/demo"] });
  const move = async (key: string) => {
    const { status, text } = await ask(token, "PUT", R, { project: { key } });
    return `${status} ${text}`;
  };
  const hidden = await move("HIDDEN");
  assert.match(hidden, /^400 .*no such project/);
  assert.equal(hidden, await move("NOTHING"));
});
