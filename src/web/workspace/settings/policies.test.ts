import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startTestApp } from "../../../../tests/support/server/test-app.ts";
import { signIn } from "../../../../tests/support/server/web-client.ts";
import { createAccount } from "../../../operations/accounts/accounts.ts";
import { createApiToken } from "../../../operations/tokens/api-tokens.ts";
import { setMember } from "../../../operations/workspaces/workspaces.ts";
import { findTokenPolicy } from "../../../storage/sql/tokens/token-policies.ts";

const app = await startTestApp();
after(() => app.close());
const HERE = "/acme/workspace/settings/policies";

const member = await createAccount(app.ports, app.by, { email: "mia@example.com", username: "mia" });
await setMember(app.ports, app.by, app.workspace, member, "member", "write");
await createApiToken(app.ports, app.by, {
  accountUuid: member.uuid,
  name: '<img src=x onerror="alert(1)">',
  scopes: ["admin:workspace:bitbucket", "read:repository:bitbucket"],
  ageDays: 300,
});
const policyNow = () => findTokenPolicy(app.ports.database.kysely, app.workspace.uuid);

test("a member who does not own the workspace is refused", async () => {
  const browser = await signIn(app, member);
  assert.equal((await browser.get(HERE)).status, 403);
  assert.equal((await browser.post(HERE, { lifetime: "90" }, { from: "/" })).status, 403);
  assert.equal(await policyNow(), undefined);
});

test("an owner reviews what a policy would refuse, sets it, and removes it", async () => {
  const browser = await signIn(app, app.owner);
  const first = await browser.get(HERE);
  assert.match(first.text, /None: every valid token is accepted\./);
  const sent = "lifetime=90&lifetime_days=&scope=admin%3Aworkspace%3Abitbucket&from=";
  const review = await browser.get(`${HERE}?review=yes&${sent}`);
  assert.match(review.text, /Set this policy for acme\?/);
  assert.match(review.text, /1 living token is against it/);
  assert.match(review.text, /at most 90 days; <code>admin:workspace<\/code> not allowed/);
  assert.ok(review.text.includes("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;"), "escaped");
  assert.equal(await policyNow(), undefined, "nothing is set by looking");
  const fields = { lifetime: "90", scope: ["admin:workspace:bitbucket"] };
  const set = await browser.post(HERE, fields, { from: `${HERE}?review=yes&${sent}` });
  assert.equal(set.status, 303);
  const after = await browser.follow(set);
  assert.match(after.text, /The policy is set\./);
  assert.match(after.text, /1 token is against it/);
  const policy = await policyNow();
  assert.deepEqual([policy?.lifetimeDaysMax, policy?.refusedScopes], [90, ["admin:workspace:bitbucket"]]);
  await browser.post(HERE, { lifetime: "" }, { from: `${HERE}?review=yes&lifetime=` });
  assert.equal(await policyNow(), undefined);
});

for (const [why, query, message] of [
  ["too many days", "lifetime=other&lifetime_days=366", "The longest lifetime is 1 to 365 days."],
  ["no number", "lifetime=other&lifetime_days=", "The longest lifetime is 1 to 365 days."],
  ["a choice that is not offered", "lifetime=1e9", "The longest lifetime is 1 to 365 days."],
  ["a date far off", "lifetime=90&from=2999-01-01", "The date lies within a year from now."],
  ["no date", "lifetime=90&from=soon", "The date lies within a year from now."],
] as const) {
  test(`${why} is refused at its field, over GET and POST`, async () => {
    const browser = await signIn(app, app.owner);
    const review = await browser.get(`${HERE}?review=yes&${query}`);
    assert.equal(review.status, 422);
    assert.ok(review.text.includes(message) && review.text.includes("There is a problem"));
    const fields = Object.fromEntries(new URLSearchParams(query));
    assert.equal((await browser.post(HERE, fields)).status, 422);
    assert.equal(await policyNow(), undefined);
  });
}

test("in Japanese it is Japanese", async () => {
  const browser = await signIn(app, app.owner, "ja");
  const { text } = await browser.get(`${HERE}?review=yes&lifetime=90`);
  assert.match(text, /acme にこのポリシーを設定しますか？/);
  assert.match(text, /最長 90\u00a0日間/);
});
