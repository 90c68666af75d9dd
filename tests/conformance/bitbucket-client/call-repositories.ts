import assert from "node:assert/strict";
import { test } from "node:test";
import { type ClientUnderTest, unlessServed } from "./client-under-test.ts";

/** Repositories, their permissions and their webhooks. */
export function callRepositories({ app, where, call, refuse, reader, group }: ClientUnderTest): void {
  const { kysely } = app.ports.database;
  const { workspace } = where;

  async function repositoryRow(slug: string) {
    const columns = ["description", "is_private"] as const;
    return kysely.selectFrom("repository").select(columns).where("slug", "=", slug).executeTakeFirst();
  }

  test("the client creates, reads, lists, changes and deletes a repository", async () => {
    const made = { workspace, repo_slug: "client-made" };
    const _body = { type: "repository", scm: "git", is_private: true, description: "First" };
    assert.equal((await call("repositories.create", { ...made, _body })).status, 200);
    assert.deepEqual(await repositoryRow("client-made"), { description: "First", is_private: 1 });
    assert.equal((await call("repositories.get", made)).data.full_name, "acme/client-made");
    const listed = await call("repositories.list", { workspace, q: 'name ~ "client"' });
    assert.equal(listed.data.size, 1);
    const changed = { ...made, _body: { type: "repository", description: "Second" } };
    assert.equal((await call("repositories.update", changed)).status, 200);
    assert.deepEqual(await repositoryRow("client-made"), { description: "Second", is_private: 1 });
    assert.equal((await call("repositories.listWatchers", made)).status, 200);
    assert.equal((await call("repositories.delete", made)).status, 204);
    assert.equal(await repositoryRow("client-made"), undefined);
  });

  test("the client forks a repository and lists the forks", {
    skip: unlessServed("POST /repositories/{}/{}/forks", "GET /repositories/{}/{}/forks"),
  }, async () => {
    const made = await call("repositories.createFork", { ...where, _body: { name: "client-fork" } });
    assert.equal(made.status, 201);
    const rows = await kysely
      .selectFrom("repository")
      .selectAll()
      .where("slug", "=", "client-fork")
      .execute();
    assert.equal(rows.length, 1);
    const refsOf = async (uuid: string) =>
      kysely
        .selectFrom("ref")
        .select(["name", "target"])
        .where("repository_uuid", "=", uuid)
        .orderBy("name")
        .execute();
    assert.deepEqual(await refsOf(rows[0]!.uuid), await refsOf(app.repository.uuid));
    assert.equal((await call("repositories.listForks", where)).data.size, 1);
    await call("repositories.delete", { workspace, repo_slug: "client-fork" });
  });

  test("the client sets, reads, lists and deletes permissions of accounts and groups in a repository", async () => {
    const accounts = () =>
      kysely.selectFrom("repository_permission").select(["account_uuid", "permission"]).execute();
    const user = { ...where, selected_user_id: `{${reader.uuid}}` };
    await call("repositories.updateUserPermission", { ...user, _body: { permission: "write" } });
    assert.deepEqual(await accounts(), [{ account_uuid: reader.uuid, permission: "write" }]);
    assert.equal((await call("repositories.getUserPermission", user)).data.permission, "write");
    assert.equal((await call("repositories.listUserPermissions", where)).data.size, 1);
    assert.equal((await call("repositories.deleteUserPermission", user)).status, 204);
    assert.deepEqual(await accounts(), []);

    const groups = () =>
      kysely.selectFrom("repository_group_permission").select(["group_uuid", "permission"]).execute();
    const named = { ...where, group_slug: group.slug };
    await call("repositories.updateGroupPermission", { ...named, _body: { permission: "admin" } });
    assert.deepEqual(await groups(), [{ group_uuid: group.uuid, permission: "admin" }]);
    assert.equal((await call("repositories.getGroupPermission", named)).data.permission, "admin");
    assert.equal((await call("repositories.listGroupPermissions", where)).data.size, 1);
    assert.equal((await call("repositories.deleteGroupPermission", named)).status, 204);
    assert.deepEqual(await groups(), []);
  });

  test("the client adds, reads, lists and deletes a default reviewer of a repository", async () => {
    const rows = () => kysely.selectFrom("repository_default_reviewer").select("account_uuid").execute();
    const one = { ...where, target_username: `{${app.owner.uuid}}` };
    assert.equal((await call("pullrequests.addDefaultReviewer", one)).status, 200);
    assert.deepEqual(await rows(), [{ account_uuid: app.owner.uuid }]);
    assert.equal((await call("pullrequests.getDefaultReviewer", one)).data.uuid, one.target_username);
    assert.equal((await call("pullrequests.listDefaultReviewers", where)).data.size, 1);
    const effective = (await call("repositories.listEffectiveDefaultReviewers", where)).data.values;
    assert.deepEqual(
      effective.map((each: { reviewer_type: string }) => each.reviewer_type),
      ["repository"],
    );
    assert.equal((await call("pullrequests.deleteDefaultReviewer", one)).status, 204);
    assert.deepEqual(await rows(), []);
  });

  for (const [of, subject, names] of [
    [
      "a repository",
      where,
      [
        "repositories.createWebhook",
        "repositories.getWebhook",
        "repositories.listWebhooks",
        "repositories.updateWebhook",
        "repositories.deleteWebhook",
      ],
    ],
    [
      "a workspace",
      { workspace },
      [
        "workspaces.createWebhookForWorkspace",
        "workspaces.getWebhookForWorkspace",
        "workspaces.getWebhooksForWorkspace",
        "workspaces.updateWebhookForWorkspace",
        "workspaces.deleteWebhookForWorkspace",
      ],
    ],
  ] as const) {
    test(`the client creates, reads, lists, changes and deletes a webhook of ${of}`, async () => {
      const [create, get, list, update, remove] = names;
      const rows = () => kysely.selectFrom("webhook").select(["url", "events", "is_active"]).execute();
      const _body = {
        url: "https://hooks.example.com/1",
        description: "D",
        active: true,
        events: ["repo:push"],
      };
      const made = await call(create, { ...subject, _body });
      assert.equal(made.status, 201);
      assert.deepEqual(await rows(), [{ url: _body.url, events: "repo:push", is_active: 1 }]);
      const one = { ...subject, uid: made.data.uuid };
      assert.equal((await call(get, one)).data.url, _body.url);
      assert.equal((await call(list, subject)).data.size, 1);
      await call(update, { ...one, _body: { ..._body, active: false } });
      assert.deepEqual(await rows(), [{ url: _body.url, events: "repo:push", is_active: 0 }]);
      assert.equal((await call(remove, one)).status, 204);
      assert.deepEqual(await rows(), []);
    });
  }

  test("the client reads which events there are", async () => {
    assert.ok("repository" in (await call("hook_events.getAllSubjectTypes")).data);
    const { data } = await call("hook_events.list", { subject_type: "repository" });
    assert.ok(data.values.some((value: { event: string }) => value.event === "repo:push"));
  });

  test("what Bitbucket has taken away is 410 to the client", async () => {
    for (const name of [
      "repositories.listGlobal",
      "workspaces.getWorkspaces",
      "snippets.list",
      "repositories.listPermissions",
      "user.listPermissionsForWorkspaces",
    ]) {
      assert.equal(await refuse(name), 410, name);
    }
  });
}
