import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type ConnectionOptions, connect } from "node:tls";
import { basic, readAnswer, sendRequest } from "../../../../tests/support/clients/http-request.ts";
import { openRealGit } from "../../../../tests/support/git/real-git.ts";
import {
  AUTHORITY,
  SERVER_CERTIFICATE,
  SERVER_KEY,
} from "../../../../tests/support/remote-servers/self-signed.ts";
import { startTestApp } from "../../../../tests/support/server/test-app.ts";

const folder = mkdtempSync(join(tmpdir(), "pail-https-"));
after(() => rmSync(folder, { recursive: true }));
const tls = { certFile: join(folder, "cert.pem"), keyFile: join(folder, "key.pem") };
writeFileSync(tls.certFile, SERVER_CERTIFICATE);
writeFileSync(tls.keyFile, SERVER_KEY, { mode: 0o600 });
writeFileSync(join(folder, "authority.pem"), AUTHORITY);
const app = await startTestApp({ tls });
after(() => app.close());
const port = Number(new URL(app.url).port);
const git = openRealGit();

function ask(path: string, headers: Record<string, string> = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<typeof readAnswer>>>();
  httpsRequest({ host: "127.0.0.1", port, path, headers, ca: AUTHORITY, agent: false }, (message) =>
    readAnswer(message).then(resolve, reject),
  )
    .on("error", reject)
    .end();
  return promise;
}

async function handshake(options: ConnectionOptions) {
  const socket = connect({ host: "127.0.0.1", port, ca: AUTHORITY, ...options });
  try {
    await once(socket, "secureConnect");
    return { protocol: socket.getProtocol(), alpn: socket.alpnProtocol };
  } finally {
    socket.destroy();
  }
}

test("REST is answered over TLS, with links that begin with https", async () => {
  assert.match(app.url, /^https:/);
  const authorization = basic("owner@example.com", await app.token());
  const answer = await ask("/2.0/repositories/acme/demo", { authorization });
  assert.equal(answer.status, 200);
  const { links } = JSON.parse(answer.text) as { links: Record<string, { href: string }> };
  assert.equal(links.self!.href, `${app.url}/2.0/repositories/acme/demo`);
  assert.equal((await ask("/-/health")).status, 200);
});

test("cookies of the pages are Secure, and of this host alone", async () => {
  const { headers } = await ask("/-/sign-in", { accept: "text/html" });
  const cookies = headers["set-cookie"] ?? [];
  assert.ok(cookies.length > 0);
  for (const cookie of cookies) assert.match(cookie, /^__Host-.*; Secure/);
});

test("git clones and pushes over it", async () => {
  const url = `https://x-bitbucket-api-token-auth:${await app.token()}@127.0.0.1:${port}/acme/demo.git`;
  const environment = { GIT_SSL_CAINFO: join(folder, "authority.pem") };
  const work = git.newPath("work");
  await git.out(["clone", "-q", url, work], { environment });
  await git.out(["commit", "-q", "--allow-empty", "-m", "one"], { folder: work });
  await git.out(["push", "-q", "origin", "HEAD:main"], { folder: work, environment });
  const listed = await git.out(["ls-remote", url, "refs/heads/main"], { environment });
  assert.match(listed, /^[0-9a-f]{40}\trefs\/heads\/main/);
});

test("TLS 1.2 and 1.3 are spoken, nothing older, and HTTP/1.1 is what is agreed on", async () => {
  assert.equal((await handshake({})).protocol, "TLSv1.3");
  assert.equal((await handshake({ maxVersion: "TLSv1.2" })).protocol, "TLSv1.2");
  assert.equal((await handshake({ ALPNProtocols: ["h2", "http/1.1"] })).alpn, "http/1.1");
  await assert.rejects(
    handshake({ minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" }),
  );
});

test("plain HTTP on the port is closed without an answer, and the server goes on", async () => {
  await assert.rejects(sendRequest(`http://127.0.0.1:${port}`, "/-/health"));
  assert.equal((await ask("/-/health")).status, 200);
});

async function talk(bytes: string): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port, ca: AUTHORITY });
  await once(socket, "secureConnect");
  socket.write(bytes);
  let answer = "";
  for await (const piece of socket) answer += String(piece);
  return answer;
}

test("what is no HTTP gets 400, and a credential folded by base64 is mended, as without TLS", async () => {
  assert.match(await talk("nonsense\r\n\r\n"), /^HTTP\/1\.1 400 Bad Request\r\n/);
  const credential = Buffer.from(`owner@example.com:${await app.token()}`)
    .toString("base64")
    .replaceAll(/.{76}/g, "$&\n");
  const answer = await talk(
    `GET /2.0/user HTTP/1.1\r\nHost: localhost:${port}\r\nAuthorization: Basic ${credential}\r\nAccept: */*\r\n\r\n`,
  );
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
  assert.ok(answer.includes(`https://localhost:${port}/2.0/`), "its links begin with https");
});
