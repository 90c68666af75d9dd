import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startTestApp } from "../../../../../tests/support/server/test-app.ts";
import { signIn } from "../../../../../tests/support/server/web-client.ts";
import { createAccount } from "../../../../operations/accounts/accounts.ts";
import { createApiToken } from "../../../../operations/tokens/api-tokens.ts";
import { setMember } from "../../../../operations/workspaces/workspaces.ts";
import { insertAuditEvents } from "../../../../storage/sql/audit/audit-events.ts";

const app = await startTestApp();
after(() => app.close());
const HERE = "/acme/workspace/settings/audit-log";
/** An action as the page writes it: it may break after the dot. */
const written = (action: string) => `<code>${action.replace(".", ".<wbr>")}</code>`;
const HOSTILE = '=cmd|"<script>alert(1)</script>';

const member = await createAccount(app.ports, app.by, {
  email: "mia@example.com",
  username: "mia",
  displayName: HOSTILE,
});
await setMember(app.ports, app.by, app.workspace, member, "member", "write");
await createApiToken(app.ports, app.by, {
  accountUuid: member.uuid,
  name: HOSTILE,
  scopes: ["read:repository:bitbucket"],
  ageDays: 9,
});

test("only owners see it", async () => {
  const browser = await signIn(app, member);
  for (const path of [HERE, `${HERE}/export`]) assert.equal((await browser.get(path)).status, 403);
});

test("it has what was done here, escaped, newest first", async () => {
  const { text } = await (await signIn(app, app.owner)).get(HERE);
  for (const action of ["token.created", "workspace.member-set", "repository.created", "workspace.created"])
    assert.ok(text.includes(written(action)), action);
  assert.ok(text.indexOf(written("token.created")) < text.indexOf(written("workspace.created")));
  assert.ok(!text.includes("<script>alert"));
  assert.ok(!text.includes(written("account.created")), "what is of no workspace is not in it");
});

for (const [query, shown, hidden] of [
  ["action=token.", "token.created", "workspace.created"],
  ["action=workspace.created", "workspace.created", "token.created"],
  ["on=acme%2Fdemo", "repository.created", "workspace.created"],
] as const) {
  test(`?${query} has ${shown} alone`, async () => {
    const { text } = await (await signIn(app, app.owner)).get(`${HERE}?${query}`);
    assert.ok(text.includes(written(shown)) && !text.includes(written(hidden)));
  });
}

test("a filter without results, and a date that is none, say so", async () => {
  const browser = await signIn(app, app.owner, "ja");
  assert.match((await browser.get(`${HERE}?who=nobody`)).text, /条件に一致する記録はありません/);
  const wrong = await browser.get(`${HERE}?from=yesterday`);
  assert.equal(wrong.status, 422);
  assert.equal((await browser.get(`${HERE}/export?to=soon`)).status, 400);
});

test("exports have every entry once, in both forms, and no formula", async () => {
  const { workspace } = app;
  const sample = (number: number) => ({
    at: new Date(),
    action: "workspace.changed" as const,
    actor: { kind: "operator" as const },
    subject: {
      kind: "workspace" as const,
      uuid: workspace.uuid,
      name: "acme",
      workspaceUuid: workspace.uuid,
    },
    affectedAccountUuid: undefined,
    details: { number },
  });
  const many = Array.from({ length: 1_200 }, (_, number) => sample(number));
  for (let from = 0; from < many.length; from += 100)
    await insertAuditEvents(app.ports.database.kysely, many.slice(from, from + 100));
  const browser = await signIn(app, app.owner);
  const json = await browser.get(`${HERE}/export?format=ndjson`);
  const entries = json.text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { number: number; action: string });
  assert.ok(entries.length > 1_200);
  assert.equal(new Set(entries.map(({ number }) => number)).size, entries.length);
  assert.ok(entries.some(({ action }) => action === "workspace.created"));
  const csv = await browser.get(`${HERE}/export`);
  assert.match(String(csv.headers["content-disposition"]), /attachment; filename="acme-audit-log\.csv"/);
  assert.equal(csv.text.trimEnd().split("\r\n").length, entries.length + 1);
  assert.match(csv.text, /,token,"'=cmd\|""<script>/);
  const page = await browser.get(HERE);
  const older = /rel="next" href="([^"]+)"/.exec(page.text)![1]!.replaceAll("&amp;", "&");
  const second = await browser.get(older);
  assert.match(second.text, /Newest/);
});
