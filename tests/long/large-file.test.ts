import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { request } from "node:http";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { BOUNDARY } from "../support/clients/form-client.ts";
import { basic } from "../support/clients/http-request.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { residentBytesPeak } from "../support/processes/process-table.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const MIB = 1024 * 1024;
const FILE_BYTES = 1024 * MIB;
const RESIDENT_BYTES_MAX = 250 * MIB;

test("a file of 1 GB is committed over REST, read back whole and in part, and cloned, without being held", async () => {
  const pail = await startPailForFile();
  const { url, api_url: apiUrl, email, token } = pail.credentials;
  const authorization = basic(email, token);
  const base = `${apiUrl}/repositories/acme/demo/src`;
  const whole = createHash("sha256");
  const tail = randomBytes(MIB);
  const location = await new Promise<string>((resolve, reject) => {
    const asked = request(base, {
      method: "POST",
      headers: { authorization, "content-type": `multipart/form-data; boundary=${BOUNDARY}` },
    });
    asked.on("error", reject);
    asked.on("response", (response) => {
      response.resume();
      if (response.statusCode === 201) resolve(response.headers.location!);
      else reject(new Error(`answered ${response.statusCode}`));
    });
    const write = async () => {
      asked.write(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="large.bin"; filename="x"\r\n\r\n`);
      for (let written = 0; written < FILE_BYTES; written += MIB) {
        const piece = written + MIB < FILE_BYTES ? randomBytes(MIB) : tail;
        whole.update(piece);
        if (!asked.write(piece)) await new Promise((drained) => asked.once("drain", drained));
      }
      asked.end(`\r\n--${BOUNDARY}--\r\n`);
    };
    write().catch(reject);
  });
  const file = `${base}/${location.split("/").at(-1)}/large.bin`;
  const expected = whole.digest("hex");

  const answer = await fetch(file, { headers: { authorization } });
  assert.equal(answer.headers.get("content-length"), String(FILE_BYTES));
  const digest = createHash("sha256");
  let isPaused = false;
  for await (const piece of answer.body!) {
    // A reader that stops for a while must not make the server read on.
    if (!isPaused) await delay(2_000);
    isPaused = true;
    digest.update(piece);
  }
  assert.equal(digest.digest("hex"), expected);

  const range = `bytes=${FILE_BYTES - MIB}-`;
  const part = await fetch(file, { headers: { authorization, range } });
  assert.equal(part.status, 206);
  assert.deepEqual(Buffer.from(await part.arrayBuffer()), tail);

  const git = openRealGit();
  const clone = git.newPath("clone");
  await git.out([
    "clone",
    "-q",
    `http://x-bitbucket-api-token-auth:${token}@${new URL(url).host}/acme/demo.git`,
    clone,
  ]);
  await git.out(["fsck", "--strict"], { folder: clone });
  const size = await git.out(["cat-file", "-s", "HEAD:large.bin"], { folder: clone });
  assert.equal(size, String(FILE_BYTES));

  const peak = await residentBytesPeak(pail.processId);
  if (peak === undefined) assert.notEqual(process.platform, "linux", "memory can be read on Linux");
  else assert.ok(peak < RESIDENT_BYTES_MAX, `the server has held ${peak} bytes`);
});
