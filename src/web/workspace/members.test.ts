// Members, invitations, groups and the name of a workspace, as its owners, its members and others meet them.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startTestApp } from "../../../tests/support/server/test-app.ts";
import { openWebClient, signIn } from "../../../tests/support/server/web-client.ts";
import type { Account } from "../../model/account.ts";
import { createAccount } from "../../operations/accounts/accounts.ts";
import { createApiToken } from "../../operations/tokens/api-tokens.ts";
import { setMember } from "../../operations/workspaces/workspaces.ts";
import { listInvitations } from "../../storage/sql/accounts/one-time-links.ts";
import { listGroupMembers, listGroups } from "../../storage/sql/groups/groups.ts";
import { findMember } from "../../storage/sql/workspaces/members.ts";
import { findWorkspace } from "../../storage/sql/workspaces/workspaces.ts";

const app = await startTestApp();
after(() => app.close());
const { kysely } = app.ports.database;
const HOSTILE = '"><script>alert(1)</script>';
const SETTINGS = "/acme/workspace/settings";

async function addMember(username: string, displayName = username): Promise<Account> {
  const email = `${username}@example.com`;
  const account = await createAccount(app.ports, app.by, { email, username, displayName });
  await setMember(app.ports, app.by, app.workspace, account, "member", "read");
  return account;
}

const mia = await addMember("mia", `Mia ${HOSTILE}`);
const stranger = await createAccount(app.ports, app.by, { email: "eve@example.com", username: "eve" });
await createApiToken(app.ports, app.by, {
  accountUuid: mia.uuid,
  name: `laptop ${HOSTILE}`,
  scopes: ["read:repository:bitbucket"],
  ageDays: 9,
});
const memberOf = (account: Account) => findMember(kysely, app.workspace.uuid, account.uuid);

test("members see who else belongs; only owners see more, and others nothing", async () => {
  const own = await (await signIn(app, app.owner)).get("/acme/workspace/members");
  assert.match(own.text, /Two-step/);
  assert.match(own.text, /Manage/);
  assert.ok(!own.text.includes("<script>alert"));
  const member = await (await signIn(app, mia)).get("/acme/workspace/members");
  assert.equal(member.status, 200);
  assert.doesNotMatch(member.text, /Two-step|Manage|Last seen/);
  assert.ok(!member.text.includes("@example.com"), "no addresses");
  assert.equal((await (await signIn(app, stranger)).get("/acme/workspace/members")).status, 404);
  const nobody = await openWebClient(app).get("/acme/workspace/members");
  assert.ok([303, 404].includes(nobody.status));
  const found = await (await signIn(app, mia)).get("/acme/workspace/members?q=OLIVE");
  assert.ok(found.text.includes("Olive Owner") && found.text.includes("1 member"));
});

test("a member opens none of what is for owners, by GET or POST", async () => {
  const browser = await signIn(app, mia);
  const pages = ["general", "groups", "groups/x", "invitations", "tokens", "policies", "audit-log", "growth"];
  for (const path of [...pages.map((each) => `${SETTINGS}/${each}`), `/acme/workspace/members/${mia.uuid}`])
    assert.equal((await browser.get(path)).status, 403, path);
  const promoted = await browser.post(
    `/acme/workspace/members/${mia.uuid}`,
    { action: "set", role: "owner", permission: "admin" },
    { from: "/" },
  );
  assert.equal(promoted.status, 403);
  assert.equal((await memberOf(mia))?.role, "member");
});

test("an owner changes role and permission of a member, and the last owner stays one", async () => {
  const browser = await signIn(app, app.owner);
  const set = await browser.post(`/acme/workspace/members/${mia.uuid}`, {
    action: "set",
    role: "member",
    permission: "write",
  });
  assert.equal(set.status, 303);
  assert.equal((await memberOf(mia))?.repositoryPermission, "write");
  const own = `/acme/workspace/members/${app.owner.uuid}`;
  for (const fields of [{ action: "set", role: "member", permission: "read" }, { action: "remove" }]) {
    const refused = await browser.post(own, fields);
    assert.equal(refused.status, 422);
    assert.match(refused.text, /at least one owner/);
  }
  const wrong = await browser.post(own, { action: "set", role: "emperor", permission: "read" });
  assert.equal(wrong.status, 400);
  assert.equal((await memberOf(app.owner))?.role, "owner");
});

