import assert from "node:assert/strict";
import { before, test } from "node:test";
import { describeDatabases } from "../../../tests/support/database/test-database.ts";
import {
  newUuid,
  SAMPLE_INSTANT,
  sampleAccount,
  sampleProject,
  sampleRepository,
  sampleWorkspace,
} from "../../../tests/support/examples/sample-model.ts";
import { type Actor, accountSubject, repositorySubject } from "../../model/audit.ts";
import type { Webhook } from "../../model/webhook.ts";
import { insertAccount } from "./accounts/accounts.ts";
import { listAuditEvents } from "./audit/audit-events.ts";
import { insertProject } from "./projects/projects.ts";
import { insertRepository, updateRepository } from "./repositories/repositories.ts";
import { listDeliveries } from "./webhooks/webhook-deliveries.ts";
import { insertWebhook } from "./webhooks/webhooks.ts";
import { insertWorkspace } from "./workspaces/workspaces.ts";
import { openWriteTransaction, type Recorder } from "./write-transaction.ts";

const workspace = sampleWorkspace("acme");
const project = sampleProject(workspace, "DEMO");
const repository = sampleRepository(workspace, project, "demo");
const account = sampleAccount("ann");
const ANN: Actor = {
  kind: "account",
  accountUuid: account.uuid,
  credential: { kind: "api-token", id: newUuid() },
  address: "192.0.2.1",
};
const SUBJECT = repositorySubject(repository);
const WHAT = { kind: "repo:imported", repositoryUuid: repository.uuid } as const;

describeDatabases("a write transaction", (current) => {
  const db = () => current().database.kysely;
  let wakes: boolean[] = [];
  let hook: Webhook;

  /** Those of a new actor, who has an empty past. Each wake-up notes whether the change was there. */
  function open(actor: Actor) {
    wakes = [];
    return openWriteTransaction(
      {
        transactions: current().database,
        clock: () => SAMPLE_INSTANT,
        newUuid,
        outbox: { wake: () => void wakes.push(true), listen() {} },
      },
      actor,
    );
  }

  async function pending(kysely = db()): Promise<number> {
    return (await listDeliveries(kysely, hook.uuid, 100)).length;
  }

  async function audited(kysely = db()): Promise<number> {
    return (await listAuditEvents(kysely, { limit: 100 })).length;
  }

  before(async () => {
    await insertAccount(db(), account);
    await insertWorkspace(db(), workspace);
    await insertProject(db(), project);
    await insertRepository(db(), repository);
    hook = {
      uuid: newUuid(),
      workspaceUuid: workspace.uuid,
      repositoryUuid: repository.uuid,
      url: "https://example.test/hook",
      description: "",
      events: ["repo:imported"],
      isActive: true,
      secret: undefined,
      skipsCertificateCheck: false,
      createdAt: SAMPLE_INSTANT,
    };
    await insertWebhook(db(), hook);
  });

  test("stores what was recorded at its end, in order and in the actor's name, and then wakes whoever delivers", async () => {
    const size = await open(ANN)(async (tx, record) => {
      record.audit("repository.created", SUBJECT, { is_private: true });
      record.audit("account.created", accountSubject(account), { account: account.uuid });
      record.event(repository, WHAT);
      assert.deepEqual([await pending(tx), await audited(tx), wakes.length], [0, 0, 0]);
      await updateRepository(tx, repository.uuid, { sizeBytes: 7 });
      return 7;
    });
    assert.equal(size, 7);
    assert.deepEqual(wakes, [true]);
    const [second, first] = await listAuditEvents(db(), { limit: 100 });
    assert.deepEqual([first!.action, first!.actor, first!.subject], ["repository.created", ANN, SUBJECT]);
    assert.deepEqual([second!.action, second!.affectedAccountUuid], ["account.created", account.uuid]);
    const [delivery] = await listDeliveries(db(), hook.uuid, 100);
    const { version, ...event } = JSON.parse(delivery!.event);
    assert.deepEqual([version, event], [1, { ...WHAT, actorUuid: account.uuid }]);
  });

  test("stores nothing and wakes nobody if the change fails", async () => {
    const counts = [await pending(), await audited()];
    const failing = open(ANN)(async (_tx, record) => {
      record.audit("repository.created", SUBJECT);
      record.event(repository, WHAT);
      throw new Error("not this time");
    });
    await assert.rejects(failing, /not this time/);
    assert.deepEqual([await pending(), await audited(), wakes.length], [...counts, 0]);
  });

  test("wakes nobody for what no webhook listens to, of this repository and its workspace", async () => {
    const count = await pending();
    const elsewhere = { workspace: { uuid: newUuid() }, uuid: repository.uuid };
    await open(ANN)(async (_tx, record) => {
      record.event(repository, { kind: "repo:deleted", repository });
      record.event({ workspace }, WHAT);
      record.event(elsewhere, WHAT);
      record.audit("repository.deleted", SUBJECT);
    });
    assert.deepEqual([await pending(), wakes.length], [count, 0]);
  });

  test("tells no account of the operator", async () => {
    await open({ kind: "operator" })(async (_tx, record) => record.event(repository, WHAT));
    const [delivery] = await listDeliveries(db(), hook.uuid, 1);
    assert.ok(!("actorUuid" in JSON.parse(delivery!.event)));
  });

  test("enqueues a delivery once more", async () => {
    const count = await pending();
    const [{ webhookUuid, eventKey, event }] = (await listDeliveries(db(), hook.uuid, 1)) as [
      Awaited<ReturnType<typeof listDeliveries>>[0],
    ];
    const uuid = newUuid();
    await open(ANN)(async (_tx, record) =>
      record.delivery({ uuid, webhookUuid, eventKey, event, payload: "{}" }),
    );
    const [again] = await listDeliveries(db(), hook.uuid, 1);
    assert.deepEqual([again!.uuid, again!.payload, again!.state], [uuid, "{}", "pending"]);
    assert.deepEqual([await pending(), wakes.length], [count + 1, 1]);
  });

  test("refuses what is recorded after its end: it would be lost", async () => {
    let late: Recorder | undefined;
    await open(ANN)(async (_tx, record) => {
      late = record;
    });
    assert.throws(() => late!.audit("repository.created", SUBJECT), /after the end of the transaction/);
    assert.throws(() => late!.event(repository, WHAT), /after the end of the transaction/);
  });
});
