// A token that is bound to one repository, on every route that there is: whatever is about another place is refused, and whatever
// is not says nothing of one. A new route is in here as soon as it is listed.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createApp } from "../../src/app.ts";
import type { Route } from "../../src/http/routes/route.ts";
import type { AppServer } from "../../src/http/server/server.ts";
import type { Bound } from "../../src/model/bound.ts";
import type { Repository } from "../../src/model/repository.ts";
import type { RepositorySlug } from "../../src/model/slug.ts";
import { createRepository } from "../../src/operations/repositories/repositories.ts";
import { createApiToken } from "../../src/operations/tokens/api-tokens.ts";
import { createWorkspace } from "../../src/operations/workspaces/workspaces.ts";
import { basic } from "../support/clients/http-request.ts";
import { ALL_ROUTES, ALL_SCOPES } from "../support/examples/all-routes.ts";
import { type ExampleWorkspace, openExampleWorkspace } from "../support/examples/example-workspace.ts";
import { exampleOf, examplePath, routeName } from "../support/examples/route-examples.ts";
import { subjectIsWithin } from "../support/examples/subject-examples.ts";
import { startTestApp, type TestApp } from "../support/server/test-app.ts";

let app: TestApp;
let server: AppServer;
let examples: ExampleWorkspace;
/** In the workspace of the examples, and in another one. */
const cages = new Map<"beside" | "elsewhere", Repository>();

before(async () => {
  app = await startTestApp();
  server = await createApp(app.ports);
  examples = await openExampleWorkspace(app);
  const { ports, by, owner, workspace, project } = app;
  const far = await createWorkspace(ports, by, { slug: "far", name: "Far", owner });
  const slug = "cage" as RepositorySlug;
  cages.set("beside", await createRepository(ports, by, { workspace, project, slug }));
  cages.set("elsewhere", await createRepository(ports, by, { ...far, slug }));
});
after(async () => {
  await server.close();
  await app.close();
});

/** Of the owner of everything, with every scope. */
async function bearerOf(bound: Bound): Promise<string> {
  const { text } = await createApiToken(app.ports, app.by, {
    accountUuid: app.owner.uuid,
    name: "bound",
    scopes: ALL_SCOPES,
    ageDays: 1,
    bound,
  });
  return basic("owner@example.com", text.reveal());
}

async function call(route: Route, authorization: string) {
  await examples.refill();
  const { body } = exampleOf(route);
  const answer = await server.inject({
    method: route.method,
    url: examplePath(route, examples.parameters()),
    headers: { authorization, ...(body === undefined ? {} : { "content-type": body.contentType }) },
    ...(body === undefined ? {} : { payload: body.text }),
  });
  return { status: answer.statusCode, text: answer.body };
}

/** What nobody outside may read: the examples' repository is as private as their workspace. */
async function secretsOf(): Promise<readonly string[]> {
  const { kysely } = app.ports.database;
  const rows = await kysely.selectFrom("repository").select(["uuid", "slug"]).execute();
  const cage = [...cages.values()].map(({ uuid }) => uuid as string);
  return rows.filter(({ uuid }) => !cage.includes(uuid)).map(({ uuid }) => uuid);
}

const REFUSALS = [403, 404, 410];

for (const where of ["beside", "elsewhere"] as const) {
  describe(`bound to a repository ${where}`, () => {
    for (const route of ALL_ROUTES) {
      // Of the workspace of what the token reaches is seen what everybody sees who may read anything in it.
      const isSeen = where === "beside" && route.subject === "workspace" && route.permission === "see";
      const isRefused = subjectIsWithin(route) !== undefined && !isSeen;
      test(`${routeName(route)} ${isRefused ? "is refused" : "tells of no other"}`, async () => {
        const authorization = await bearerOf({ repositories: [cages.get(where)!.uuid] });
        const { status, text } = await call(route, authorization);
        if (isRefused) assert.ok(REFUSALS.includes(status), `${status} ${text}`);
        for (const secret of await secretsOf()) assert.ok(!text.includes(secret), text.slice(0, 2_000));
      });
    }
  });
}

test("all of it is still there", async () => {
  assert.equal(await examples.refill(), false);
  const { owner } = examples;
  const { workspace, repo_slug: slug } = examples.parameters();
  assert.equal((await owner.rest("GET", `/repositories/${workspace}/${slug}`)).status, 200);
});
