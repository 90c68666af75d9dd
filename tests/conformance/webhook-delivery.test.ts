import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { after, test } from "node:test";
import { startWebhookDeliveries } from "../../src/jobs/webhook-delivery.ts";
import { type EncodedEvent, encodeEvent } from "../../src/model/encoded-event.ts";
import { Secret } from "../../src/model/secret.ts";
import { parseUuid, type Uuid } from "../../src/model/uuid.ts";
import type { WebhookDelivery } from "../../src/model/webhook.ts";
import { openPorts } from "../../src/open-ports.ts";
import { listAttempts } from "../../src/storage/sql/webhooks/webhook-attempts.ts";
import {
  deleteDeliveriesBefore,
  insertDeliveries,
  listDeliveries,
} from "../../src/storage/sql/webhooks/webhook-deliveries.ts";
import { claimDelivery } from "../../src/webhooks/delivery-claim.ts";
import { signature } from "../../src/webhooks/send-webhook.ts";
import { ownerOf } from "../support/clients/rest-callers.ts";
import { openWebhookReceiver } from "../support/remote-servers/webhook-receiver.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

/** The documented course in a short time: three attempts, and a target has 300 ms to answer. */
const QUICK = { sendMsMax: 300, retryMs: [20, 40], lookMs: 20, claimMs: 2_000 };

const receiver = await openWebhookReceiver();
const filled = await startFilledApp({ mayReachPrivateAddresses: true }, QUICK);
const { app, git, folder } = filled;
const { rest } = await ownerOf(app);
await filled.commit({ "a.txt": "a\n" }, "first");
await git.out(["push", "--quiet", "origin", "HEAD:refs/heads/main"], { folder });

async function subscribe(path: string, more: Record<string, unknown> = {}): Promise<Uuid> {
  const body = { url: receiver.url(path), events: ["repo:commit_status_created", "repo:push"], ...more };
  const { status, json } = await filled.rest("POST", "/hooks", body);
  assert.equal(status, 201);
  return parseUuid(json.uuid)!;
}

let statuses = 0;

/** Something that is told: returns the name by which the receiver knows it again. */
async function happen(): Promise<string> {
  statuses += 1;
  const key = `status-${statuses}`;
  const { status } = await filled.rest("POST", "/commit/main/statuses/build", { key, state: "FAILED" });
  assert.equal(status, 201);
  return key;
}

