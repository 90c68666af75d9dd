import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createApp } from "../../src/app.ts";
import { GIT_ROUTES } from "../../src/git-http/git-http.ts";
import type { Route } from "../../src/http/routes/route.ts";
import type { AppServer } from "../../src/http/server/server.ts";
import type { Account } from "../../src/model/account.ts";
import type { Group } from "../../src/model/group.ts";
import { type GrantedScope, SCOPES } from "../../src/model/scope.ts";
import type { ProjectKey, RepositorySlug } from "../../src/model/slug.ts";
import { createAccount } from "../../src/operations/accounts/accounts.ts";
import { createGroup } from "../../src/operations/permissions/groups.ts";
import { createProject } from "../../src/operations/projects/projects.ts";
import { createRepository } from "../../src/operations/repositories/repositories.ts";
import { createApiToken } from "../../src/operations/tokens/api-tokens.ts";
import { setMember } from "../../src/operations/workspaces/workspaces.ts";
import { ROUTES } from "../../src/rest/routes.ts";
import { upsertExplicitPermission } from "../../src/storage/sql/permissions/explicit-permissions.ts";
import { upsertRepositoryPermission } from "../../src/storage/sql/permissions/permissions.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

/**
 * Calls every route as everybody, also as a reader. A new route is in here as soon as it is listed; what it asks is read from
 * its declaration. How a credential is brought, and what is wrong with it, is crossed in matrix.test.ts.
 */
let app: TestApp;
let server: AppServer;
let stranger: Account;
let reader: Account;
/** Without members. */
let group: Group;
let nextRepository = 0;

before(async () => {
  app = await startTestApp();
  server = await createApp(app.ports);
  const make = (username: string) => createAccount(app.ports, { email: `${username}@example.com`, username });
  stranger = await make("stranger");
  reader = await make("reader");
  await setMember(app.ports, app.workspace, reader, "member", "none");
  group = await createGroup(app.ports, app.workspace, "Nobody");
});
after(async () => {
  await server.close();
  await app.close();
});

async function tokenOf(account: Account, scopes: readonly GrantedScope[]) {
  const made = await createApiToken(app.ports, { accountUuid: account.uuid, name: "t", scopes, ageDays: 1 });
  return { text: made.text.reveal(), uuid: made.token.uuid };
}

function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;
}

/** A private repository of its own for each call, since some calls delete it. */
async function freshRepository(): Promise<string> {
  nextRepository += 1;
  const slug = `fresh-${nextRepository}` as RepositorySlug;
  const repository = await createRepository(app.ports, {
    workspace: app.workspace,
    project: app.project,
    slug,
  });
  const place = { kind: "repository", uuid: repository.uuid } as const;
  await upsertRepositoryPermission(app.ports.database.kysely, repository.uuid, reader.uuid, "read");
  await upsertExplicitPermission(
    app.ports.database.kysely,
    place,
    { kind: "group", uuid: group.uuid },
    "read",
  );
  return slug;
}

/** Likewise an empty private project. */
async function freshProject(): Promise<string> {
  nextRepository += 1;
  const key = `FRESH_${nextRepository}` as ProjectKey;
  const { uuid } = await createProject(app.ports, app.workspace, { key, name: key });
  const place = { kind: "project", uuid } as const;
  for (const holder of [
    { kind: "account", uuid: reader.uuid } as const,
    { kind: "group", uuid: group.uuid } as const,
  ]) {
    await upsertExplicitPermission(app.ports.database.kysely, place, holder, "read");
  }
  return key;
}

/** What makes a body good, so that the absent commit is what a caller is told of, and no wrong field. */
const BODIES: Readonly<Record<string, object>> = {
  "POST /statuses/build": { key: "k", state: "FAILED" },
  "POST /comments": { content: { raw: "text" } },
  "PUT /comments/{comment_id}": { content: { raw: "text" } },
  "PUT /reports/{reportId}": { title: "t", details: "d", report_type: "TEST" },
  "POST /annotations": [{ external_id: "x", annotation_type: "BUG", summary: "s" }],
  "PUT /annotations/{annotationId}": { annotation_type: "BUG", summary: "s" },
};

function bodyOf(route: Route): { payload?: object } {
  if (!route.path.includes("/commit/{commit}/")) return {};
  const found = Object.entries(BODIES).find(([name]) => {
    const [method, ending] = name.split(" ");
    return route.method === method && route.path.endsWith(ending!);
  });
  return found === undefined ? {} : { payload: found[1] };
}

async function call(route: Route, authorization: string | undefined) {
  const slug = route.path.includes("{repo_slug}") ? await freshRepository() : "";
  const project = route.path.includes("{project_key}") ? await freshProject() : "";
  const url = route.path
    .replace("{workspace}", "acme")
    .replace("{repo_slug}", slug)
    .replace("{selected_user}", `%7B${app.owner.uuid}%7D`)
    .replace("{email}", "owner@example.com")
    .replace("{subject_type}", "repository")
    .replace("{project_key}", project)
    .replace("{selected_user_id}", `%7B${reader.uuid}%7D`)
    .replace("{member}", `%7B${reader.uuid}%7D`)
    .replace("{group_slug}", group.slug)
    .replaceAll(/\{\w+\}/g, "main");
  const answer = await server.inject({
    method: route.method,
    url,
    headers: authorization === undefined ? {} : { authorization },
    ...bodyOf(route),
  });
  return { status: answer.statusCode, body: answer.body, headers: answer.headers };
}

