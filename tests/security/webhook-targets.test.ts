import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createServer as createHttpsServer } from "node:https";
import { createServer, type Socket } from "node:net";
import { after, test } from "node:test";
import type { Uuid } from "../../src/model/uuid.ts";
import { listDeliveries } from "../../src/storage/sql/webhooks/webhook-deliveries.ts";
import { insertWebhook } from "../../src/storage/sql/webhooks/webhooks.ts";
import { PrivateAddressError, resolvePublicly, socketLookup } from "../../src/webhooks/public-address.ts";
import type { NameAddress } from "../../src/webhooks/resolve-name.ts";
import { sendWebhook, type WebhookMessage } from "../../src/webhooks/send-webhook.ts";
import { ownerOf } from "../support/clients/rest-callers.ts";
import { openWebhookReceiver } from "../support/remote-servers/webhook-receiver.ts";
import { startTestApp } from "../support/server/test-app.ts";

/**
 * Whoever administers a repository says where the server sends requests to. The attack: to reach through it what only the
 * server can reach, such as services on its own machine or a cloud's metadata. The receiver stands for such a service.
 */
const receiver = await openWebhookReceiver();
let resolved: readonly NameAddress[] = [];
let lookups = 0;
const app = await startTestApp(
  {},
  {
    sendMsMax: 2_000,
    retryMs: [10, 10],
    lookMs: 20,
    async resolveName() {
      lookups += 1;
      return resolved;
    },
  },
);
after(() => app.close());
const { rest } = await ownerOf(app);

const LOOPBACK = { address: "127.0.0.1", family: 4 };
const PUBLIC = { address: "93.184.216.34", family: 4 };

/** A webhook as it may lie there from a time when private targets were allowed. */
async function install(url: string): Promise<Uuid> {
  const uuid = randomUUID() as Uuid;
  await insertWebhook(app.ports.database.kysely, {
    uuid,
    workspaceUuid: app.workspace.uuid,
    repositoryUuid: app.repository.uuid,
    url,
    description: "",
    events: ["repo:updated"],
    isActive: true,
    secret: undefined,
    skipsCertificateCheck: false,
    createdAt: new Date(),
  });
  return uuid;
}

let changes = 0;

