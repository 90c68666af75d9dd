import assert from "node:assert/strict";
import { before, test } from "node:test";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import {
  newUuid,
  SAMPLE_INSTANT,
  sampleAccount,
  sampleProject,
  sampleRepository,
  sampleWorkspace,
} from "../../../../tests/support/examples/sample-model.ts";
import type { Account } from "../../../model/account.ts";
import {
  type AuditAction,
  type AuditSubject,
  projectSubject,
  repositorySubject,
  workspaceSubject,
} from "../../../model/audit.ts";
import { insertAccount } from "../accounts/accounts.ts";
import { upsertMember } from "../workspaces/members.ts";
import { insertWorkspace } from "../workspaces/workspaces.ts";
import { insertAuditEvent } from "./audit-events.ts";
import { listWorkspaceAuditEvents, type WorkspaceAuditQuery } from "./workspace-audit.ts";

describeDatabases("the audit log of a workspace", (current) => {
  const db = () => current().database.kysely;
  const [acme, other] = [sampleWorkspace("acme"), sampleWorkspace("other")];
  const project = sampleProject(acme, "ONE");
  const demo = sampleRepository(acme, project, "demo_100%");
  const ada = sampleAccount("ada", { displayName: "Ada Ümlaut" });
  const eve = sampleAccount("eve");
  const credential = { kind: "api-token", id: newUuid() } as const;

  async function add(action: AuditAction, subject: AuditSubject, by: Account, day: number, about?: Account) {
    await insertAuditEvent(db(), {
      at: new Date(SAMPLE_INSTANT.getTime() + day * 86_400_000),
      action,
      actor: { kind: "account", accountUuid: by.uuid, credential, address: "192.0.2.1" },
      subject,
      affectedAccountUuid: about?.uuid,
      details: {},
    });
  }

  before(async () => {
    for (const account of [ada, eve]) await insertAccount(db(), account);
    for (const workspace of [acme, other]) await insertWorkspace(db(), workspace);
    const owner = { accountUuid: ada.uuid, role: "owner", repositoryPermission: "admin" } as const;
    await upsertMember(db(), acme.uuid, owner, SAMPLE_INSTANT);
    const token = { kind: "token", uuid: newUuid(), name: "ci" } as const;
    await add("workspace.created", workspaceSubject(acme), ada, 0);
    await add("project.created", projectSubject(project), ada, 1);
    await add("token.created", token, ada, 2, ada);
    await add("token.created", { ...token, name: "of eve" }, eve, 2, eve);
    await add("token.used-from-new-address", token, ada, 3, ada);
    await add("access.refused", repositorySubject(demo), eve, 4, eve);
    await add("workspace.created", workspaceSubject(other), eve, 5);
    await add("account.renamed", { kind: "account", uuid: ada.uuid, name: "ada" }, ada, 6, ada);
  });

  const told = async (more: Partial<WorkspaceAuditQuery> = {}) =>
    (await listWorkspaceAuditEvents(db(), { workspaceUuid: acme.uuid, limit: 10, ...more })).map(
      ({ action, subject }) => `${action} ${subject.name}`,
    );

  test("has what was done in it and to the tokens that reach it, and nothing of others", async () => {
    assert.deepEqual(await told(), [
      "access.refused acme/demo_100%",
      "token.created ci",
      "project.created ONE",
      "workspace.created acme",
    ]);
    assert.deepEqual(await told({ workspaceUuid: other.uuid }), ["workspace.created other"]);
  });

  for (const [why, query, expected] of [
    [
      "who, by a part of the name in any case",
      { who: "üml" },
      ["token.created ci", "project.created ONE", "workspace.created acme"],
    ],
    [
      "who, by the beginning of an id",
      { who: credential.id.slice(0, 8).toUpperCase() },
      ["access.refused acme/demo_100%", "token.created ci", "project.created ONE", "workspace.created acme"],
    ],
    ["nobody", { who: "%" }, []],
    ["an action", { action: "token.created" }, ["token.created ci"]],
    ["a family of actions", { action: "workspace." }, ["workspace.created acme"]],
    ["no action by a sign that matches all", { action: "%." }, []],
    ["what it was done to", { on: "DEMO_100%" }, ["access.refused acme/demo_100%"]],
    [
      "since",
      { since: new Date(SAMPLE_INSTANT.getTime() + 2 * 86_400_000) },
      ["access.refused acme/demo_100%", "token.created ci"],
    ],
    ["until", { until: new Date(SAMPLE_INSTANT.getTime() + 86_400_000) }, ["workspace.created acme"]],
  ] as const) {
    test(`is filtered by ${why}`, async () => assert.deepEqual(await told(query), expected));
  }

  test("pages have each entry once", async () => {
    const found: number[] = [];
    let last: number | undefined;
    for (;;) {
      const page = await listWorkspaceAuditEvents(db(), { workspaceUuid: acme.uuid, limit: 1, before: last });
      if (page.length === 0) break;
      last = page[0]!.sequence;
      found.push(last);
    }
    assert.equal(found.length, 4);
    assert.deepEqual(
      found,
      found.toSorted((a, b) => b - a),
    );
  });
});
