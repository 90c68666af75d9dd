import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { text } from "node:stream/consumers";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { ageMsMaxOf, cutSlowBody, SLOW_BODY_LIMITS, type SlowBodyLimits } from "./slow-body.ts";

const LIMITS: SlowBodyLimits = { ...SLOW_BODY_LIMITS, windowMs: 100, bytesMin: 50 };
/** For clients that must not be cut: a pause of a busy machine is shorter than a window. */
const PATIENT: SlowBodyLimits = { ...LIMITS, windowMs: 1_000 };

/** A server that answers with what it was sent, and begins to do so after `begin`. */
async function startServer(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  limits = LIMITS,
) {
  const cuts: string[] = [];
  const server = createServer((request, response) => {
    request.on("error", () => {});
    cutSlowBody(request, response, () => cuts.push(request.url ?? ""), limits);
    handle(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => server.close());
  const open = () => {
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1").on("error", () => {});
    socket.write("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
    return socket;
  };
  return { cuts, open };
}

async function trickle(socket: ReturnType<typeof connect>, bytes: number, everyMs: number): Promise<void> {
  for (let sent = 0; sent < 1000 && socket.writable; sent += bytes) {
    socket.write("x".repeat(bytes));
    await delay(everyMs);
  }
}

const readAll = (request: IncomingMessage, response: ServerResponse) => {
  text(request).then(
    (body) => response.end(String(body.length)),
    () => {},
  );
};

test("a body that comes drop by drop is answered 408, and its connection is closed", async () => {
  const { cuts, open } = await startServer(readAll);
  const socket = open();
  void trickle(socket, 1, 20);
  assert.match(await text(socket), /^HTTP\/1\.1 408 .*too slowly/s);
  assert.deepEqual(cuts, ["/a"]);
});

test("a body that comes fast enough is let be, however long it takes", async () => {
  const { cuts, open } = await startServer(readAll, PATIENT);
  const socket = open();
  await trickle(socket, 100, 250);
  const [answer] = (await once(socket, "data")) as [Buffer];
  assert.match(answer.toString(), /^HTTP\/1\.1 200 .*1000/s);
  assert.deepEqual(cuts, []);
  socket.destroy();
});

test("a body that comes fast enough, and never ends, is answered 408 all the same", async () => {
  const { cuts, open } = await startServer(readAll, {
    ...LIMITS,
    bytesMin: 0,
    ageMsFree: 150,
    bytesPerSecondMin: 1e9,
  });
  const socket = open();
  socket.write("x");
  assert.match(await text(socket), /^HTTP\/1\.1 408 .*too long in all/s);
  assert.deepEqual(cuts, ["/a"]);
});

for (const [what, bytes, minutes] of [
  ["has just begun", 0, 10],
  ["is as large as a JSON body may be", 1024 * 1024, 10 + 64 / 60],
  ["is a pack of 100 MiB", 100 * 1024 * 1024, 10 + 6400 / 60],
  ["is as large as any", 1024 ** 4, 12 * 60],
] as const) {
  test(`a body that ${what} may be ${Math.round(minutes)} minutes old`, () => {
    assert.equal(ageMsMaxOf(bytes), minutes * 60_000);
  });
}

test("a client is not blamed for what lies here unread", async () => {
  const { cuts, open } = await startServer((request, response) => {
    void delay(2.5 * PATIENT.windowMs).then(() => {
      readAll(request, response);
      // At once: from now on it is the client that is waited for.
      socket.write("x".repeat(100));
    });
  }, PATIENT);
  const socket = open();
  socket.write("x".repeat(900));
  const [answer] = (await once(socket, "data")) as [Buffer];
  assert.match(answer.toString(), /^HTTP\/1\.1 200 /);
  assert.deepEqual(cuts, []);
  socket.destroy();
});

test("an answer that has begun is broken off, and nothing is written into it", async () => {
  const { open } = await startServer((request, response) => {
    request.resume();
    response.write("begun");
  });
  const socket = open();
  void trickle(socket, 1, 20);
  const answer = await text(socket).catch(() => "");
  assert.ok(!answer.includes("408"));
});
