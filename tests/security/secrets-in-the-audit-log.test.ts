import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SCOPES } from "../../src/model/scope.ts";
import { addEmail, changePrimaryEmail, createAccount } from "../../src/operations/accounts/accounts.ts";
import { createGroup } from "../../src/operations/groups/groups.ts";
import { createApiToken, rotateApiToken } from "../../src/operations/tokens/api-tokens.ts";
import { createWorkspace, setMember } from "../../src/operations/workspaces/workspaces.ts";
import { basic } from "../support/clients/http-request.ts";
import { inventToken } from "../support/examples/accounts.ts";
import { startTestApp, type TestApp } from "../support/server/test-app.ts";

/**
 * The audit log is kept for ever, exported and read by others than those it tells of. Whoever puts a token or an address
 * where it does not belong (names, paths, queries, patterns) must not find it kept there.
 */
let app: TestApp;
before(async () => {
  app = await startTestApp();
});
// One is the pattern of a branch restriction, which is kept as it was sent.
after(() => app.close({ hasTokenInRows: true }));

const ADDRESS = "somebody.private@example.org";
const PART_LENGTH = 24;

test("no token and no e-mail address gets into the audit log", async () => {
  const { ports, by } = app;
  const stray = inventToken();
  const account = await createAccount(ports, by, {
    email: ADDRESS,
    username: "somebody",
    displayName: ADDRESS,
  });
  await addEmail(ports, by, account, { address: `second.${ADDRESS}`, isPrimary: false, isConfirmed: true });
  await changePrimaryEmail(by, account, ADDRESS);
  const wanted = { accountUuid: account.uuid, scopes: SCOPES, ageDays: 1 };
  const { text, token } = await createApiToken(ports, by, { ...wanted, name: `${stray} of ${ADDRESS}` });
  const { text: successor } = await rotateApiToken(ports, by, token.uuid, 30);
  await setMember(ports, by, app.workspace, account, "owner", "admin");
  await createGroup(ports, by, app.workspace, ADDRESS);
  await createWorkspace(ports, by, { slug: "elsewhere", name: ADDRESS, owner: account });
  const authorization = basic(ADDRESS, successor.reveal());
  const ask = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${app.url}/2.0${path}`, {
      method,
      headers: { authorization, "content-type": "application/json" },
      body: body === undefined ? null : JSON.stringify(body),
    });
    await response.arrayBuffer();
    return response.status;
  };
  const rule = { kind: "force", branch_match_kind: "glob", pattern: `${text.reveal()}/${ADDRESS}` };
  assert.equal(await ask("POST", "/repositories/acme/demo/branch-restrictions", rule), 201);
  assert.equal(await ask("GET", `/repositories/acme/${stray}?access_token=${text.reveal()}`), 401);
  assert.equal(await ask("GET", `/repositories/acme/${stray}?token=${text.reveal()}`), 404);
  assert.equal(await ask("GET", `/workspaces/${encodeURIComponent(ADDRESS)}`), 404);
  await ports.auditNotes.idle();
  const rows = await ports.database.kysely.selectFrom("audit_event").selectAll().execute();
  const log = JSON.stringify(rows);
  for (const action of ["token.rotated", "branch-restriction.created", "access.refused"])
    assert.ok(log.includes(action), action);
  for (const secret of [stray, text.reveal(), successor.reveal()]) {
    for (let at = 0; at + PART_LENGTH <= secret.length; at += 1)
      assert.ok(!log.includes(secret.slice(at, at + PART_LENGTH)), "a part of a token");
  }
  assert.doesNotMatch(log, /@|example\.org/);
});
