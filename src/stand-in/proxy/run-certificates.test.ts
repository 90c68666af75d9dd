import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { before, test } from "node:test";
import { createServer, connect as tlsConnect } from "node:tls";
import { createRunCertificates, type RunCertificates } from "./run-certificates.ts";

const NAMES = ["bitbucket.org", "api.bitbucket.org", "10.1.2.3"];
const NOW = new Date("2026-11-30T12:00:00Z");
let made: RunCertificates;
before(async () => {
  made = await createRunCertificates(NAMES, NOW);
});

test("the authority lives a day, and signs servers only", () => {
  const authority = new X509Certificate(made.authority);
  assert.deepEqual(
    [authority.validFromDate, authority.validToDate].map((each) => each.toISOString()),
    ["2026-11-30T11:00:00.000Z", "2026-12-01T12:00:00.000Z"],
  );
  const server = new X509Certificate(made.certificate);
  assert.ok(authority.ca && !server.ca && server.verify(authority.publicKey));
  assert.deepEqual(server.subjectAltName?.split(", "), [
    "DNS:bitbucket.org",
    "DNS:api.bitbucket.org",
    "IP Address:10.1.2.3",
  ]);
});

/** What a client that trusts the authority says to a server that has the certificate. @returns undefined if it is content. */
async function objectionTo({ certificate, key }: RunCertificates, authority: string, servername: string) {
  const server = createServer({ cert: certificate, key });
  server.on("secureConnection", (socket) => socket.resume()).on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const socket = tlsConnect({ port, host: "127.0.0.1", servername, ca: authority });
  try {
    await once(socket, "secureConnect");
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  } finally {
    socket.destroy();
    server.close();
  }
}

test("who trusts the authority takes the server for these names, and for no other", async () => {
  const fresh = await createRunCertificates(NAMES, new Date());
  for (const name of NAMES.slice(0, 2))
    assert.equal(await objectionTo(fresh, fresh.authority, name), undefined);
  assert.equal(await objectionTo(fresh, fresh.authority, "example.com"), "ERR_TLS_CERT_ALTNAME_INVALID");
  assert.equal(await objectionTo(fresh, made.authority, "bitbucket.org"), "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
});
