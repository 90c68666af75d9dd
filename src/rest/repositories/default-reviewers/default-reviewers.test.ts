import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createCaller, ownerOf, restAs } from "../../../../tests/support/clients/rest-callers.ts";
import { startTestApp } from "../../../../tests/support/server/test-app.ts";
import { disableAccount, enableAccount } from "../../../operations/accounts/accounts.ts";
import { removeMember, setMember } from "../../../operations/workspaces/workspaces.ts";
import { upsertRepositoryPermission } from "../../../storage/sql/permissions/permissions.ts";

const app = await startTestApp();
after(() => app.close());
const { rest, ...owner } = await ownerOf(app);
const member = await createCaller(app, "member");
const guest = await createCaller(app, "guest");
const outsider = await createCaller(app, "outsider");
await setMember(app.ports, app.by, app.workspace, member.account, "member", "read");
const db = app.ports.database.kysely;
let repositories = 0;

/** An own repository for each test, which the guest may read without being a member. */
async function newRepository(): Promise<{ path: string; reviewers: string; effective: string }> {
  repositories += 1;
  const path = `/repositories/acme/reviewed-${repositories}`;
  const made = await rest("POST", path, { project: { key: app.project.key } });
  assert.equal(made.status, 200, made.text);
  const uuid = made.json.uuid.slice(1, -1);
  await upsertRepositoryPermission(db, uuid, guest.account.uuid, "read");
  return { path, reviewers: `${path}/default-reviewers`, effective: `${path}/effective-default-reviewers` };
}

const names = (page: { readonly values: readonly { readonly nickname: string }[] }) =>
  page.values.map(({ nickname }) => nickname);
const ofEffective = (page: {
  readonly values: readonly {
    readonly reviewer_type: string;
    readonly user: { readonly nickname: string };
  }[];
}) => page.values.map(({ reviewer_type, user }) => [reviewer_type, user.nickname]);

test("a default reviewer is added under any name, once, is shown, and is taken away", async () => {
  const { reviewers } = await newRepository();
  const none = await rest("GET", reviewers);
  assert.deepEqual(none.json, { pagelen: 10, values: [], page: 1, size: 0 });
  for (const name of [member.uuid, member.account.uuid, member.account.accountId, "member"]) {
    const added = await rest("PUT", `${reviewers}/${name}`);
    assert.deepEqual([added.status, added.json.type, added.json.nickname], [200, "user", "member"]);
  }
  const { json } = await rest("GET", reviewers);
  assert.deepEqual([json.size, names(json)], [1, ["member"]]);
  assert.deepEqual((await rest("GET", `${reviewers}/${member.uuid}`)).json, json.values[0]);
  const removed = await rest("DELETE", `${reviewers}/${member.uuid}`);
  assert.deepEqual([removed.status, removed.text], [204, ""]);
  assert.equal((await rest("GET", reviewers)).json.size, 0);
});

test("the body of a PUT is not read", async () => {
  const { reviewers } = await newRepository();
  const added = await rest("PUT", `${reviewers}/${guest.uuid}`, { uuid: `{${member.account.uuid}}` });
  assert.deepEqual([added.status, added.json.nickname], [200, "guest"]);
});

test("who is not there, or has no access, is refused", async () => {
  const { reviewers } = await newRepository();
  for (const [method, name, status] of [
    ["GET", member.uuid, 404],
    ["DELETE", member.uuid, 404],
    ["PUT", outsider.uuid, 400],
    ["PUT", "nobody", 404],
    ["GET", "nobody", 404],
    ["DELETE", "nobody", 404],
  ] as const) {
    const answer = await rest(method, `${reviewers}/${name}`);
    assert.equal(answer.status, status, `${method} ${name}: ${answer.text}`);
  }
  assert.ok("target_username" in (await rest("PUT", `${reviewers}/${outsider.uuid}`)).json.error.fields);
});

test("a public repository makes no reviewers of people from elsewhere", async () => {
  const { path, reviewers } = await newRepository();
  await rest("PUT", path, { is_private: false });
  assert.equal((await rest("PUT", `${reviewers}/${outsider.uuid}`)).status, 400);
  assert.equal((await rest("PUT", `${reviewers}/${member.uuid}`)).status, 200);
});

test("readers read the lists, administrators change them, others do not see them", async () => {
  const { reviewers, effective } = await newRepository();
  await rest("PUT", `${reviewers}/${member.uuid}`);
  for (const path of [reviewers, effective, `${reviewers}/${member.uuid}`]) {
    assert.equal((await member.rest("GET", path)).status, 200, path);
    assert.equal((await outsider.rest("GET", path)).status, 404, path);
    assert.equal((await restAs(app)("GET", path)).status, 404, path);
  }
  for (const method of ["PUT", "DELETE"])
    assert.equal((await member.rest(method, `${reviewers}/${member.uuid}`)).status, 403);
  assert.equal((await rest("GET", reviewers)).json.size, 1);
});