/** The latest deliveries of a webhook, once none is pending. */
async function settled(hook: Uuid): Promise<readonly WebhookDelivery[]> {
  for (;;) {
    const deliveries = await listDeliveries(app.ports.database.kysely, hook, 100);
    if (deliveries.length > 0 && deliveries.every(({ state }) => state !== "pending")) return deliveries;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function remove(hook: Uuid) {
  return filled.rest("DELETE", `/hooks/%7B${hook}%7D`);
}

test("a signature is the one of the reference's example", () => {
  const secret = new Secret("It's a Secret to Everybody");
  assert.deepEqual(signature({ body: "Hello World!", secret }), {
    "x-hub-signature": "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9",
  });
});

test("a signature is over the bytes of UTF-8, and there is none without a secret", () => {
  // Made with: printf '{"a":"ä"}' | openssl dgst -sha256 -hmac 'key'
  const body = '{"a":"ä"}';
  assert.deepEqual(signature({ body, secret: new Secret("key") }), {
    "x-hub-signature": "sha256=34b1bbcebd2137443e7a59299d0560ef53fd420864dbb13c1d4cc8397523d3a6",
  });
  assert.deepEqual(signature({ body, secret: undefined }), {});
});

test("a delivery has the documented headers, and its signature is that of its body", async () => {
  const hook = await subscribe("/headers", { secret: "a secret" });
  await happen();
  const [{ headers, body }] = (await receiver.take("/headers", 1)) as [
    Awaited<ReturnType<typeof receiver.take>>[0],
  ];
  assert.equal(headers["content-type"], "application/json");
  assert.equal(headers["user-agent"], "Bitbucket-Webhooks/2.0");
  assert.equal(headers["x-event-key"], "repo:commit_status_created");
  assert.equal(headers["x-hook-uuid"], hook);
  assert.equal(headers["x-attempt-number"], "1");
  assert.equal(
    headers["x-hub-signature"],
    `sha256=${createHmac("sha256", "a secret").update(body).digest("hex")}`,
  );
  const [delivery] = await settled(hook);
  assert.equal(headers["x-request-uuid"], delivery!.uuid);
  assert.deepEqual(
    [delivery!.state, delivery!.responseStatus, delivery!.problem],
    ["delivered", 200, undefined],
  );
  await remove(hook);
});

test("each attempt is kept with what was sent and answered, but for the signature", async () => {
  receiver.answer("/attempts", 503, 200);
  const hook = await subscribe("/attempts", { secret: "a secret" });
  await happen();
  await receiver.take("/attempts", 2);
  const [delivery] = await settled(hook);
  const attempts = await listAttempts(app.ports.database.kysely, delivery!.uuid);
  assert.deepEqual(
    attempts.map(({ number, responseStatus, responseBody }) => [number, responseStatus, responseBody]),
    [
      [1, 503, ""],
      [2, 200, ""],
    ],
  );
  const headers = new Map(attempts[1]!.requestHeaders);
  assert.equal(headers.get("x-attempt-number"), "2");
  assert.equal(headers.get("x-hub-signature"), "sha256=\u2026");
  await remove(hook);
  assert.deepEqual(await listAttempts(app.ports.database.kysely, delivery!.uuid), []);
});

test("without a secret there is no signature", async () => {
  const hook = await subscribe("/unsigned");
  await happen();
  const [delivery] = await receiver.take("/unsigned", 1);
  assert.equal(delivery!.headers["x-hub-signature"], undefined);
  await remove(hook);
});

for (const [what, answer] of [
  ["a 500", 500],
  ["no answer in time", "hang"],
] as const) {
  test(`after ${what} the same body is sent again, three times in all`, async () => {
    const path = `/retry-${answer}`;
    receiver.answer(path, answer, answer, answer);
    const hook = await subscribe(path);
    await happen();
    const attempts = await receiver.take(path, 3);
    assert.deepEqual(
      attempts.map(({ headers }) => headers["x-attempt-number"]),
      ["1", "2", "3"],
    );
    assert.equal(new Set(attempts.map(({ headers }) => headers["x-request-uuid"])).size, 1);
    assert.equal(new Set(attempts.map(({ body }) => body)).size, 1);
    const [delivery] = await settled(hook);
    assert.deepEqual([delivery!.state, delivery!.attempts], ["failed", 3]);
    assert.equal(
      delivery!.problem ?? delivery!.responseStatus,
      answer === 500 ? 500 : "no answer within 300 ms",
    );
    await happen();
    assert.equal(
      (await receiver.take(path, 4))[3]!.headers["x-attempt-number"],
      "1",
      "the next one is not held back",
    );
    await remove(hook);
  });
}

test("a delivery that succeeds at the second attempt is delivered", async () => {
  receiver.answer("/second", 503);
  const hook = await subscribe("/second");
  await happen();
  await receiver.take("/second", 2);
  const [delivery] = await settled(hook);
  assert.deepEqual([delivery!.state, delivery!.attempts, delivery!.responseStatus], ["delivered", 2, 200]);
  await remove(hook);
});

for (const [what, answer, problem] of [
  ["a 404", 404, undefined],
  ["a redirect", { location: receiver.url("/elsewhere") }, "redirects are not followed"],
] as const) {
  test(`${what} is an answer: it is not asked again`, async () => {
    const path = `/once-${typeof answer === "number" ? answer : 302}`;
    receiver.answer(path, answer);
    const hook = await subscribe(path);
    await happen();
    await receiver.take(path, 1);
    const [delivery] = await settled(hook);
    assert.deepEqual([delivery!.state, delivery!.attempts, delivery!.problem], ["failed", 1, problem]);
    assert.deepEqual(receiver.received("/elsewhere"), []);
    await remove(hook);
  });
}

test("a webhook gets its deliveries in order, whatever its target does", async () => {
  receiver.answer("/order", 500, 200, "hang", 500, 500, 404, 200, 500);
  const hook = await subscribe("/order");
  const keys = [];
  for (let index = 0; index < 5; index += 1) keys.push(await happen());
  await settled(hook);
  const told = receiver
    .received("/order")
    .map(({ json, headers }) => [json.commit_status.key, headers["x-attempt-number"]]);
  assert.deepEqual(told, [
    [keys[0], "1"],
    [keys[0], "2"],
    [keys[1], "1"],
    [keys[1], "2"],
    [keys[1], "3"],
    [keys[2], "1"],
    [keys[3], "1"],
    [keys[4], "1"],
    [keys[4], "2"],
  ]);
  await remove(hook);
});

test("a target that hangs keeps no other webhook waiting", async () => {
  receiver.answer("/slow", "hang", "hang", "hang");
  const [slow, quick] = [await subscribe("/slow"), await subscribe("/quick")];
  await happen();
  const key = await happen();
  await receiver.take("/quick", 2);
  const slowKeys = receiver.received("/slow").map(({ json }) => json.commit_status.key);
  assert.ok(!slowKeys.includes(key), "the slow one is still at its first");
  await Promise.all([remove(slow), remove(quick)]);
});

/** The names of what was told to a path. */
function keysAt(path: string): readonly string[] {
  return receiver.received(path).map(({ json }) => json.commit_status.key);
}

test("a webhook that is switched off gets nothing more, and is told of nothing that happens meanwhile", async () => {
  receiver.answer("/off", "hang", "hang", "hang");
  const hook = await subscribe("/off");
  const path = `/hooks/%7B${hook}%7D`;
  await happen();
  const second = await happen();
  await receiver.take("/off", 1);
  await filled.rest("PUT", path, { active: false });
  assert.deepEqual(
    (await settled(hook)).map(({ state, problem }) => [state, problem]),
    Array(2).fill(["failed", "the webhook has been switched off"]),
  );
  const meanwhile = await happen();
  receiver.answer("/off");
  await filled.rest("PUT", path, { active: true });
  const last = await happen();
  await settled(hook);
  const keys = keysAt("/off");
  assert.deepEqual([keys.includes(second), keys.includes(meanwhile), keys.at(-1)], [false, false, last]);
  await remove(hook);
});

test("a webhook that is deleted gets nothing more", async () => {
  receiver.answer("/deleted", "hang", "hang", "hang");
  const hook = await subscribe("/deleted");
  await happen();
  const second = await happen();
  await receiver.take("/deleted", 1);
  await remove(hook);
  // Another one, told later, shows that time has gone by.
  const other = await subscribe("/later");
  await happen();
  await receiver.take("/later", 1);
  assert.ok(!keysAt("/deleted").includes(second));
  assert.deepEqual(await listDeliveries(app.ports.database.kysely, hook, 10), []);
  await remove(other);
});

test("a new URL is where the next attempt goes", async () => {
  receiver.answer("/old-place", 500, 500, 500);
  const hook = await subscribe("/old-place");
  await filled.rest("PUT", `/hooks/%7B${hook}%7D`, { url: receiver.url("/new-place") });
  const key = await happen();
  const [delivery] = await receiver.take("/new-place", 1);
  assert.equal(delivery!.json.commit_status.key, key);
  await remove(hook);
});

test("an event that cannot be told is given up after three attempts, and does not hold back the next", async () => {
  const hook = await subscribe("/broken");
  const { kysely } = app.ports.database;
  await happen();
  await receiver.take("/broken", 1);
  await settled(hook);
  const lines = app.logLines.length;
  await kysely
    .insertInto("webhook_delivery")
    .values({
      uuid: "6f9619ff-8b86-4d01-b42d-00c04fc964ff",
      webhook_uuid: hook,
      event_key: "repo:push",
      event: JSON.stringify({
        kind: "repo:push",
        repositoryUuid: app.repository.uuid,
        baseUrls: {},
        changes: 7,
      }),
      payload: null,
      state: "pending",
      attempts: 0,
      due_at: 0,
      created_at: Date.now(),
      finished_at: null,
      response_status: null,
      problem: null,
    })
    .execute();
  await happen();
  await receiver.take("/broken", 2);
  const [, broken] = await settled(hook);
  assert.deepEqual([broken!.state, broken!.attempts], ["failed", 3]);
  assert.match(broken!.problem!, /the payload could not be made/);
  const errors = app.logLines.slice(lines).filter((line) => line.msg === "a payload could not be made");
  assert.equal(errors.length, 3);
  await remove(hook);
});

test("two servers over one database deliver each once, and in order", async () => {
  const config = { ...app.ports.config };
  const ports = await openPorts(config, app.ports.log, {
    openObjectStore: async () => app.ports.stored!.store,
  });
  const second = startWebhookDeliveries(ports, QUICK);
  after(async () => {
    await second.close();
    await ports.close();
  });
  receiver.answer("/two", 200, 500, 200, "hang", 200);
  const hook = await subscribe("/two");
  const keys: string[] = [];
  for (let index = 0; index < 12; index += 1) {
    keys.push(await happen());
    second.wake();
  }
  await settled(hook);
  const told = receiver.received("/two").map(({ json }) => json.commit_status.key);
  assert.deepEqual([...new Set(told)], keys);
  assert.deepEqual(
    told,
    [...told].sort((a, b) => keys.indexOf(a) - keys.indexOf(b)),
    "none before an earlier one",
  );
  assert.equal(told.length, keys.length + 2, "two attempts failed, the others were made once");
  await remove(hook);
});

test("a claim is not certain once the process was frozen for its time: another server may have taken it over", async () => {
  const hook = await subscribe("/frozen");
  const { kysely } = app.ports.database;
  const createdAt = new Date(app.ports.clock().getTime() + QUICK.claimMs);
  const event = encodeEvent({
    kind: "repo:imported",
    repositoryUuid: app.repository.uuid,
    actorUuid: undefined,
  });
  const uuid = randomUUID() as Uuid;
  await insertDeliveries(kysely, [
    { uuid, webhookUuid: hook, eventKey: "repo:imported", event, payload: undefined, createdAt },
  ]);
  const [delivery] = await listDeliveries(kysely, hook, 1);
  const claim = await claimDelivery(app.ports, delivery!, 90);
  assert.equal(claim?.isCertain(), true);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  assert.equal(claim?.isCertain(), false);
  await claim?.stop();
  await receiver.take("/frozen", 1);
  await remove(hook);
});

test("what is finished is kept for 30 days, what is pending until it is told", async () => {
  const hook = await subscribe("/kept");
  await happen();
  await settled(hook);
  const { kysely } = app.ports.database;
  await deleteDeliveriesBefore(kysely, new Date(Date.now() - 30 * 86_400_000));
  assert.equal((await listDeliveries(kysely, hook, 10)).length, 1);
  await deleteDeliveriesBefore(kysely, new Date(Date.now() + 1_000));
  assert.equal((await listDeliveries(kysely, hook, 10)).length, 0);
  await remove(hook);
});

test("an event of a later version waits, with what is behind it, until a server knows it; after a day it fails and is kept", async () => {
  const hook = await subscribe("/of-later-version");
  const { kysely } = app.ports.database;
  const event = JSON.stringify({ version: 2, kind: "repo:push", all: "new" }) as EncodedEvent;
  const store = async (createdAt: Date) => {
    const delivery = { uuid: randomUUID() as Uuid, webhookUuid: hook, eventKey: "repo:push", event } as const;
    await insertDeliveries(kysely, [{ ...delivery, payload: undefined, createdAt }]);
    return delivery.uuid;
  };
  const first = await store(app.ports.clock());
  const second = await happen();
  while ((await listDeliveries(kysely, hook, 100)).at(-1)!.problem === undefined);
  const [behind, waiting] = await listDeliveries(kysely, hook, 100);
  assert.deepEqual([waiting!.uuid, waiting!.state, waiting!.attempts], [first, "pending", 0]);
  assert.equal(waiting!.event, event);
  assert.ok(app.logLines.some(({ level, problem }) => level === 40 && problem === "version 2"));
  assert.equal(waiting!.problem, "the event is of a later version of Pail: version 2");
  assert.deepEqual(
    [behind!.state, behind!.attempts, receiver.received("/of-later-version").length],
    ["pending", 0, 0],
  );

  const known = encodeEvent({
    kind: "repo:imported",
    repositoryUuid: app.repository.uuid,
    actorUuid: undefined,
  });
  await kysely.updateTable("webhook_delivery").set({ event: known }).where("uuid", "=", first).execute();
  const told = await receiver.take("/of-later-version", 2);
  assert.deepEqual(
    told.map(({ headers, json }) => [headers["x-attempt-number"], json.commit_status?.key]),
    [
      ["1", undefined],
      ["1", second],
    ],
  );

  await store(new Date(app.ports.clock().getTime() - 86_400_001));
  const third = await happen();
  assert.equal((await receiver.take("/of-later-version", 3))[2]!.json.commit_status.key, third);
  const [, failed] = await settled(hook);
  assert.deepEqual([failed!.state, failed!.attempts, failed!.event], ["failed", 0, event]);
  await remove(hook);
});

test("nothing that went wrong here was a bug, and no secret is in the log", async () => {
  const unexpected = app.logLines.filter(
    (line) => line.level === 50 && line.msg !== "a payload could not be made",
  );
  assert.deepEqual(unexpected, []);
  assert.ok(!JSON.stringify(app.logLines).includes("a secret"));
  assert.equal((await rest("GET", "/repositories/acme/demo/hooks")).json.size, 0);
});
