import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, test } from "node:test";
import { storeInstalledApp } from "../../../../../../tests/support/examples/installed-app.ts";
import { startTestApp } from "../../../../../../tests/support/server/test-app.ts";
import { signIn } from "../../../../../../tests/support/server/web-client.ts";
import type { EncodedEvent } from "../../../../../model/encoded-event.ts";
import type { Uuid } from "../../../../../model/uuid.ts";
import { insertAttempt } from "../../../../../storage/sql/webhooks/webhook-attempts.ts";
import { insertDeliveries } from "../../../../../storage/sql/webhooks/webhook-deliveries.ts";
import { listAppWebhooks } from "../../../../../storage/sql/webhooks/webhooks.ts";

const app = await startTestApp();
after(() => app.close());
const { kysely } = app.ports.database;
const installation = await storeInstalledApp(app);
const owner = await signIn(app, app.owner);
const APP = `/acme/workspace/settings/installed-apps/${installation.appKey}`;
const hook = (await listAppWebhooks(kysely, installation.uuid)).find(
  ({ events }) => events[0] === "repo:push",
)!;
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

async function storeDelivery(): Promise<Uuid> {
  const uuid = randomUUID() as Uuid;
  const event = "{}" as EncodedEvent;
  await insertDeliveries(kysely, [
    { uuid, webhookUuid: hook.uuid, eventKey: "repo:push", event, payload: "{}", createdAt: new Date() },
  ]);
  await insertAttempt(kysely, uuid, {
    number: 1,
    sentAt: new Date(),
    durationMs: 12,
    url: "https://app.example.com/connect/webhook?b=2&a=1",
    requestHeaders: [
      ["authorization", `JWT ${encode({ alg: "HS256" })}.${encode({ iss: "connection:7" })}.…`],
    ],
    responseStatus: 401,
    responseHeaders: [],
    responseBody: "who are you?",
    isBodyCut: false,
    problem: undefined,
  });
  return uuid;
}

test("an app's page names its webhooks, and each shows what it was told", async () => {
  const uuid = await storeDelivery();
  const { text } = await owner.get(APP);
  assert.ok(text.includes(`href="${APP}/webhooks/${hook.uuid}"`), text);
  const told = await owner.get(`${APP}/webhooks/${hook.uuid}`);
  assert.ok(told.text.includes(`href="${APP}/webhooks/${hook.uuid}/deliveries/${uuid}"`), told.text);
  assert.ok(!told.text.includes("/edit"), "what an app asks for is changed by its descriptor alone");
});

test("a delivery shows the claims, the string that was hashed, and the answer", async () => {
  const { text } = await owner.get(`${APP}/webhooks/${hook.uuid}/deliveries/${await storeDelivery()}`);
  for (const shown of ["POST&amp;/webhook&amp;a=1&amp;b=2", "connection:7", "who are you?"])
    assert.ok(text.includes(shown), `${shown} in ${text}`);
});

test("a delivery can be made once more", async () => {
  const path = `${APP}/webhooks/${hook.uuid}/deliveries/${await storeDelivery()}`;
  const answer = await owner.post(path, {});
  assert.equal(answer.status, 303, answer.text);
  assert.match(answer.headers.location!, new RegExp(`^${APP}/webhooks/${hook.uuid}/deliveries/`));
  assert.notEqual(answer.headers.location, path);
});

test("what is of no app of the workspace is not found", async () => {
  for (const path of [
    `/acme/workspace/settings/installed-apps/other/webhooks/${hook.uuid}`,
    `${APP}/webhooks/${randomUUID()}`,
    `${APP}/webhooks/${hook.uuid}/deliveries/${randomUUID()}`,
    `/acme/workspace/settings/webhooks/${hook.uuid}`,
  ])
    assert.equal((await owner.get(path)).status, 404, path);
});
