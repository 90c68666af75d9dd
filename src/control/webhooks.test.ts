import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { after, before, beforeEach, test } from "node:test";
import { type CallRest, ownerOf } from "../../tests/support/clients/rest-callers.ts";
import { type ControlledApp, startControlledApp } from "../../tests/support/server/controlled-app.ts";

const SECRET = "shared";
let app: ControlledApp;
let rest: CallRest;
const received: { readonly headers: Record<string, unknown>; readonly body: string }[] = [];
let status = 200;
const target = createServer(async (request, response) => {
  received.push({ headers: request.headers, body: await text(request) });
  response.writeHead(status).end("thanks");
});
let targetUrl: string;

before(async () => {
  target.listen(0, "127.0.0.1");
  await once(target, "listening");
  targetUrl = `http://127.0.0.1:${(target.address() as AddressInfo).port}/hook`;
  app = await startControlledApp({ mayReachPrivateAddresses: true }, { catchesWebhooks: true });
  ({ rest } = await ownerOf(app));
  await rest("POST", "/repositories/acme/demo/hooks", {
    url: targetUrl,
    secret: SECRET,
    active: true,
    events: ["repo:updated"],
  });
  await app.standIn.snapshots.save("seed");
});
after(async () => {
  await app.close();
  target.close();
});
beforeEach(async () => {
  status = 200;
  received.length = 0;
  await app.standIn.reset();
});

const change = (description: string) => rest("PUT", "/repositories/acme/demo", { description });
const wait = (body: object = {}) => app.control("POST", "/webhooks/wait", { timeout: "10s", ...body });

test("a webhook is caught, not sent, shown with its signature, and replayed to any URL", async () => {
  const waiting = wait({ event: "repo:updated" });
  await change("changed");
  const caught = (await waiting).json;
  assert.deepEqual(
    [caught.event, caught.url, caught.caught, caught.status],
    ["repo:updated", targetUrl, true, null],
  );
  assert.equal(JSON.parse(caught.body).repository.full_name, "acme/demo");
  const signature = `sha256=${createHmac("sha256", SECRET).update(caught.body).digest("hex")}`;
  assert.equal(caught.headers["x-hub-signature"], signature);
  assert.equal(received.length, 0);
  const { json } = await app.control("GET", "/webhooks");
  assert.deepEqual([json.caught, json.values.map(({ id }: { id: number }) => id)], [true, [caught.id]]);
  assert.deepEqual((await app.control("GET", `/webhooks/${caught.id}`)).json, caught);
  const replayed = await app.control("POST", `/webhooks/${caught.id}/replay`, { url: `${targetUrl}?again` });
  assert.deepEqual(replayed.json, { status: 200, problem: null });
  assert.deepEqual(
    [received[0]?.body, received[0]?.headers["x-hub-signature"], received[0]?.headers["x-event-key"]],
    [caught.body, signature, "repo:updated"],
  );
  const nowhere = await app.control("POST", `/webhooks/${caught.id}/replay`, { url: "http://127.0.0.1:1/" });
  assert.equal(nowhere.json.status, null);
  assert.match(nowhere.json.problem, /ECONNREFUSED/);
});

test("what has come is found at once, and what is not to count is not", async () => {
  await change("one");
  const first = (await wait()).json;
  assert.equal((await wait({ event: "repo:updated" })).json.id, first.id);
  const waiting = wait({ after: first.id });
  await change("two");
  assert.ok((await waiting).json.id > first.id);
  const late = await app.control("POST", "/webhooks/wait", { event: "repo:push", timeout: "20ms" });
  assert.equal(late.status, 404);
  assert.match(late.json.error.message, /No webhook of repo:push has come within 20 ms/);
});

test("sent while it is not caught; tried again as soon as the clock says so", async () => {
  await app.control("PUT", "/webhooks", { caught: false });
  status = 503;
  await change("refused");
  const first = (await wait()).json;
  // The first retry is due after 5 seconds, the second 30 seconds later.
  let last = first;
  for (const by of ["6s", "31s"]) {
    await untilAnswered(last.id);
    await app.control("POST", "/clock/advance", { by });
    last = (await wait({ after: last.id })).json;
  }
  await untilAnswered(last.id);
  assert.deepEqual(
    received.map(({ headers }) => headers["x-attempt-number"]),
    ["1", "2", "3"],
  );
});

/** Its outcome is in the database then, with the time of the next attempt. */
async function untilAnswered(id: number): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    const line = app.logLines.filter(({ msg }) => msg === "webhook").length;
    const { json } = await app.control("GET", `/webhooks/${id}`);
    if (json.status !== null && line >= received.length) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`webhook ${id} was not answered`);
}

test("a reset forgets them, and catches again", async () => {
  await change("changed");
  await wait();
  await app.control("PUT", "/webhooks", { caught: false });
  await app.standIn.reset();
  assert.deepEqual((await app.control("GET", "/webhooks")).json, { caught: true, values: [] });
});

for (const [method, path, body, code, message] of [
  ["POST", "/webhooks/wait", { event: "repo:nothing" }, 400, /there is no event/],
  ["POST", "/webhooks/wait", { timeout: "soon" }, 400, /timeout: must be/],
  ["POST", "/webhooks/wait", { timeout: "2h" }, 400, /timeout: must be/],
  ["GET", "/webhooks/9999", undefined, 404, /no webhook 9999/],
  ["GET", "/webhooks/x", undefined, 404, /no webhook x/],
  ["POST", "/webhooks/9999/replay", {}, 404, /no webhook 9999/],
  ["POST", "/webhooks/1/replay", { url: "file:///etc/passwd" }, 400, /url: must be/],
  ["PUT", "/webhooks", { caught: "yes" }, 400, /Bad request/],
] as const)
  test(`${method} ${path} ${JSON.stringify(body)} is refused`, async () => {
    const { status: answered, json } = await app.control(method, path, body);
    assert.equal(answered, code);
    assert.match(json.error.message, message);
  });