test("before a member is removed, the page says which tokens stop", async () => {
  const leaving = await addMember("leaving");
  await createApiToken(app.ports, app.by, {
    accountUuid: leaving.uuid,
    name: "nightly job",
    scopes: ["read:repository:bitbucket"],
    ageDays: 9,
  });
  const browser = await signIn(app, app.owner);
  const path = `/acme/workspace/members/${leaving.uuid}`;
  const { text } = await browser.get(path);
  assert.match(text, /1 token of theirs stops working here/);
  assert.match(text, /nightly job/);
  assert.equal((await browser.post(path, { action: "remove" })).status, 303);
  assert.equal(await memberOf(leaving), undefined);
  assert.equal((await browser.get(path)).status, 404);
  assert.equal((await browser.get(`/acme/workspace/members/${stranger.uuid}`)).status, 404);
});

test("an invitation is made, its link shown once, listed and withdrawn", async () => {
  const browser = await signIn(app, app.owner);
  const path = `${SETTINGS}/invitations`;
  const made = await browser.post(path, {
    email: "new@example.com",
    role: "member",
    permission: "write",
    group: "",
  });
  assert.equal(made.status, 200);
  assert.match(made.text, /\/-\/link\/[\w-]{43}/);
  assert.equal(made.headers["cache-control"], "no-store");
  const list = await browser.get(path);
  assert.match(list.text, /new@example\.com/);
  assert.doesNotMatch(list.text, /\/-\/link\/[\w-]{43}/);
  const [invitation] = await listInvitations(kysely, app.workspace.uuid, new Date());
  const withdrawn = await browser.post(path, { action: "withdraw", invitation: invitation!.uuid });
  assert.match((await browser.follow(withdrawn)).text, /is withdrawn/);
  assert.equal((await listInvitations(kysely, app.workspace.uuid, new Date())).length, 0);
});

for (const [why, fields, message] of [
  ["no address", { email: HOSTILE }, "That is no e-mail address."],
  ["the address of a member", { email: "OWNER@example.com" }, "That address is a member’s."],
  ["a group that is none", { email: "x@example.com", group: "nope" }, "There is no such group."],
] as const) {
  test(`${why} is refused at its field`, async () => {
    const browser = await signIn(app, app.owner);
    const answer = await browser.post(`${SETTINGS}/invitations`, {
      role: "member",
      permission: "read",
      ...fields,
    });
    assert.equal(answer.status, 422);
    assert.ok(answer.text.includes(message), answer.text.slice(0, 3_000));
    assert.ok(!answer.text.includes("<script>alert"));
  });
}

test("a group is created, filled, emptied and deleted", async () => {
  const browser = await signIn(app, app.owner);
  const created = await browser.post(`${SETTINGS}/groups`, { name: `Team ${HOSTILE}` });
  assert.equal(created.status, 303);
  const path = String(created.headers.location);
  const [group] = await listGroups(kysely, app.workspace.uuid);
  const members = async () => (await listGroupMembers(kysely, group!.uuid)).map(({ username }) => username);
  assert.equal((await browser.post(path, { action: "add", username: "MIA" })).status, 303);
  assert.deepEqual(await members(), ["mia"]);
  const shown = await browser.get(path);
  assert.ok(shown.text.includes("mia") && !shown.text.includes("<script>alert"));
  for (const username of ["eve", "nobody", ""])
    assert.equal((await browser.post(path, { action: "add", username })).status, 422, username);
  assert.equal((await browser.post(path, { action: "remove", username: "mia" })).status, 303);
  assert.deepEqual(await members(), []);
  const taken = await browser.post(`${SETTINGS}/groups`, { name: `Team ${HOSTILE}` });
  assert.equal(taken.status, 422);
  assert.equal((await browser.post(`${SETTINGS}/groups`, { name: "!!!" })).status, 422);
  assert.equal((await browser.post(path, { action: "delete" })).status, 303);
  assert.equal((await listGroups(kysely, app.workspace.uuid)).length, 0);
  assert.equal((await browser.get(path)).status, 404);
});

test("name and visibility of the workspace are changed, in Japanese too", async () => {
  const browser = await signIn(app, app.owner, "ja");
  const path = `${SETTINGS}/general`;
  assert.match((await browser.get(path)).text, /すべてのアドレスに含まれるため、変更できません。/);
  const saved = await browser.post(path, { name: `検証 ${HOSTILE}` });
  const shown = await browser.follow(saved);
  assert.match(shown.text, /保存しました。/);
  assert.ok(!shown.text.includes("<script>alert"));
  const now = await findWorkspace(kysely, { uuid: app.workspace.uuid });
  assert.deepEqual([now?.name, now?.isPrivate], [`検証 ${HOSTILE}`, false]);
  assert.equal((await browser.post(path, { name: " " })).status, 422);
});