test("the effective ones are those of the repository and of its project, each account once", async () => {
  const { path, reviewers, effective } = await newRepository();
  const project = await rest("POST", "/workspaces/acme/projects", { key: "REVIEWED", name: "Reviewed" });
  const ofProject = `/workspaces/acme/projects/${project.json.key}/default-reviewers`;
  for (const name of [member.uuid, owner.uuid])
    assert.equal((await rest("PUT", `${ofProject}/${name}`)).status, 200);
  assert.equal((await rest("GET", effective)).json.size, 0);
  assert.equal((await rest("PUT", path, { project: { key: "REVIEWED" } })).status, 200);
  for (const name of [guest.uuid, member.uuid]) await rest("PUT", `${reviewers}/${name}`);
  const { json } = await rest("GET", effective);
  assert.deepEqual(Object.keys(json.values[0]).sort(), ["reviewer_type", "type", "user"]);
  assert.equal(json.values[0].type, "default_reviewer");
  assert.deepEqual([json.pagelen, json.size], [20, 3]);
  assert.deepEqual(ofEffective(json), [
    ["repository", "guest"],
    ["repository", "member"],
    ["project", owner.account.nickname],
  ]);
  assert.equal((await rest("GET", `${effective}?pagelen=100`)).json.pagelen, 100);
  const second = await rest("GET", `${effective}?pagelen=2&page=2`);
  assert.deepEqual(ofEffective(second.json), [["project", owner.account.nickname]]);
  const filtered = await rest("GET", `${effective}?${new URLSearchParams('q=reviewer_type="project"')}`);
  assert.deepEqual(ofEffective(filtered.json), [["project", owner.account.nickname]]);
  assert.deepEqual(names((await rest("GET", reviewers)).json), ["guest", "member"]);
});

test("a fork begins without default reviewers of its own", async () => {
  const { path, reviewers } = await newRepository();
  await rest("PUT", `${reviewers}/${member.uuid}`);
  const forked = await rest("POST", `${path}/forks`, { name: "fork-without-reviewers" });
  assert.equal(forked.status, 201, forked.text);
  assert.equal(
    (await rest("GET", "/repositories/acme/fork-without-reviewers/default-reviewers")).json.size,
    0,
  );
});

test("who leaves the workspace is no default reviewer any more, not even after coming back", async () => {
  const { reviewers, effective } = await newRepository();
  const leaver = await createCaller(app, "leaver");
  const join = () => setMember(app.ports, app.by, app.workspace, leaver.account, "member", "read");
  await join();
  await rest("PUT", `${reviewers}/${leaver.uuid}`);
  assert.equal((await rest("GET", reviewers)).json.size, 1);
  await removeMember(app.by, app.workspace, leaver.account);
  assert.equal((await rest("GET", reviewers)).json.size, 0);
  await join();
  assert.equal((await rest("GET", reviewers)).json.size, 0);
  assert.equal((await rest("GET", effective)).json.size, 0);
});

test("whose account is disabled, or who has lost access, is left out while that is so", async () => {
  const { path, reviewers, effective } = await newRepository();
  for (const name of [guest.uuid, member.uuid]) await rest("PUT", `${reviewers}/${name}`);
  const listed = async () => [
    names((await rest("GET", reviewers)).json),
    ofEffective((await rest("GET", effective)).json).map(([, name]) => name),
  ];
  await disableAccount(app.ports, app.by, member.account);
  assert.deepEqual(await listed(), [["guest"], ["guest"]]);
  assert.equal((await rest("GET", `${reviewers}/${member.uuid}`)).status, 404);
  assert.equal((await rest("PUT", `${reviewers}/${member.uuid}`)).status, 400);
  const ofProject = `/workspaces/acme/projects/${app.project.key}/default-reviewers`;
  assert.equal((await rest("PUT", `${ofProject}/${member.uuid}`)).status, 400);
  await enableAccount(app.by, member.account);
  assert.equal((await rest("PUT", `${ofProject}/${member.uuid}`)).status, 200);
  assert.equal((await rest("DELETE", `${ofProject}/${member.uuid}`)).status, 204);
  await rest("DELETE", `${path}/permissions-config/users/${guest.uuid}`);
  assert.deepEqual(await listed(), [["member"], ["member"]]);
});

test("the audit log has who was added and taken away, once", async () => {
  const { path, reviewers } = await newRepository();
  const ofProject = `/workspaces/acme/projects/${app.project.key}/default-reviewers`;
  for (const list of [reviewers, ofProject])
    for (const method of ["PUT", "PUT", "DELETE", "DELETE"]) await rest(method, `${list}/${member.uuid}`);
  const entries = await db
    .selectFrom("audit_event")
    .select(["action", "subject_name", "affected_account_uuid"])
    .where("action", "like", "default-reviewer.%")
    .orderBy("sequence", "desc")
    .limit(4)
    .execute();
  const subjects = [app.project.key, path.slice("/repositories/".length)];
  assert.deepEqual(
    entries.map((each) => [each.action, each.subject_name, each.affected_account_uuid]),
    subjects.flatMap((subject) =>
      ["removed", "added"].map((what) => [`default-reviewer.${what}`, subject, member.account.uuid]),
    ),
  );
});
