// The attack: bytes that the server and something in front of it cut into different requests, so that one carries another
// inside. The mending of a folded credential (http/server/folded-header.ts) reads again what the parser has refused, so it is
// attacked here too.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createFilledRepository,
  createHostedRepository,
  serverRefs,
} from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { requestProcesses, waitUntil } from "../support/processes/process-table.ts";
import { startPailForFile } from "../support/server/pail-server.ts";
import {
  exchange,
  openConnection,
  requestHead,
  restAuthorization,
  serverFaults,
  serviceHeaders,
  statusesOf,
} from "./hostile-client.ts";

const pail = await startPailForFile();
const git = openRealGit();
const { url } = pail.credentials;
const { repository, ids } = await createFilledRepository(git, pail);
const commits = `/2.0/repositories/${repository.fullName}/commits`;
const authorization = `Authorization: ${restAuthorization(pail)}\r\n`;
/** What the smuggled request would do. It is sent whole, with a good credential, wherever it could be taken for a request. */
const DELETE = requestHead("DELETE", `/2.0/repositories/${repository.fullName}`, {
  Authorization: restAuthorization(pail),
  Connection: "close",
});

/** As GNU's base64 leaves it: broken after 76 characters. */
function wrap(header: string): string {
  return header.replace(/(?<=Basic \S{76})(?=\S)/, "\n");
}

async function assertNothingDone(): Promise<void> {
  assert.equal((await serverRefs(git, repository.url)).get("refs/heads/main"), ids.at(-1));
}

const POST = `POST ${commits} HTTP/1.1\r\nHost: 127.0.0.1\r\n${authorization}`;

for (const [why, bytes] of [
  [
    "both lengths, chunked last",
    `${POST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${DELETE}`,
  ],
  [
    "both lengths, chunked first",
    `${POST}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${DELETE}`,
  ],
  ["two different lengths", `${POST}Content-Length: 0\r\nContent-Length: ${DELETE.length}\r\n\r\n${DELETE}`],
  ["a list of lengths", `${POST}Content-Length: 0, ${DELETE.length}\r\n\r\n${DELETE}`],
  ["a length with a sign", `${POST}Content-Length: +0\r\n\r\n${DELETE}`],
  ["a length in hex", `${POST}Content-Length: 0x0\r\n\r\n${DELETE}`],
  ["an encoding nobody has", `${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${DELETE}`],
  ["chunked not last", `${POST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${DELETE}`],
  ["a space before the colon", `${POST}Transfer-Encoding : chunked\r\nContent-Length: 0\r\n\r\n${DELETE}`],
  ["a bare line feed between headers", `${POST}X: a\nContent-Length: 0\r\n\r\n${DELETE}`],
  ["bare line feeds alone", `${POST.replaceAll("\r\n", "\n")}\n${DELETE}`],
  ["a bare carriage return", `${POST}X: a\rContent-Length: 0\r\n\r\n${DELETE}`],
  ["a folded header", `${POST}X: a\r\n Content-Length: 0\r\n\r\n${DELETE}`],
  ["NUL in a header", `${POST}X: a\0b\r\n\r\n${DELETE}`],
  ["a chunk size with a sign", `${POST}Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n${DELETE}`],
  [
    "a chunk size that overflows",
    `${POST}Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n\r\n${DELETE}`,
  ],
  ["a line feed in a chunk extension", `${POST}Transfer-Encoding: chunked\r\n\r\n0;a\nb\r\n\r\n${DELETE}`],
  ["a chunk longer than its size", `${POST}Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n${DELETE}`],
  [
    "a folded credential and both lengths",
    `${wrap(POST)}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${DELETE}`,
  ],
  [
    "a folded credential with a header inside",
    `${wrap(POST).replace("\r\n\r\n", "")}\nContent-Length: 0\r\n\r\n${DELETE}`,
  ],
] as const) {
  test(`${why}: 400, the connection is closed, and what follows is not done`, async () => {
    const start = pail.logText().length;
    const statuses = statusesOf(await exchange(url, bytes));
    assert.deepEqual(statuses.slice(-1), [400]);
    assert.deepEqual(serverFaults(pail, start), []);
    await assertNothingDone();
  });
}

