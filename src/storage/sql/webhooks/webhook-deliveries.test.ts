import assert from "node:assert/strict";
import { before, test } from "node:test";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import {
  newUuid,
  SAMPLE_INSTANT,
  sampleProject,
  sampleRepository,
  sampleWorkspace,
} from "../../../../tests/support/examples/sample-model.ts";
import type { EncodedEvent } from "../../../model/encoded-event.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { Webhook, WebhookAttempt } from "../../../model/webhook.ts";
import { insertProject } from "../projects/projects.ts";
import { deleteRepositoryRow, insertRepository } from "../repositories/repositories.ts";
import { insertWorkspace } from "../workspaces/workspaces.ts";
import { insertAttempt, listAttempts, listLatestDurations } from "./webhook-attempts.ts";
import {
  findDeliveries,
  findDelivery,
  insertDeliveries,
  listDeliveries,
  listDueDeliveries,
  moveDueInstant,
  recordAttempt,
} from "./webhook-deliveries.ts";
import { deleteWebhook, insertWebhook, listListeningWebhooks } from "./webhooks.ts";

const LATER = new Date(SAMPLE_INSTANT.getTime() + 1_000);
const NOBODY_BUSY = { busy: [], limit: 100 };

describeDatabases("webhook deliveries", (current) => {
  const db = () => current().database.kysely;
  const [acme, other] = [sampleWorkspace("acme"), sampleWorkspace("other")];
  const project = sampleProject(acme, "P");
  const repository = sampleRepository(acme, project, "demo");
  const first = sampleWebhook(acme.uuid, repository.uuid);
  const second = sampleWebhook(acme.uuid, undefined);
  const third = sampleWebhook(other.uuid, undefined);

  function sampleWebhook(workspaceUuid: Uuid, repositoryUuid: Uuid | undefined): Webhook {
    return {
      uuid: newUuid(),
      workspaceUuid,
      repositoryUuid,
      url: "https://ci.example.com/",
      description: "",
      events: ["repo:push"],
      isActive: true,
      secret: undefined,
      skipsCertificateCheck: false,
      createdAt: SAMPLE_INSTANT,
    };
  }

  async function enqueue(webhook: Webhook, createdAt = SAMPLE_INSTANT): Promise<Uuid> {
    const uuid = newUuid();
    const event = "{}" as EncodedEvent;
    const delivery = { uuid, webhookUuid: webhook.uuid, event, payload: undefined, createdAt };
    await insertDeliveries(db(), [{ ...delivery, eventKey: "repo:push" }]);
    return uuid;
  }

  async function due(
    now = SAMPLE_INSTANT,
    options: { busy: Uuid[]; limit: number } = { ...NOBODY_BUSY, busy: [] },
  ) {
    const farthest = new Date(now.getTime() + 60_000);
    return (await listDueDeliveries(db(), { now, farthest, ...options })).map(
      ({ delivery }) => delivery.uuid,
    );
  }

  before(async () => {
    for (const workspace of [acme, other]) await insertWorkspace(db(), workspace);
    await insertProject(db(), project);
    await insertRepository(db(), repository);
    for (const webhook of [first, second, third]) await insertWebhook(db(), webhook);
  });

  test("one of each webhook is due, the first, and none of those that are left out", async () => {
    const early = await enqueue(first);
    await enqueue(first);
    const ofSecond = await enqueue(second);
    const ofThird = await enqueue(third, LATER);
    assert.deepEqual(await due(), [early, ofSecond]);
    assert.deepEqual(await due(LATER), [early, ofSecond, ofThird]);
    assert.deepEqual(await due(LATER, { busy: [acme.uuid], limit: 100 }), [ofThird]);
    assert.deepEqual(await due(LATER, { busy: [], limit: 1 }), [early]);
  });

  test("what is due later than any wait ends was written by a clock that was ahead: it is due now", async () => {
    const delivery = (await listDeliveries(db(), third.uuid, 1))[0]!;
    const move = (from: Date, to: Date) => moveDueInstant(db(), delivery, { from, to });
    const [waiting, farAway] = [59_000, 86_400_000].map((ms) => new Date(LATER.getTime() + ms));
    await move(delivery.dueAt, waiting!);
    assert.ok(!(await due(LATER)).includes(delivery.uuid));
    await move(waiting!, farAway!);
    assert.ok((await due(LATER)).includes(delivery.uuid));
    await move(farAway!, delivery.dueAt);
  });

  test("of two who claim a delivery one gets it, and it is not due until the claim ends", async () => {
    const [delivery] = await listDeliveries(db(), second.uuid, 1);
    const move = () => moveDueInstant(db(), delivery!, { from: delivery!.dueAt, to: LATER });
    assert.deepEqual((await Promise.all([move(), move()])).sort(), [false, true]);
    assert.ok(!(await due()).includes(delivery!.uuid));
    assert.ok((await due(LATER)).includes(delivery!.uuid));
  });

  test("an attempt is recorded by who holds the delivery, once; then the next is due", async () => {
    const [next, delivery] = await listDeliveries(db(), first.uuid, 2);
    const outcome = {
      state: "delivered",
      attempts: 1,
      dueAt: LATER,
      finishedAt: LATER,
      responseStatus: 200,
      problem: undefined,
      payload: "{}",
    } as const;
    await recordAttempt(db(), { ...delivery!, dueAt: LATER }, { ...outcome, state: "failed" });
    assert.equal((await listDeliveries(db(), first.uuid, 2))[1]!.state, "pending", "it is held by another");
    await recordAttempt(db(), delivery!, outcome);
    const recorded = (await listDeliveries(db(), first.uuid, 2))[1]!;
    assert.deepEqual(recorded, { ...delivery!, ...outcome });
    assert.ok((await due()).includes(next!.uuid));
  });

  test("attempts are listed in their order, each once, and not without their delivery", async () => {
    const [delivery] = await listDeliveries(db(), first.uuid, 1);
    const attempt: WebhookAttempt = {
      number: 1,
      sentAt: SAMPLE_INSTANT,
      durationMs: 12,
      url: "https://ci.example.com/",
      requestHeaders: [["x-event-key", "repo:push"]],
      responseStatus: 500,
      responseHeaders: [["Server", "x"]],
      responseBody: "<b>\ufffd",
      isBodyCut: true,
      problem: undefined,
    };
    const unanswered: WebhookAttempt = {
      ...attempt,
      number: 2,
      durationMs: 34,
      responseStatus: undefined,
      responseHeaders: [],
      responseBody: undefined,
      isBodyCut: false,
      problem: "no answer",
    };
    for (const each of [unanswered, attempt, attempt]) await insertAttempt(db(), delivery!.uuid, each);
    assert.deepEqual(await listAttempts(db(), delivery!.uuid), [attempt, unanswered]);
    const durations = await listLatestDurations(db(), [delivery!.uuid, newUuid()]);
    assert.deepEqual([...durations], [[delivery!.uuid, 34]]);
    await insertAttempt(db(), newUuid(), attempt);
    assert.deepEqual(await listLatestDurations(db(), []), new Map());
  });

  test("deliveries are read page by page, by their order and by state", async () => {
    const all = await listDeliveries(db(), first.uuid, 100);
    const [latest, ...earlier] = all;
    const page = await listDeliveries(db(), first.uuid, 100, { before: latest!.sequence });
    assert.deepEqual(page, earlier);
    const pending = await listDeliveries(db(), first.uuid, 100, { state: "pending" });
    assert.deepEqual(
      pending,
      all.filter(({ state }) => state === "pending"),
    );
    assert.deepEqual(await findDelivery(db(), first.uuid, latest!.uuid), latest);
    assert.equal(await findDelivery(db(), second.uuid, latest!.uuid), undefined);
  });

  test("a delivery is found by its id, and by the beginning of it", async () => {
    const [delivery] = await listDeliveries(db(), first.uuid, 1);
    for (const prefix of [delivery!.uuid, delivery!.uuid.slice(0, 8)]) {
      assert.deepEqual(await findDeliveries(db(), prefix), [delivery]);
    }
    assert.deepEqual(await findDeliveries(db(), "%"), []);
  });

  test("webhooks of the workspace hear of what happens in it, and those of a repository of what happens there", async () => {
    const heard = async (uuid: Uuid | undefined) =>
      (await listListeningWebhooks(db(), { uuid, workspaceUuid: acme.uuid })).map((webhook) => webhook.uuid);
    assert.deepEqual((await heard(repository.uuid)).sort(), [first.uuid, second.uuid].sort());
    assert.deepEqual(await heard(undefined), [second.uuid]);
    assert.deepEqual(await heard(newUuid()), [second.uuid]);
  });

  test("pending deliveries of a webhook go with it, and a repository's webhooks with the repository", async () => {
    await deleteWebhook(db(), third.uuid);
    assert.deepEqual(await listDeliveries(db(), third.uuid, 10), []);
    await deleteRepositoryRow(db(), repository.uuid);
    assert.deepEqual(await listDeliveries(db(), first.uuid, 10), []);
    assert.equal((await listDeliveries(db(), second.uuid, 10)).length, 1);
  });
});