async function outcomeOf(url: string) {
  const hook = await install(url);
  changes += 1;
  const { status } = await rest("PUT", "/repositories/acme/demo", { description: `change ${changes}` });
  assert.equal(status, 200);
  for (;;) {
    const [delivery] = await listDeliveries(app.ports.database.kysely, hook, 1);
    if (delivery!.state !== "pending") {
      await rest("DELETE", `/repositories/acme/demo/hooks/%7B${hook}%7D`);
      return delivery!;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const REFUSED = ["failed", 1, "the target is not a public address"];

for (const host of [
  "127.0.0.1",
  "127.1",
  "2130706433",
  "0x7f000001",
  "0177.0.0.1",
  "0.0.0.0",
  "0",
  "[::1]",
  "[::]",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "[::127.0.0.1]",
  "[::ffff:0:127.0.0.1]",
  "[64:ff9b::127.0.0.1]",
  "[2002:7f00:1::]",
  "user:password@127.0.0.1",
  "１２７.0.0.1",
  "127。0。0。1",
  "169.254.169.254",
  "[fd00:ec2::254]",
  "[fe80::1]",
  "168.63.129.16",
  "localhost",
  "LOCALHOST.",
  "any.localhost",
]) {
  test(`nothing is sent to ${host}`, async () => {
    const { state, attempts, problem } = await outcomeOf(`http://${host}:${receiver.port}/reached`);
    assert.deepEqual([state, attempts, problem], REFUSED);
    assert.deepEqual(receiver.received("/reached"), []);
  });
}

for (const [what, addresses] of [
  ["leads to this machine", [LOOPBACK]],
  ["leads to this machine over IPv6", [{ address: "::1", family: 6 }]],
  ["leads to this machine among public addresses", [PUBLIC, LOOPBACK]],
  ["leads to an address with a zone", [{ address: "fe80::1%lo", family: 6 }]],
] as const) {
  test(`nothing is sent to a name that ${what}`, async () => {
    resolved = addresses;
    lookups = 0;
    const { state, attempts, problem } = await outcomeOf(
      `http://rebound.example.com:${receiver.port}/reached`,
    );
    assert.deepEqual([state, attempts, problem], REFUSED);
    assert.equal(lookups, 1);
    assert.deepEqual(receiver.received("/reached"), []);
  });
}

test("a name that has another answer the second time is asked once, and only what it said is connected to", async () => {
  const answers = [[PUBLIC], [LOOPBACK]];
  const lookup = socketLookup(resolvePublicly(async () => answers.shift()!));
  const ask = () =>
    new Promise((resolve, reject) => {
      lookup("rebound.example.com", { all: true }, (error, addresses) =>
        error ? reject(error) : resolve(addresses),
      );
    });
  // What a socket asks for, it gets once, already judged; whoever asks again is judged again.
  assert.deepEqual(await ask(), [PUBLIC]);
  await assert.rejects(ask, PrivateAddressError);
});

test("a webhook to an address of this machine is refused when it is made, and when it is changed", async () => {
  const hooks = "/repositories/acme/demo/hooks";
  const events = ["repo:push"];
  for (const url of [
    "http://127.0.0.1/",
    "http://[::1]:8080/",
    "https://localhost/x",
    "http://2130706433/",
  ]) {
    const { status, json } = await rest("POST", hooks, { url, events });
    assert.deepEqual([status, Object.keys(json.error.fields)], [400, ["url"]], url);
  }
  const { json } = await rest("POST", hooks, { url: "https://ci.example.com/", events });
  const changed = await rest("PUT", `${hooks}/${encodeURIComponent(json.uuid)}`, { url: "http://10.0.0.1/" });
  assert.equal(changed.status, 400);
  await rest("DELETE", `${hooks}/${encodeURIComponent(json.uuid)}`);
});

/** A server on loopback that treats its one connection as `serve` does. */
async function openRawServer(serve: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
}

function message(url: string, more: Partial<WebhookMessage> = {}): WebhookMessage {
  return {
    url,
    body: "{}",
    secret: undefined,
    headers: {},
    skipsCertificateCheck: false,
    mayReachPrivateAddresses: true,
    sendMsMax: 400,
    signal: new AbortController().signal,
    ...more,
  };
}

test("a target that gives its headers byte by byte is cut off in time", async () => {
  const url = await openRawServer((socket) => {
    const text = `HTTP/1.1 200 OK\r\nX-Long: ${"a".repeat(10_000)}`;
    let at = 0;
    const timer = setInterval(() => socket.write(text[at++] ?? "a"), 5);
    socket.on("close", () => clearInterval(timer));
  });
  const outcome = await sendWebhook(message(url));
  assert.deepEqual(outcome, { kind: "unanswered", problem: "no answer within 400 ms" });
});

test("of an answer without end no more than the beginning is read, and the connection is cut", async () => {
  let sent = 0;
  const closed = Promise.withResolvers<void>();
  const url = await openRawServer((socket) => {
    socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    const chunk = Buffer.from(`10000\r\n${"x".repeat(65_536)}\r\n`);
    const more = () => {
      while (!socket.destroyed && sent < 1e9) {
        sent += chunk.length;
        if (!socket.write(chunk)) return socket.once("drain", more);
      }
    };
    more();
    socket.on("close", () => closed.resolve());
  });
  const outcome = await sendWebhook(message(url));
  assert.equal(outcome.kind === "answered" && outcome.status, 200);
  await closed.promise;
  assert.ok(sent < 50e6, `${sent} bytes were taken`);
});

for (const [what, text] of [
  ["more headers than fit", `HTTP/1.1 200 OK\r\n${`X-Many: ${"a".repeat(1_000)}\r\n`.repeat(200)}\r\n`],
  ["no HTTP", "220 mail.example.com ESMTP\r\n"],
  ["a change of protocol", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"],
  ["nothing", ""],
] as const) {
  test(`a target that answers with ${what} is one that does not answer`, async () => {
    const url = await openRawServer((socket) => socket.once("data", () => socket.end(text)));
    assert.equal((await sendWebhook(message(url))).kind, "unanswered");
  });
}

test("a certificate that nobody vouches for is refused, unless the webhook says that it does not matter", async () => {
  const { CERTIFICATE, KEY } = await import("../support/remote-servers/self-signed.ts");
  const server = createHttpsServer({ cert: CERTIFICATE, key: KEY }, (request, response) => {
    request.resume();
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => server.close());
  const url = `https://127.0.0.1:${(server.address() as { port: number }).port}/`;
  const refused = await sendWebhook(message(url, { sendMsMax: 5_000 }));
  assert.equal(refused.kind, "unanswered");
  assert.match(JSON.stringify(refused), /CERT|SELF_SIGNED/);
  const taken = await sendWebhook(message(url, { sendMsMax: 5_000, skipsCertificateCheck: true }));
  assert.equal(taken.kind === "answered" && taken.status, 200);
});

for (const url of ["file:///etc/passwd", "ftp://example.com/", "gopher://127.0.0.1/", "not a url", ""]) {
  test(`no message is sent to ${JSON.stringify(url)}`, async () => {
    assert.equal((await sendWebhook(message(url))).kind, "refused");
  });
}
