import assert from "node:assert/strict";
import { test } from "node:test";
import { sql } from "kysely";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import { newUuid, SAMPLE_INSTANT } from "../../../../tests/support/examples/sample-model.ts";
import type { NewAuditEvent } from "../../../model/audit.ts";
import { insertAuditEvent, insertNewAddress, listAuditEvents } from "./audit-events.ts";

describeDatabases("the audit log", (current) => {
  const db = () => current().database.kysely;

  function sampleEvent(changes: Partial<NewAuditEvent> = {}): NewAuditEvent {
    return {
      at: SAMPLE_INSTANT,
      action: "token.created",
      actor: {
        kind: "account",
        accountUuid: newUuid(),
        credential: { kind: "api-token", id: newUuid() },
        address: "192.0.2.1",
      },
      subject: { kind: "token", uuid: newUuid(), name: "ci" },
      affectedAccountUuid: newUuid(),
      details: { scopes: ["read:user:bitbucket"], permission: null },
      ...changes,
    };
  }

  test("gives back what was put into it, newest first", async () => {
    const events = [
      sampleEvent(),
      sampleEvent({ actor: { kind: "operator" }, affectedAccountUuid: undefined }),
    ];
    for (const event of events) await insertAuditEvent(db(), event);
    const listed = await listAuditEvents(db(), { limit: 2 });
    assert.deepEqual(
      listed.map(({ sequence: _sequence, ...event }) => event),
      events.toReversed(),
    );
    assert.ok(listed[0]!.sequence > listed[1]!.sequence);
  });

  test("names the kind of a credential; what has none was written when all were API tokens", async () => {
    const accountUuid = newUuid();
    const actor = { kind: "account", accountUuid, address: "192.0.2.1" } as const;
    const session = { kind: "session", id: newUuid() } as const;
    await insertAuditEvent(db(), sampleEvent({ actor: { ...actor, credential: session } }));
    const id = newUuid();
    await sql`insert into audit_event (at, action, actor_kind, account_uuid, token_uuid, address, subject_kind,
        subject_name, details)
      values (1, 'token.created', 'account', ${accountUuid}, ${id}, '192.0.2.1', 'token', 'ci', '{}')`.execute(
      db(),
    );
    const listed = await listAuditEvents(db(), { accountUuid, limit: 10 });
    assert.deepEqual(
      listed.map((event) => event.actor),
      [
        { ...actor, credential: { kind: "api-token", id } },
        { ...actor, credential: session },
      ],
    );
  });

  for (const [what, statement] of [
    ["changed", sql`update audit_event set action = 'token.revoked'`],
    ["deleted", sql`delete from audit_event`],
  ] as const) {
    test(`entries cannot be ${what}, not even past Pail's own code`, async () => {
      await insertAuditEvent(db(), sampleEvent());
      const before = await listAuditEvents(db(), { limit: 1000 });
      await assert.rejects(statement.execute(db()), /only added to/);
      assert.deepEqual(await listAuditEvents(db(), { limit: 1000 }), before);
    });
  }

  test("an address is new to a token once", async () => {
    const event = sampleEvent({ action: "token.used-from-new-address" });
    await insertNewAddress(db(), event);
    await insertNewAddress(db(), { ...event, at: new Date(SAMPLE_INSTANT.getTime() + 1) });
    await insertNewAddress(db(), sampleEvent({ action: "token.used-from-new-address" }));
    const { actor } = event;
    assert.ok(actor.kind === "account");
    const listed = await listAuditEvents(db(), { accountUuid: actor.accountUuid, limit: 10 });
    assert.deepEqual(
      listed.map(({ at }) => at),
      [SAMPLE_INSTANT],
    );
  });

  test("is filtered by account, as the actor or as the one it is about", async () => {
    const uuid = newUuid();
    await insertAuditEvent(db(), sampleEvent({ affectedAccountUuid: uuid }));
    await insertAuditEvent(
      db(),
      sampleEvent({
        actor: {
          kind: "account",
          accountUuid: uuid,
          credential: { kind: "api-token", id: newUuid() },
          address: "::1",
        },
      }),
    );
    await insertAuditEvent(db(), sampleEvent());
    assert.equal((await listAuditEvents(db(), { accountUuid: uuid, limit: 10 })).length, 2);
  });

  test("is filtered by repository, under the id and under an earlier name", async () => {
    const [uuid, other] = [newUuid(), newUuid()];
    const add = (subjectUuid: typeof uuid, name: string) =>
      insertAuditEvent(db(), sampleEvent({ subject: { kind: "repository", uuid: subjectUuid, name } }));
    await add(uuid, "acme/old");
    await add(uuid, "acme/new");
    await add(other, "acme/other");
    const names = async (name: string, id: typeof uuid | undefined) =>
      (await listAuditEvents(db(), { repository: { uuid: id, name }, limit: 10 })).map(
        ({ subject }) => subject.name,
      );
    assert.deepEqual(await names("acme/new", uuid), ["acme/new", "acme/old"]);
    assert.deepEqual(await names("acme/old", undefined), ["acme/old"]);
  });

  test("is filtered by action, instant, number and limit", async () => {
    const accountUuid = newUuid();
    const at = (ms: number) => new Date(SAMPLE_INSTANT.getTime() + ms);
    for (const ms of [0, 1, 2, 3])
      await insertAuditEvent(db(), sampleEvent({ at: at(ms), affectedAccountUuid: accountUuid }));
    await insertAuditEvent(db(), sampleEvent({ action: "token.revoked", affectedAccountUuid: accountUuid }));
    const list = (query: object) => listAuditEvents(db(), { accountUuid, limit: 10, ...query });
    assert.equal((await list({ action: "token.revoked" })).length, 1);
    assert.equal((await list({ since: at(2) })).length, 2);
    const [, second] = await list({ limit: 2 });
    assert.equal((await list({ before: second!.sequence })).length, 3);
  });

  test("tokens and e-mail addresses that people have put into names are masked, and quotes harm nothing", async () => {
    const name = `"ci" for ada@example.com ATATT3xFfGF0${"x".repeat(20)}`;
    await insertAuditEvent(
      db(),
      sampleEvent({ subject: { kind: "token", uuid: newUuid(), name }, details: { match: `a"b@c"d` } }),
    );
    const [event] = await listAuditEvents(db(), { limit: 1 });
    assert.doesNotMatch(JSON.stringify(event), /example\.com|xFfGF0/);
    assert.equal(typeof event!.details.match, "string");
  });
});
