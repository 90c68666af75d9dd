import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { sql } from "kysely";
import type { AuditEvent } from "../../src/model/audit.ts";
import type { GrantedScope } from "../../src/model/scope.ts";
import type { GroupSlug } from "../../src/model/slug.ts";
import { createAccount, disableAccount, enableAccount } from "../../src/operations/accounts/accounts.ts";
import {
  addGroupMember,
  createGroup,
  deleteGroup,
  removeGroupMember,
} from "../../src/operations/groups/groups.ts";
import { createApiToken, revokeApiToken, rotateApiToken } from "../../src/operations/tokens/api-tokens.ts";
import { setMember } from "../../src/operations/workspaces/workspaces.ts";
import { TOKEN_REVOCATION_PATH } from "../../src/own-routes/token-revocation.ts";
import { listAuditEvents } from "../../src/storage/sql/audit/audit-events.ts";
import { findGroup } from "../../src/storage/sql/groups/groups.ts";
import { basic } from "../support/clients/http-request.ts";
import {
  createMigratedDatabaseSettings,
  DIALECTS,
  type TestDatabaseSettings,
} from "../support/database/test-database.ts";
import { startTestApp, type TestApp } from "../support/server/test-app.ts";

for (const dialect of DIALECTS) {
  describe(`the audit log of a server on ${dialect}`, () => {
    let app: TestApp;
    let testDatabase: TestDatabaseSettings;
    before(async () => {
      testDatabase = await createMigratedDatabaseSettings(dialect);
      app = await startTestApp({ database: testDatabase.settings });
    });
    after(async () => {
      await app.close();
      await testDatabase.remove();
    });

    async function lastEvents(count: number): Promise<readonly AuditEvent[]> {
      await app.ports.auditNotes.idle();
      return (await listAuditEvents(app.ports.database.kysely, { limit: count })).toReversed();
    }

    async function callerOf(username: string, scopes: readonly GrantedScope[]) {
      const account = await createAccount(app.ports, app.by, { email: `${username}@example.com`, username });
      const wanted = { accountUuid: account.uuid, name: "test", scopes, ageDays: 1 };
      const { token, text } = await createApiToken(app.ports, app.by, wanted);
      const ask = async (method: string, path: string, body?: unknown) => {
        const response = await fetch(`${app.url}/2.0${path}`, {
          method,
          headers: {
            authorization: basic(`${username}@example.com`, text.reveal()),
            ...(body === undefined ? {} : { "content-type": "application/json" }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        await response.arrayBuffer();
        await app.ports.auditNotes.idle();
        return response.status;
      };
      return { account, token, ask };
    }

    test("tells of the operator's changes, each with what it was about", async () => {
      const { ports, by, workspace } = app;
      const account = await createAccount(ports, by, { email: "carl@example.com", username: "carl" });
      await setMember(ports, by, workspace, account, "member", "write");
      const group = await createGroup(ports, by, workspace, "Team");
      await addGroupMember(by, workspace, group, account);
      await removeGroupMember(by, group, account);
      await deleteGroup(by, group);
      await disableAccount(ports, by, account);
      await enableAccount(by, account);
      const events = await lastEvents(8);
      assert.deepEqual(
        events.map(({ action, actor, affectedAccountUuid }) => [action, actor.kind, affectedAccountUuid]),
        [
          ["account.created", "operator", account.uuid],
          ["workspace.member-set", "operator", account.uuid],
          ["group.created", "operator", undefined],
          ["group.member-added", "operator", account.uuid],
          ["group.member-removed", "operator", account.uuid],
          ["group.deleted", "operator", undefined],
          ["account.disabled", "operator", account.uuid],
          ["account.enabled", "operator", account.uuid],
        ],
      );
      assert.deepEqual(events[1]!.details, { role: "member", permission: "write" });
    });

    test("tells of a token's life, and of one rotation or revocation once", async () => {
      const { ports, by, owner } = app;
      const { token } = await createApiToken(ports, by, {
        accountUuid: owner.uuid,
        name: "ci",
        scopes: ["read:user:bitbucket"],
        ageDays: 1,
      });
      for (const _time of [1, 2]) await rotateApiToken(ports, by, token.uuid, 30);
      for (const _time of [1, 2]) await revokeApiToken(ports, by, token.uuid);
      const events = await lastEvents(3);
      assert.deepEqual(
        events.map(({ action, subject }) => [action, subject.uuid]),
        ["token.created", "token.rotated", "token.revoked"].map((action) => [action, token.uuid]),
      );
      assert.deepEqual(events[0]!.details.scopes, ["read:user:bitbucket"]);
    });

    test("tells of changes over REST with the account, the token and the address, and when it is new", async () => {
      const { account, token, ask } = await callerOf("admin", [
        "admin:repository:bitbucket",
        "write:permission:bitbucket",
        "delete:permission:bitbucket",
        "delete:repository:bitbucket",
      ]);
      await setMember(app.ports, app.by, app.workspace, account, "owner", "admin");
      const holder = await createAccount(app.ports, app.by, { email: "held@example.com", username: "held" });
      await setMember(app.ports, app.by, app.workspace, holder, "member", "none");
      const path = "/repositories/acme/audited";
      assert.equal(await ask("POST", path, { is_private: true }), 200);
      assert.equal(await ask("PUT", path, { is_private: false }), 200);
      const permission = `${path}/permissions-config/users/{${holder.uuid}}`;
      assert.equal(await ask("PUT", permission, { permission: "read" }), 200);
      assert.equal(await ask("DELETE", permission), 204);
      const rule = { kind: "force", branch_match_kind: "glob", pattern: "main" };
      assert.equal(await ask("POST", `${path}/branch-restrictions`, rule), 201);
      assert.equal(await ask("DELETE", path), 204);
      const events = await lastEvents(7);
      const actor = {
        kind: "account",
        accountUuid: account.uuid,
        credential: { kind: "api-token", id: token.uuid },
        address: "127.0.0.1",
      } as const;
      assert.deepEqual(
        new Set(events.map(({ action }) => action)),
        new Set([
          "token.used-from-new-address",
          "repository.created",
          "repository.made-public",
          "permission.set",
          "permission.removed",
          "branch-restriction.created",
          "repository.deleted",
        ]),
      );
      for (const event of events) assert.deepEqual(event.actor, actor);
      assert.ok(
        events
          .slice(1)
          .every(({ subject }) => subject.kind !== "repository" || subject.name === "acme/audited"),
      );
      assert.equal(
        events.find(({ action }) => action === "permission.set")?.affectedAccountUuid,
        holder.uuid,
      );
    });

    test("tells that a token was revoked by whoever has found it, and from where", async () => {
      const wanted = { accountUuid: app.owner.uuid, name: "lost", ageDays: 1 };
      const { token, text } = await createApiToken(app.ports, app.by, {
        ...wanted,
        scopes: ["read:user:bitbucket"],
      });
      for (const _time of [1, 2]) {
        const response = await fetch(`${app.url}${TOKEN_REVOCATION_PATH}`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ token: text.reveal() }),
        });
        assert.equal(response.status, 204);
      }
      assert.deepEqual(
        (await lastEvents(2)).map(({ action, actor, subject }) => [action, actor, subject.uuid]),
        [
          ["token.created", { kind: "operator" }, token.uuid],
          ["token.revoked", { kind: "anonymous", address: "127.0.0.1" }, token.uuid],
        ],
      );
    });

    test("has nothing of a change that was not made", async () => {
      const before = await lastEvents(1000);
      await assert.rejects(createAccount(app.ports, app.by, { email: "new@example.com", username: "owner" }));
      await assert.rejects(createGroup(app.ports, app.by, app.workspace, ""));
      assert.deepEqual(await lastEvents(1000), before);
    });

    test("no change is made that cannot be written into it", async () => {
      const { kysely } = app.ports.database;
      await sql`alter table audit_event rename to audit_event_away`.execute(kysely);
      try {
        await assert.rejects(createGroup(app.ports, app.by, app.workspace, "Unaudited"));
      } finally {
        await sql`alter table audit_event_away rename to audit_event`.execute(kysely);
      }
      assert.equal(await findGroup(kysely, app.workspace.uuid, "unaudited" as GroupSlug), undefined);
    });

    test("tells once an hour and route of each way in which a genuine token is refused", async () => {
      const { account, token, ask } = await callerOf("eve", ["read:repository:bitbucket"]);
      for (const _time of [1, 2]) {
        assert.equal(await ask("GET", "/repositories/acme/demo"), 404);
        assert.equal(await ask("GET", "/user"), 403);
      }
      await setMember(app.ports, app.by, app.workspace, account, "member", "read");
      await revokeApiToken(app.ports, app.by, token.uuid);
      assert.equal(await ask("GET", "/repositories/acme/demo"), 401);
      const events = (await lastEvents(1000)).filter(
        ({ action, affectedAccountUuid }) =>
          action === "access.refused" && affectedAccountUuid === account.uuid,
      );
      assert.deepEqual(
        events.map(({ subject, details }) => [subject.name, details.kind]),
        [
          ["acme/demo", "hidden"],
          ["/2.0/user", "scope-missing"],
          ["acme/demo", "credential-invalid"],
        ],
      );
    });

    test("tells nothing of strangers and their guesses", async () => {
      const before = await lastEvents(1000);
      for (const authorization of [undefined, basic("owner@example.com", "guess")]) {
        const response = await fetch(`${app.url}/2.0/repositories/acme/demo`, {
          headers: authorization === undefined ? {} : { authorization },
        });
        await response.arrayBuffer();
      }
      assert.deepEqual(await lastEvents(1000), before);
    });
  });
}
