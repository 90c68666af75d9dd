// The attack: the server is used as a way to other hosts, or made to give out links that lead to them: absolute-form
// targets, tunnels, a Host header that is no host, X-Forwarded headers that no proxy has written (OneDev's CVE-2022-39205).
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { startPailForFile } from "../support/server/pail-server.ts";
import { exchange, requestHead, restAuthorization, serverFaults, statusesOf } from "./hostile-client.ts";

const pail = await startPailForFile();
const { url, workspace, repository, token } = pail.credentials;
const authorization = restAuthorization(pail);
const CLOSE = { Connection: "close" };

/** Another server of the same machine. Whatever reaches it has been forwarded. */
const reached: string[] = [];
const elsewhere = createServer((request, response) => {
  reached.push(`${request.method} ${request.url}`);
  response.end("elsewhere");
}).listen(0, "127.0.0.1");
await once(elsewhere, "listening");
after(() => elsewhere.close());
const address = elsewhere.address();
assert.ok(typeof address === "object" && address !== null);
const port = address.port;

for (const target of [
  `http://127.0.0.2:${port}/`,
  `http://0:${port}/`,
  `http://0.0.0.0:${port}/`,
  `http://2130706434:${port}/`,
  `http://[::ffff:127.0.0.1]:${port}/`,
  `http://bitbucket.org@127.0.0.2:${port}/`,
  `http://bitbucket.org:80@127.0.0.2:${port}/`,
  `http://127.0.0.2:${port}?@bitbucket.org/`,
  `http://127.0.0.2:${port}/@bitbucket.org/`,
  "http://bitbucket.org.example/2.0/user",
  "http://bitbucket.org./2.0/user",
  "http://xbitbucket.org/2.0/user",
  "http://api.bitbucket.org.example/2.0/user",
  "http://bitbucket.org:999999/2.0/user",
  "http://169.254.169.254/latest/meta-data/",
  "ftp://bitbucket.org/x",
  "file:///etc/passwd",
  "gopher://bitbucket.org/",
  "*",
]) {
  test(`the target ${target.replace(String(port), "PORT")} is refused with 403`, async () => {
    for (const method of ["GET", "OPTIONS", "HEAD"]) {
      const head = requestHead(method, target, { ...CLOSE, Authorization: authorization });
      assert.deepEqual(statusesOf(await exchange(url, head)), [403], method);
    }
    assert.deepEqual(reached, []);
  });
}

test("a refused target's body is not taken for the next request", async () => {
  const inner = requestHead("DELETE", `/2.0/repositories/${workspace}/${repository}`, {
    ...CLOSE,
    Authorization: authorization,
  });
  const head = requestHead("POST", "http://elsewhere.example/", { "Content-Length": String(inner.length) });
  const last = requestHead("GET", "/2.0/user", { ...CLOSE, Authorization: authorization });
  assert.deepEqual(statusesOf(await exchange(url, head + inner + last)), [403, 200]);
  const path = `/2.0/repositories/${workspace}/${repository}`;
  const check = requestHead("GET", path, { ...CLOSE, Authorization: authorization });
  assert.deepEqual(statusesOf(await exchange(url, check)), [200]);
});

test("a target in absolute form opens no more than its path does, and its user info is no credential", async () => {
  for (const target of [
    "http://api.bitbucket.org/2.0/user",
    "HTTP://API.BitBucket.ORG/2.0/user",
    `http://${encodeURIComponent(pail.credentials.email)}:${token}@api.bitbucket.org/2.0/user`,
    "http://api.bitbucket.org:8443/2.0/user",
  ]) {
    const received = await exchange(url, requestHead("GET", target, CLOSE));
    assert.deepEqual(statusesOf(received), [401], target);
    assert.ok(!received.includes(token));
  }
  for (const target of [
    "http://bitbucket.org\\@elsewhere.example/2.0/user",
    "http://elsewhere.example#@bitbucket.org/",
  ]) {
    const [status] = statusesOf(await exchange(url, requestHead("GET", target, CLOSE)));
    assert.ok(status === 400 || status === 403, `${target}: ${status}`);
  }
});

test("no tunnel is opened", async () => {
  for (const target of [`127.0.0.1:${port}`, "bitbucket.org:443", `localhost:${port}`]) {
    assert.deepEqual(statusesOf(await exchange(url, requestHead("CONNECT", target))), [403]);
  }
  const upgrade = { ...CLOSE, Connection: "Upgrade", Upgrade: "websocket" };
  const received = await exchange(
    url,
    requestHead("GET", "/2.0/user", upgrade) + requestHead("GET", "/2.0/user", CLOSE),
  );
  assert.ok(!statusesOf(received).includes(101));
  assert.deepEqual(reached, []);
});

const REPOSITORY = `/2.0/repositories/${workspace}/${repository}`;

async function ask(headers: Readonly<Record<string, string>>, path = REPOSITORY): Promise<string> {
  return exchange(url, requestHead("GET", path, { ...CLOSE, Authorization: authorization, ...headers }));
}

for (const host of [
  "evil.example/path",
  "evil.example?x",
  "evil.example#x",
  "user@evil.example",
  "evil.example:80:80",
  'evil.example"onload="x',
  "<script>",
  "evil.example, other.example",
  "evil.example\\x",
  "evil .example",
  "%65vil.example",
]) {
  test(`Host: ${host} stands in no link`, async () => {
    const received = await ask({ Host: host });
    const [status = 0] = statusesOf(received);
    assert.ok(status === 200 || status === 400, `${status}`);
    assert.doesNotMatch(received, /evil.?\.example|<script/);
  });
}

// Each looks like a host and a port, and is none.
for (const host of ["x:99999", "[::::]", "1.2.3.999", "256.256.256.256", "1.2.3.4.5", "0x100000000"]) {
  test(`Host: ${host}, which no URL can hold, is no error of the server`, async () => {
    const start = pail.logText().length;
    for (const path of ["/2.0/user", REPOSITORY, `/2.0/repositories/${workspace}?pagelen=1`]) {
      const [status = 0] = statusesOf(await ask({ Host: host }, path));
      assert.ok(status === 200 || status === 400, `${path}: ${status}`);
    }
    assert.deepEqual(serverFaults(pail, start), []);
  });
}

test("X-Forwarded headers are not believed unless a proxy is declared", async () => {
  const received = await ask({
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Port": "444",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-For": "127.0.0.1",
    "X-Original-URL": "/2.0/user",
    "X-Rewrite-URL": "/2.0/user",
    Forwarded: "host=evil.example;proto=https",
  });
  assert.deepEqual(statusesOf(received), [200]);
  assert.doesNotMatch(received, /evil|https:|:444\b/);
  assert.ok(received.includes(`"full_name":"${workspace}/${repository}"`));
});

test("two Host headers are refused: RFC 9112, section 3.2", async () => {
  for (const [first, second] of [
    ["127.0.0.1", "evil.example"],
    ["evil.example", "127.0.0.1"],
  ] as const) {
    const head = requestHead("GET", REPOSITORY, { ...CLOSE, Authorization: authorization, Host: first });
    const received = await exchange(url, head.replace(/\r\n$/, `Host: ${second}\r\n\r\n`));
    assert.deepEqual(statusesOf(received), [400], `${first}, then ${second}`);
  }
});
