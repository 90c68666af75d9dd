import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { connect } from "node:tls";
import { waitUntil, workersServe } from "../../../tests/support/processes/process-table.ts";
import {
  EXPIRED_CERTIFICATE,
  RENEWED_CERTIFICATE,
  RENEWED_KEY,
} from "../../../tests/support/remote-servers/dated-certificates.ts";
import { SERVER_CERTIFICATE } from "../../../tests/support/remote-servers/self-signed.ts";
import { openPailCommand } from "../../../tests/support/server/pail-command.ts";

const pail = openPailCommand();
const [certFile, keyFile] = [join(pail.folder, "cert.pem"), join(pail.folder, "key.pem")];
const tls = ["--tls-cert", certFile, "--tls-key", keyFile];

async function served(port: number): Promise<string> {
  const socket = connect(port, "127.0.0.1", { rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const { valid_to: end } = socket.getPeerCertificate();
  socket.destroy();
  return end;
}

test("all processes serve a renewed certificate; an expired one at the start is warned of", async (context) => {
  writeFileSync(certFile, EXPIRED_CERTIFICATE);
  writeFileSync(keyFile, RENEWED_KEY);
  chmodSync(keyFile, 0o644);
  const args = ["serve", "--port", "0", "--workers", "2", "--public-url", "https://git.example", ...tls];
  const child = pail.start(args);
  context.after(() => child.kill("SIGKILL"));
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  await waitUntil("it listens", () => stdout.includes("listens on https://127.0.0.1:"));
  const port = Number(/:(\d+)\n/.exec(stdout)![1]);
  assert.match(stderr, /expired on 2026-01-02T00:00:00.000Z: clients refuse it/);
  assert.match(stderr, /others on this machine can read the TLS key/);
  assert.match(stderr, /not for the host of the public URL/);
  // A worker that starts later has the new one from the beginning.
  await workersServe(child.pid!, 1);
  assert.match(await served(port), /2026 GMT$/);
  writeFileSync(certFile, RENEWED_CERTIFICATE);
  const replaced = () => stderr.match(/"the TLS certificate was replaced"/g)?.length ?? 0;
  await waitUntil("both processes say so", () => replaced() === 2);
  for (let connection = 0; connection < 10; connection += 1) assert.match(await served(port), /2126 GMT$/);
  child.kill("SIGTERM");
  assert.deepEqual(await once(child, "close"), [0, null]);
});

test("files that cannot be used are told at the start, and nothing is begun", async () => {
  writeFileSync(certFile, SERVER_CERTIFICATE);
  const outcome = await pail.run(["serve", "--port", "0", "--data", "none", ...tls]);
  assert.equal(outcome.status, 1);
  assert.equal(
    outcome.stderr,
    `pail: Cannot start: the TLS certificate: ${keyFile}: is not the key of the first certificate in ${certFile}\n`,
  );
  const half = await pail.run(["serve", "--tls-cert", certFile]);
  assert.equal(half.status, 2);
  assert.match(half.stderr, /--tls-cert: needs --tls-key \(PAIL_TLS_KEY\) beside it/);
});
