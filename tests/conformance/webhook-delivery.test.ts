import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { openRealGit } from "../support/real-git.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

type Received = { readonly headers: IncomingMessage["headers"]; readonly body: string };

const SECRET = "a secret";
const received: Received[] = [];
const waiting: (() => void)[] = [];
let statuses: number[] = [];

/** Stands for the target of webhooks. */
const target = createServer(async (request, response) => {
  let body = "";
  for await (const piece of request) body += String(piece);
  received.push({ headers: request.headers, body });
  response.writeHead(statuses.shift() ?? 200).end();
  waiting.shift()?.();
});

let app: TestApp;
let authorization: string;
const git = openRealGit();
before(async () => {
  await new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve));
  app = await startTestApp({ mayReachPrivateAddresses: true });
  authorization = `Basic ${Buffer.from(`owner@example.com:${await app.token()}`).toString("base64")}`;
});
after(async () => {
  await app.close();
  target.close();
});

function nextDelivery(): Promise<void> {
  return new Promise((resolve) => waiting.push(resolve));
}

async function rest(method: string, path: string, body?: unknown) {
  const answer = await fetch(`${app.url}/2.0/repositories/acme/demo${path}`, {
    method,
    headers: { authorization, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, json: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

test("a push is told to the webhook, signed, with the recorded headers and shape", async () => {
  const { port } = target.address() as AddressInfo;
  const made = await rest("POST", "/hooks", {
    url: `http://127.0.0.1:${port}/hook`,
    description: "CI",
    active: true,
    secret: SECRET,
    events: ["repo:push"],
  });
  assert.equal(made.status, 201);
  assert.equal(made.json.secret_set, true);
  assert.ok(!JSON.stringify(made.json).includes(SECRET));

  const work = git.newPath("work");
  const url = `http://owner:${await app.token()}@${new URL(app.url).host}/acme/demo.git`;
  await git.out(["clone", "-q", url, work]);
  await git.out(["commit", "-q", "--allow-empty", "-m", "first"], { folder: work });
  const delivered = nextDelivery();
  await git.out(["push", "-q", "origin", "HEAD:refs/heads/main"], { folder: work });
  await delivered;
  const [delivery] = received;
  assert.equal(delivery!.headers["x-event-key"], "repo:push");
  assert.equal(delivery!.headers["x-attempt-number"], "1");
  assert.equal(delivery!.headers["user-agent"], "Bitbucket-Webhooks/2.0");
  const expected = createHmac("sha256", SECRET).update(delivery!.body).digest("hex");
  assert.equal(delivery!.headers["x-hub-signature"], `sha256=${expected}`);
  const payload = JSON.parse(delivery!.body);
  const [change] = payload.push.changes;
  const tip = await git.out(["rev-parse", "HEAD"], { folder: work });
  assert.equal(change.new.target.hash, tip);
  assert.deepEqual([change.old, change.created, change.closed, change.forced], [null, true, false, false]);
  assert.equal(payload.repository.full_name, "acme/demo");
  assert.equal(payload.actor.display_name, "Olive Owner");
});

test("a target that fails is asked again with the same body, and a delivery is never lost with a refused push", async () => {
  received.length = 0;
  statuses = [500];
  const branch = { name: "again", target: { hash: "main" } };
  const first = nextDelivery();
  assert.equal((await rest("POST", "/refs/branches", branch)).status, 201);
  await first;
  assert.equal((await rest("POST", "/refs/branches", branch)).status, 400, "it exists: nothing is owed");
  await nextDelivery();
  assert.equal(received.length, 2);
  assert.equal(received[1]!.headers["x-attempt-number"], "2");
  assert.equal(received[1]!.body, received[0]!.body);
  assert.equal(received[1]!.headers["x-request-uuid"], received[0]!.headers["x-request-uuid"]);
});
