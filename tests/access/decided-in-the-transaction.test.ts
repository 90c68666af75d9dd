// What decides is read before a transaction, and again in it: two requests that have both read the same must not undo each
// other's change, nor go by what is no longer so.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { BranchRestriction } from "../../src/model/branch-restriction.ts";
import { createWorkspace } from "../../src/operations/workspaces/workspaces.ts";
import { listAuditEvents } from "../../src/storage/sql/audit/audit-events.ts";
import { basic } from "../support/clients/http-request.ts";
import { beginLate } from "../support/clients/late-request.ts";
import { createCaller, ownerOf, type RestCaller } from "../support/clients/rest-callers.ts";
import { holdTransactions } from "../support/database/held-transactions.ts";
import { createMigratedDatabaseSettings, DIALECTS } from "../support/database/test-database.ts";
import { type ExampleWorkspace, openExampleWorkspace } from "../support/examples/example-workspace.ts";
import { startTestApp, type TestApp } from "../support/server/test-app.ts";

for (const dialect of DIALECTS) {
  describe(`two requests at once on ${dialect}`, () => {
    let app: TestApp;
    let examples: ExampleWorkspace;
    let owner: RestCaller;
    let path: string;
    let close = async () => {};

    before(async () => {
      const testDatabase = await createMigratedDatabaseSettings(dialect);
      app = await startTestApp({ database: testDatabase.settings });
      close = async () => {
        await app.close();
        await testDatabase.remove();
      };
      examples = await openExampleWorkspace(app);
      owner = await ownerOf(app);
      path = `/repositories/acme/${examples.parameters().repo_slug}`;
    });
    after(() => close());

    type Call = readonly [method: string, path: string, body?: unknown];

    /** Both have read what they go by before either begins to write. The first is the first to write. */
    async function both(first: Call, second: Call) {
      const held = holdTransactions(app);
      const one = owner.rest(...first);
      await held.waiting(1);
      const two = owner.rest(...second);
      await held.waiting(2);
      await held.release();
      const answers = [await one, await two];
      for (const { status, text } of answers) assert.ok(status < 500, text);
      return answers.map(({ status }) => status);
    }

    test("two changes of one webhook are both there", async () => {
      const hook = `${path}/hooks/${examples.parameters()["hooks/uid"]}`;
      const answers = await both(["PUT", hook, { active: false }], ["PUT", hook, { description: "changed" }]);
      assert.deepEqual(answers, [200, 200]);
      const { active, description, secret_set: hasSecret } = (await owner.rest("GET", hook)).json;
      assert.deepEqual([active, description, hasSecret], [false, "changed", true]);
    });

    test("two changes of one branch restriction are both there", async () => {
      const users = [{ uuid: `{${app.owner.uuid}}` }];
      const wanted = { kind: "push", pattern: "old", users, groups: [] };
      const rule = `${path}/branch-restrictions/${(await owner.rest("POST", `${path}/branch-restrictions`, wanted)).json.id}`;
      const answers = await both(
        ["PUT", rule, { kind: "push", users: [] }],
        ["PUT", rule, { kind: "push", pattern: "new" }],
      );
      assert.deepEqual(answers, [200, 200]);
      const found = (await owner.rest("GET", rule)).json as {
        users: BranchRestriction["accounts"];
        pattern: string;
      };
      assert.deepEqual([found.users, found.pattern], [[], "new"]);
    });

    test("two changes of a repository are both there, its name too", async () => {
      const { slug } = (await owner.rest("POST", "/repositories/acme/renamed", {})).json;
      const at = `/repositories/acme/${slug}`;
      const answers = await both(
        ["PUT", at, { name: "other" }],
        ["PUT", at, { name: "renamed", description: "d" }],
      );
      assert.deepEqual(answers, [200, 200]);
      const { name, description } = (await owner.rest("GET", at)).json;
      assert.deepEqual([name, description], ["renamed", "d"], "the slug is that of the name");
    });

    test("a comment that is deleted is not brought back by a change of its text", async () => {
      const { commit } = examples.parameters();
      const comments = `${path}/commit/${commit}/comments`;
      const { id } = (await owner.rest("POST", comments, { content: { raw: "text" } })).json;
      const one = `${comments}/${id}`;
      assert.deepEqual(await both(["DELETE", one], ["PUT", one, { content: { raw: "back" } }]), [204, 409]);
      assert.equal((await owner.rest("GET", one)).json.deleted, true);
    });

    test("what is deleted by one is 404 for the other", async () => {
      const make = async (below: string, body: unknown) =>
        (await owner.rest("POST", `${path}${below}`, body)).json;
      const hook = await make("/hooks", {
        url: "http://hooks.invalid/",
        events: ["repo:push"],
        active: true,
      });
      const hookPath = `${path}/hooks/${encodeURIComponent(hook.uuid)}`;
      assert.deepEqual(await both(["DELETE", hookPath], ["PUT", hookPath, { description: "d" }]), [204, 404]);
      const rule = await make("/branch-restrictions", { kind: "delete", pattern: "kept" });
      const rulePath = `${path}/branch-restrictions/${rule.id}`;
      assert.deepEqual(
        await both(["DELETE", rulePath], ["PUT", rulePath, { kind: "delete", pattern: "k" }]),
        [204, 404],
      );
    });

    test("a rule that is made refuses what was judged before it", async () => {
      const branches = `${path}/refs/branches`;
      const rule = { kind: "push", pattern: "guarded", users: [], groups: [] };
      const branch = { name: "guarded", target: { hash: examples.parameters().commit } };
      const answers = await both(["POST", `${path}/branch-restrictions`, rule], ["POST", branches, branch]);
      assert.deepEqual(answers, [201, 403]);
      assert.equal((await owner.rest("GET", `${branches}/guarded`)).status, 404);
    });

    test("each change of a project's visibility is in the audit log", async () => {
      const at = "/workspaces/acme/projects/AUDITED";
      await owner.rest("PUT", at, { name: "Audited", is_private: true });
      const answers = await both(
        ["PUT", at, { name: "Audited", is_private: false }],
        ["PUT", at, { name: "Audited", is_private: true }],
      );
      assert.deepEqual(answers, [200, 200]);
      const events = await listAuditEvents(app.ports.database.kysely, { limit: 10 });
      const actions = events
        .map(({ action }) => action)
        .filter((action) => action.startsWith("project.made"));
      assert.deepEqual(actions, ["project.made-private", "project.made-public"], "the last one first");
    });

    test("a project that is deleted is 404 for whoever puts something into it", async () => {
      const project = "/workspaces/acme/projects/SHORT";
      await owner.rest("PUT", project, { name: "Short" });
      const created = ["POST", "/repositories/acme/short", { project: { key: "SHORT" } }] as const;
      assert.deepEqual(await both(["DELETE", project], created), [204, 404]);
      await owner.rest("PUT", project, { name: "Short" });
      const moved = ["PUT", path, { project: { key: "SHORT" } }] as const;
      assert.deepEqual(await both(["DELETE", project], moved), [204, 404]);
    });

    test("an outsider's fork that comes late gets nothing that was private by then", async () => {
      const outsider = await createCaller(app, "outsider");
      assert.equal((await owner.rest("PUT", path, { is_private: false })).status, 200);
      await createWorkspace(app.ports, app.by, { slug: "outside", owner: outsider.account });
      const late = await beginLate(`${app.url}/2.0${path}/forks`, {
        method: "POST",
        headers: { authorization: outsider.authorization, "content-type": "application/json" },
        body: JSON.stringify({ name: "stolen", workspace: { slug: "outside" } }),
      });
      assert.equal((await owner.rest("PUT", path, { is_private: true })).status, 200);
      const answer = await late.finish();
      assert.equal(answer.status, 404, answer.text);
      assert.equal((await outsider.rest("GET", "/repositories/outside/stolen")).status, 404);
    });

    test("the main branch that is set is there when it is set", async () => {
      const late = await beginLate(`${app.url}/2.0${path}`, {
        method: "PUT",
        headers: {
          authorization: basic("owner@example.com", await app.token()),
          "content-type": "application/json",
        },
        body: JSON.stringify({ description: "d", mainbranch: { name: "main" } }),
      });
      assert.equal((await owner.rest("PUT", path, { mainbranch: { name: "side" } })).status, 200);
      assert.equal((await owner.rest("DELETE", `${path}/refs/branches/main`)).status, 204);
      assert.equal((await late.finish()).status, 400);
      assert.equal((await owner.rest("GET", path)).json.mainbranch.name, "side");
    });
  });
}
