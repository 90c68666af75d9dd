import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestOptions, request, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { after, before, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { Secret } from "../../model/secret.ts";
import { createRunCertificates, type RunCertificates } from "./run-certificates.ts";
import { openRunProxy, type RunProxy } from "./run-proxy.ts";
import { findUpstreamProxy } from "./upstream-proxy.ts";

const NAMES = ["bitbucket.org", "api.bitbucket.org"];
const PASSWORD = "the-password-of-this-run";
const CREDENTIAL = `Basic ${Buffer.from(`run:${PASSWORD}`).toString("base64")}`;
let certificates: RunCertificates;
let own: Server;
let elsewhere: Server;
let elsewherePort: number;
let proxy: RunProxy;

/** Tells what it was asked for. */
async function listen(name: string): Promise<Server> {
  const server = createServer((asked, response) => {
    const { method, url, headers } = asked;
    let body = "";
    asked.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    asked.on("end", () => response.end(JSON.stringify({ name, method, url, headers, body })));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;
const open = (options: { readonly isOffline?: boolean; readonly upstream?: number } = {}) =>
  openRunProxy({
    server: own,
    names: NAMES,
    certificates,
    password: new Secret(PASSWORD),
    isOffline: options.isOffline ?? false,
    upstream:
      options.upstream === undefined
        ? undefined
        : findUpstreamProxy({ https_proxy: `http://run:${PASSWORD}@127.0.0.1:${options.upstream}` }),
  });

before(async () => {
  certificates = await createRunCertificates(NAMES, new Date());
  own = await listen("own");
  elsewhere = await listen("elsewhere");
  elsewherePort = portOf(elsewhere);
  proxy = await open();
});
after(async () => {
  await proxy.close();
  for (const server of [own, elsewhere]) {
    server.close();
    server.closeAllConnections();
  }
});

async function send(options: RequestOptions, body = "") {
  const asked = request({ host: "127.0.0.1", ...options });
  asked.end(body);
  const [answer] = await once(asked, "response");
  let text = "";
  for await (const part of answer.setEncoding("utf8")) text += part;
  return { status: answer.statusCode as number, headers: answer.headers, text };
}

/** @returns the head of the answer, and the socket behind it. */
async function tunnel(target: string, { credential = "", port = proxy.port } = {}) {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  const header = credential === "" ? "" : `Proxy-Authorization: ${credential}\r\n`;
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${header}\r\n`);
  const [head] = await once(socket, "data");
  return { head: String(head), socket };
}

async function ask(socket: Socket, host: string) {
  const answer = await send({
    createConnection: () => socket,
    headers: { host, connection: "close" },
    path: "/2.0/user",
  });
  return JSON.parse(answer.text) as { readonly name: string; readonly url: string };
}

test("a tunnel to a name ends here, with TLS and without, and nobody needs a credential", async () => {
  for (const [target, isEncrypted] of [
    ["bitbucket.org:443", true],
    ["API.bitbucket.org:443", true],
    ["bitbucket.org:80", false],
  ] as const) {
    const { head, socket } = await tunnel(target);
    assert.match(head, /^HTTP\/1\.1 200 /);
    const name = target.split(":")[0]!;
    const inside = isEncrypted
      ? connectTls({ socket, servername: name, ca: certificates.authority })
      : socket;
    const { name: by, url } = await ask(inside, name);
    assert.deepEqual([by, url], ["own", "/2.0/user"]);
  }
});

test("its port is that of the names too: who goes there needs no CONNECT", async () => {
  const socket = connectTls({
    port: proxy.port,
    host: "127.0.0.1",
    servername: "bitbucket.org",
    ca: certificates.authority,
  });
  assert.equal((await ask(socket, "bitbucket.org")).name, "own");
  assert.equal((await ask(connect(proxy.port, "127.0.0.1"), "bitbucket.org")).name, "own");
});

test("a request in absolute form for a name is the server's, also by https, as old clients send it", async () => {
  for (const path of ["http://bitbucket.org/x", "https://api.bitbucket.org/2.0/user"]) {
    const { text } = await send({ port: proxy.port, path });
    assert.deepEqual(JSON.parse(text).url, path);
  }
});

for (const [who, credential] of [
  ["nobody", ""],
  ["another user name", `Basic ${Buffer.from(`root:${PASSWORD}`).toString("base64")}`],
  ["a wrong password", `Basic ${Buffer.from("run:x").toString("base64")}`],
  ["another scheme", `Bearer ${PASSWORD}`],
  ["junk", "Basic !!"],
] as const) {
  test(`${who} gets no way to another host`, async () => {
    const { head, socket } = await tunnel(`127.0.0.1:${elsewherePort}`, { credential });
    assert.match(head, /^HTTP\/1\.1 407 [\s\S]*\r\nproxy-authenticate: Basic realm=/i);
    socket.destroy();
    const path = `http://127.0.0.1:${elsewherePort}/`;
    const headers = credential === "" ? {} : { "proxy-authorization": credential };
    assert.equal((await send({ port: proxy.port, path, headers })).status, 407);
  });
}

test("with the credential other hosts are reached, and do not see it", async () => {
  const { head, socket } = await tunnel(`127.0.0.1:${elsewherePort}`, { credential: CREDENTIAL });
  assert.match(head, /^HTTP\/1\.1 200 /);
  assert.equal((await ask(socket, "elsewhere.example")).name, "elsewhere");
  const { text } = await send(
    {
      port: proxy.port,
      method: "POST",
      path: `http://127.0.0.1:${elsewherePort}/x?y=z`,
      headers: { "proxy-authorization": CREDENTIAL, "x-kept": "1", "x-hop": "2", connection: "close, X-Hop" },
    },
    "sent",
  );
  const { headers, ...answer } = JSON.parse(text);
  assert.deepEqual(answer, { name: "elsewhere", method: "POST", url: "/x?y=z", body: "sent" });
  assert.deepEqual(
    ["host", "x-kept", "x-hop", "proxy-authorization"].map((name) => headers[name]),
    [`127.0.0.1:${elsewherePort}`, "1", undefined, undefined],
  );
});

const SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
for (const [method, framing] of [
  ["DELETE", { "transfer-encoding": "chunked", connection: "close" }],
  ["GET", { "content-length": SMUGGLED.length, connection: "close, content-length" }],
  ["GET", { "content-length": SMUGGLED.length, connection: "close, host" }],
] as const)
  test(`what follows a ${method} stays its body: ${JSON.stringify(framing)}`, async () => {
    const headers = { "proxy-authorization": CREDENTIAL, ...framing };
    const path = `http://127.0.0.1:${elsewherePort}/x`;
    const { status, text } = await send({ port: proxy.port, method, path, headers }, SMUGGLED);
    assert.equal(status, 200, text);
    const answer = JSON.parse(text);
    assert.deepEqual([answer.method, answer.url, answer.body], [method, "/x", SMUGGLED]);
  });

test("what the network refuses is a 502", async () => {
  const { head } = await tunnel("127.0.0.1:1", { credential: CREDENTIAL });
  assert.match(head, /^HTTP\/1\.1 502 [\s\S]*ECONNREFUSED/);
  const headers = { "proxy-authorization": CREDENTIAL };
  assert.equal((await send({ port: proxy.port, path: "http://127.0.0.1:1/", headers })).status, 502);
});

test("it leads to itself by no tunnel, and not to what is no host", async () => {
  for (const [target, status] of [
    [`127.0.0.1:${proxy.port}`, 403],
    ["bitbucket.org", 400],
    ["bitbucket.org:0", 400],
    ["/", 400],
  ] as const) {
    const { head, socket } = await tunnel(target, { credential: CREDENTIAL });
    assert.match(head, new RegExp(`^HTTP/1.1 ${status} `), target);
    socket.destroy();
  }
});

test("headers have a limit, and a client that stops in the middle is nobody's trouble", async () => {
  const { head, socket } = await tunnel(`bitbucket.org:443${" ".repeat(40 * 1024)}`);
  assert.match(head, /^HTTP\/1\.1 4\d\d /);
  socket.destroy();
  for (const bytes of ["\x16\x03\x01", "\x16garbage\r\n\r\n", "CONNECT bitbucket.org:443 HTTP/1.1\r\n", ""]) {
    const cut = connect(proxy.port, "127.0.0.1");
    cut.on("error", () => {});
    await once(cut, "connect");
    cut.write(bytes);
    cut.resetAndDestroy();
  }
  assert.equal((await ask(connect(proxy.port, "127.0.0.1"), "bitbucket.org")).name, "own");
});

test("offline no credential helps, and what was asked for is told once", async () => {
  const offline = await open({ isOffline: true });
  try {
    for (let round = 0; round < 2; round += 1) {
      const { head } = await tunnel("Elsewhere.example:443", { credential: CREDENTIAL, port: offline.port });
      assert.match(head, /^HTTP\/1\.1 403 /);
      const headers = { "proxy-authorization": CREDENTIAL };
      const path = "http://plain.example/secret?token=x";
      assert.equal((await send({ port: offline.port, path, headers })).status, 403);
    }
    assert.equal(
      (await ask((await tunnel("bitbucket.org:80", { port: offline.port })).socket, "x")).name,
      "own",
    );
    assert.deepEqual([...offline.otherHosts], ["elsewhere.example:443", "plain.example"]);
  } finally {
    await offline.close();
  }
});

test("where there is a proxy already, other hosts are reached through it", async () => {
  const inner = await open({ upstream: proxy.port });
  try {
    // `.invalid` is resolved by nobody, so it was the next proxy that tried.
    const { head } = await tunnel("elsewhere.invalid:443", { credential: CREDENTIAL, port: inner.port });
    assert.match(head, /^HTTP\/1\.1 502 [\s\S]*the next proxy answers 502/);
    assert.ok(proxy.otherHosts.has("elsewhere.invalid:443"));
  } finally {
    await inner.close();
  }
});
