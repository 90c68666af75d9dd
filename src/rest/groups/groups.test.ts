import assert from "node:assert/strict";
import { test } from "node:test";
import { basic, sendRequest } from "../../../tests/support/clients/http-request.ts";
import { startFilledApp } from "../../../tests/support/server/filled-app.ts";
import { createAccount } from "../../operations/accounts/accounts.ts";
import { GROUPS_MAX } from "../../operations/groups/groups.ts";
import { setMember } from "../../operations/workspaces/workspaces.ts";

const { app, rest, url } = await startFilledApp();
const groups = "/../../../../1.0/groups/acme";

/** As Terraform's provider does: a form, and no type. */
function postForm(text: string) {
  const authorization = basic("owner@example.com", decodeURIComponent(new URL(url).password));
  return fetch(`${app.url}/1.0/groups/acme`, {
    method: "POST",
    headers: { authorization },
    body: new Blob([text]),
  });
}

test("whether a group gets mail is kept", async () => {
  assert.equal((await postForm("name=Silent")).status, 200);
  const path = `${groups}/silent`;
  const shown = async () => {
    const { json } = await rest("GET", path);
    return [json.email_forwarding_disabled, json.auto_add];
  };
  assert.deepEqual(await shown(), [false, false]);
  for (const [body, expected] of [
    [{ email_forwarding_disabled: true }, [true, false]],
    [{ auto_add: true }, [true, true]],
    [{ auto_add: false }, [true, false]],
    [{ email_forwarding_disabled: false }, [false, false]],
  ] as const) {
    assert.equal((await rest("PUT", path, body)).status, 200);
    assert.deepEqual(await shown(), expected);
  }
  assert.equal((await rest("DELETE", path)).status, 204);
});

test("a group is created by a form without a type, changed, listed and deleted", async () => {
  const made = await postForm("name=Release+Managers");
  assert.equal(made.status, 200);
  const shown = (await made.json()) as { slug: string; permission: null; auto_add: boolean; members: [] };
  assert.deepEqual(
    [shown.slug, shown.permission, shown.auto_add, shown.members],
    ["release-managers", null, false, []],
  );
  const path = `${groups}/release-managers`;
  const changed = await rest("PUT", `${path}/`, { name: "Releases", permission: "write", auto_add: true });
  assert.deepEqual(
    [changed.status, changed.json.name, changed.json.slug],
    [200, "Releases", "release-managers"],
  );
  assert.deepEqual(
    (await rest("GET", groups)).json.map((group: { slug: string; permission: string }) => [
      group.slug,
      group.permission,
    ]),
    [["release-managers", "write"]],
  );
  assert.equal((await rest("PUT", path, { permission: "owner" })).status, 400);
  assert.equal((await postForm("name=Release+Managers")).status, 409);

  const account = await createAccount(app.ports, app.by, { email: "new@example.com", username: "new" });
  await setMember(app.ports, app.by, app.workspace, account, "member", "none");
  const members = await rest("GET", `${path}/members`);
  assert.deepEqual(
    members.json.map(({ uuid }: { uuid: string }) => uuid),
    [`{${account.uuid}}`],
    "new members are put into it",
  );
  const created = await rest("POST", "/../releases-only", { scm: "git" });
  assert.equal(created.status, 200, created.text);
  const held = await rest("GET", "/../releases-only/permissions-config/groups/release-managers");
  assert.equal(held.json.permission, "write", "it gets its permission in new repositories");

  const one = `${path}/members/%7B${account.uuid}%7D`;
  assert.equal((await rest("DELETE", one)).status, 204);
  assert.equal((await rest("DELETE", one)).status, 404);
  assert.equal((await rest("PUT", one)).status, 200);
  assert.equal((await rest("DELETE", path)).status, 204);
  assert.equal((await rest("GET", path)).status, 404);
});

test("all groups are listed with their members, and there is a limit to them", async () => {
  const { kysely } = app.ports.database;
  await app.ports.transactions.transaction((tx) =>
    tx
      .insertInto("workspace_group")
      .values(
        Array.from({ length: GROUPS_MAX }, (_, at) => ({
          uuid: app.ports.newUuid(),
          workspace_uuid: app.workspace.uuid,
          slug: `many-${at}`,
          name: `Many ${at}`,
          created_at: 0,
        })),
      )
      .execute(),
  );
  const listed = await rest("GET", groups);
  assert.equal(listed.json.length, GROUPS_MAX);
  assert.equal((await rest("PUT", `${groups}/many-3/members/owner`)).status, 200);
  const [first, second] = (await rest("GET", groups)).json.filter(({ slug }: { slug: string }) =>
    ["many-3", "many-4"].includes(slug),
  );
  assert.deepEqual([first.members.length, second.members.length], [1, 0]);
  const refused = await postForm("name=One+More");
  assert.equal(refused.status, 409);
  assert.match(await refused.text(), /there are 1000 already/);
  await kysely.deleteFrom("workspace_group").where("workspace_uuid", "=", app.workspace.uuid).execute();
});

test("a method that no route has is refused in the API's form", async () => {
  const answer = await sendRequest(app.url, "/1.0/groups/acme", { method: "TRACE" });
  assert.equal(answer.status, 405);
  assert.deepEqual(JSON.parse(answer.text), { type: "error", error: { message: "Method not allowed" } });
});