test("nothing that follows a mended request is read as another", async () => {
  const head = `GET /2.0/user HTTP/1.1\r\nHost: 127.0.0.1\r\n${wrap(authorization)}\r\n`;
  const statuses = statusesOf(await exchange(url, head + DELETE));
  assert.equal(statuses.length, 1);
  assert.ok(statuses[0] === 200 || statuses[0] === 400, `${statuses[0]}`);
  await assertNothingDone();
});

test("what stands in the body of a request is no request, even with a folded credential", async () => {
  const victim = await createHostedRepository(pail);
  const inner = DELETE.replace(repository.fullName, victim.fullName);
  const connection = await openConnection(url);
  await connection.write(`${POST}Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n`);
  await connection.waitFor("the server asks for the body", (received) => received.includes("100 Continue"));
  // A chunk's size is what comes next. The parser refuses this, and nothing else may read it in another way.
  connection.socket.write(wrap(inner));
  const received = await connection.waitForEnd();
  assert.doesNotMatch(received, /^HTTP\/1\.1 2/m, "the body was done as a request");
  const authorized = { Authorization: restAuthorization(pail), Connection: "close" };
  const check = await exchange(url, requestHead("GET", `/2.0/repositories/${victim.fullName}`, authorized));
  assert.deepEqual(statusesOf(check), [200], "the repository is still there");
});

test("a mended request does not answer into the answer of the request before it", async () => {
  const want = `0032want ${ids.at(-1)}\n00000009done\n`;
  const service = "git-upload-pack";
  const head = requestHead("POST", `${repository.path}/${service}`, {
    ...serviceHeaders(pail, service),
    "Content-Length": String(want.length),
  });
  const connection = await openConnection(url);
  await connection.write(head + want);
  // In a packet of its own, while the first is being answered.
  await connection.waitFor("the first answer begins", (received) => received.includes("HTTP/1.1 200"));
  connection.socket.write(`GET /2.0/user HTTP/1.1\r\nHost: 127.0.0.1\r\n${wrap(authorization)}\r\n`);
  const received = await connection.waitForEnd();
  // Either the first answer is whole, or it is cut off; nothing stands within it.
  const [first = ""] = received.split(/(?<=\r\n0\r\n\r\n)/);
  assert.doesNotMatch(first.slice(1), /HTTP\/1\.1 /, "one answer stands inside the other");
});

test("many wrapped credentials in one request end it, and not the server", async () => {
  for (const count of [2, 20, 300, 1000]) {
    const start = pail.logText().length;
    const lines = "Authorization: Basic aaaa\nbbbb\r\n".repeat(count);
    const received = await exchange(url, `GET /2.0/user HTTP/1.1\r\nHost: 127.0.0.1\r\n${lines}\r\n`);
    const [status] = statusesOf(received);
    assert.ok(status === 400 || status === 401 || status === 431, `${status}`);
    assert.deepEqual(serverFaults(pail, start), []);
  }
});

test("a folded credential that arrives in pieces, cut anywhere, is answered and leaves nothing hanging", async () => {
  const bytes = `GET /2.0/user HTTP/1.1\r\nHost: 127.0.0.1\r\n${wrap(authorization)}\r\n`;
  for (let at = 1; at < bytes.length; at += 9) {
    const connection = await openConnection(url);
    await connection.write(bytes.slice(0, at));
    connection.socket.write(bytes.slice(at));
    const [status] = statusesOf(await connection.waitForEnd());
    assert.ok(status === 200 || status === 400, `cut at ${at}: ${status}`);
  }
});

test("a mended clone that is broken off leaves no process", async () => {
  const want = `0032want ${ids.at(-1)}\n00000009done\n`;
  const service = "git-upload-pack";
  const headers = { ...serviceHeaders(pail, service), "Content-Length": String(want.length) };
  const head = requestHead("POST", `${repository.path}/${service}`, headers);
  for (let time = 0; time < 10; time += 1) {
    const connection = await openConnection(url);
    await connection.write(wrap(head) + want);
    if (time % 2 === 0)
      await connection.waitFor("the answer begins", (received) => received.includes("HTTP/1.1 200"));
    connection.hangUp();
  }
  await waitUntil("no git process is left", () => requestProcesses(pail.processId).length === 0);
});