for (const route of ROUTES) {
  const name = `${route.method} ${route.path}`;

  test(`${name}: all scopes but one that it asks are refused, with the lists`, async () => {
    for (const left of route.apiTokenScopes) {
      const token = await tokenOf(
        app.owner,
        SCOPES.filter((scope) => scope !== left),
      );
      const answer = await call(route, basic("owner@example.com", token.text));
      assert.equal(answer.status, 403);
      assert.deepEqual(JSON.parse(answer.body).error.detail.required, route.apiTokenScopes);
    }
  });

  test(`${name}: nobody, strangers and readers get what the declaration says`, async () => {
    const nobody = await call(route, undefined);
    const foreign = await call(route, basic("stranger@example.com", (await tokenOf(stranger, SCOPES)).text));
    const reading = await call(route, basic("reader@example.com", (await tokenOf(reader, SCOPES)).text));
    const owning = await call(route, basic("owner@example.com", (await tokenOf(app.owner, SCOPES)).text));
    const expected = expectedStatuses(route);
    assert.deepEqual(
      {
        nobody: outcome(nobody.status),
        foreign: outcome(foreign.status),
        reading: outcome(reading.status),
        owning: outcome(owning.status),
      },
      expected,
      [nobody, foreign, reading, owning].map((answer) => answer.body).join("\n"),
    );
  });
}

type Outcome = "passes" | "401" | "403" | "404" | "410";

function outcome(status: number): Outcome | string {
  return [401, 403, 410].includes(status)
    ? String(status)
    : status === 404
      ? "404"
      : status < 500
        ? "passes"
        : `${status}`;
}

/** On a private repository of a private workspace: owner, reader (member with read on it), stranger, nobody. */
function expectedStatuses(route: Route): Record<string, Outcome> {
  // An empty repository has no commit "main": its absence is found by the handler, behind all checks.
  const owning: Outcome = /\{(commit|revision|spec|ref|name|id|filename|uid)\}/.test(route.path)
    ? "404"
    : "passes";
  switch (route.subject) {
    case "open": {
      const everyone: Outcome = /selected_user|hook_events/.test(route.path) ? "passes" : "410";
      return { nobody: everyone, foreign: everyone, reading: everyone, owning: everyone };
    }
    case "account":
      // "stranger" and "reader" have an account of their own, but not owner@example.com.
      // To "stranger" a private workspace is as good as none.
      return {
        nobody: "401",
        foreign: route.path.includes("{workspace}") ? "403" : elsewhere(route),
        reading: elsewhere(route),
        owning: "passes",
      };
    case "workspace":
    case "project":
      return {
        nobody: "404",
        foreign: "404",
        reading: ["see", "belong", "read"].includes(route.permission) ? "passes" : "403",
        owning: route.path.endsWith("{uid}") ? "404" : "passes",
      };
    case "new-repository":
    case "project-or-new":
      return { nobody: "404", foreign: "404", reading: "403", owning: "passes" };
    case "fork":
      // A reader of the parent may not create repositories in its workspace, which is where it goes if none is named.
      return { nobody: "404", foreign: "404", reading: "403", owning: "passes" };
    case "repository":
    case "repository-or-new":
      return { nobody: "404", foreign: "404", reading: route.permission === "read" ? owning : "403", owning };
  }
}

function elsewhere(route: Route): Outcome {
  return route.path.includes("{email}") ? "404" : "passes";
}

for (const route of GIT_ROUTES) {
  for (const service of ["git-upload-pack", "git-receive-pack"] as const) {
    if (route.method === "POST" && !route.suffix.endsWith(service)) continue;
    // For a POST the service comes from the path. A query that names the other service must change nothing.
    const other = service === "git-upload-pack" ? "git-receive-pack" : "git-upload-pack";
    const query = route.method === "GET" ? `?service=${service}` : `?service=${other}`;
    const url = `/acme/demo.git${route.suffix}${query}`;
    const callGit = (authorization: string | undefined) =>
      server.inject({
        method: route.method,
        url,
        headers: {
          "content-type": `application/x-${service}-request`,
          ...(authorization === undefined ? {} : { authorization }),
        },
        ...(route.method === "POST" ? { payload: "0000" } : {}),
      });

    test(`git ${route.method} ${url}: nobody, strangers, readers, owners`, async () => {
      const nobody = await callGit(undefined);
      assert.equal(nobody.statusCode, 401);
      assert.match(String(nobody.headers["www-authenticate"]), /^Basic realm="/);
      const foreign = await callGit(basic("stranger", (await tokenOf(stranger, SCOPES)).text));
      assert.equal(foreign.statusCode, 404);
      const owning = await callGit(basic("owner", (await tokenOf(app.owner, SCOPES)).text));
      assert.equal(owning.statusCode, 200);
      const missing = await server.inject({ method: route.method, url: url.replace("demo", "nothing") });
      assert.deepEqual(
        [missing.statusCode, missing.body],
        [nobody.statusCode, nobody.body],
        "hidden and missing are alike",
      );
    });
  }
}
