// The attack: a large file, sent faster than it can be stored, to fill the server's memory.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { request } from "node:http";
import { test } from "node:test";
import { BOUNDARY } from "../support/clients/form-client.ts";
import { basic } from "../support/clients/http-request.ts";
import { residentBytesPeak } from "../support/processes/process-table.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const MIB = 1024 * 1024;
const FILE_BYTES = 128 * MIB;
/** V8 lets some 64 MiB of buffers that nobody holds gather before it frees them, however large the file is. */
const GROWTH_BYTES_MAX = 96 * MIB;

const pail = await startPailForFile();
const { api_url: apiUrl, email, token } = pail.credentials;
const authorization = basic(email, token);
const BASE = `${apiUrl}/repositories/acme/demo`;

type Sent = { readonly status: number; readonly location: string | undefined; readonly digest: string };

/** Sends random bytes as one file and waits for nothing but the socket. */
function send(path: string, field: string, length: number): Promise<Sent> {
  const digest = createHash("sha256");
  const { promise, resolve, reject } = Promise.withResolvers<Sent>();
  const asked = request(`${BASE}${path}`, {
    method: "POST",
    headers: { authorization, "content-type": `multipart/form-data; boundary=${BOUNDARY}` },
  });
  asked.on("error", reject);
  asked.on("response", (response) => {
    response.resume();
    response.on("end", () =>
      resolve({
        status: response.statusCode ?? 0,
        location: response.headers.location,
        digest: digest.digest("hex"),
      }),
    );
  });
  const write = async () => {
    asked.write(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${field}"; filename="large.bin"\r\n\r\n`,
    );
    for (let written = 0; written < length; written += MIB) {
      const piece = randomBytes(MIB);
      digest.update(piece);
      if (!asked.write(piece)) await new Promise((drained) => asked.once("drain", drained));
    }
    asked.end(`\r\n--${BOUNDARY}--\r\n`);
  };
  write().catch(reject);
  return promise;
}

async function digestOf(url: string, headers: Record<string, string> = {}): Promise<string> {
  const answer = await fetch(url, { headers: { authorization, ...headers } });
  assert.ok(answer.ok, String(answer.status));
  const digest = createHash("sha256");
  for await (const piece of answer.body!) digest.update(piece);
  return digest.digest("hex");
}

for (const [what, path, field, readBack] of [
  [
    "a commit",
    "/src",
    "large.bin",
    (location: string | undefined) => `${BASE}/src/${location?.split("/").at(-1)}/large.bin`,
  ],
  ["an upload of a download", "/downloads", "files", () => `${BASE}/downloads/large.bin`],
] as const) {
  test(`${what} of 128 MB goes through, and back, without being held`, async (t) => {
    // Once before, so that what the first request of a kind needs is not counted.
    assert.equal((await send(path, field, MIB)).status, 201);
    const before = await residentBytesPeak(pail.processId);
    if (before === undefined) return t.skip("memory can be read where there is /proc");
    const sent = await send(path, field, FILE_BYTES);
    assert.equal(sent.status, 201);
    assert.equal(await digestOf(readBack(sent.location)), sent.digest);
    const growth = (await residentBytesPeak(pail.processId))! - before;
    assert.ok(growth < GROWTH_BYTES_MAX, `the server has grown by ${growth} bytes`);
  });
}
