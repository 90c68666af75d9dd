import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startApp } from "../../src/app.ts";
import { digestToken } from "../../src/authentication/token-text.ts";
import { Secret } from "../../src/model/secret.ts";
import { basic, sendRequest } from "../support/clients/http-request.ts";
import { waitUntil } from "../support/processes/process-table.ts";
import { startTestApp, type TestApp } from "../support/server/test-app.ts";

/** A server whose clock the tests move, over the data of another. */
const AHEAD_MS = 86_400_000;
let aheadMs = 0;
let app: TestApp;
let moved: Awaited<ReturnType<typeof startApp>>;
before(async () => {
  app = await startTestApp();
  const clock = () => new Date(Date.now() + aheadMs);
  moved = await startApp({ ...app.ports, clock }, { sharesPort: false });
});
after(async () => {
  await moved.close();
  await app.close();
});

test("the last use of a token is written down again as soon as a clock that was ahead is right", async () => {
  const token = await app.token();
  const authorization = basic("owner@example.com", token);
  const ask = async () => {
    const { status } = await sendRequest(moved.url, "/2.0/repositories/acme/demo", {
      headers: { authorization },
    });
    assert.equal(status, 200);
  };
  const lastUsedMs = async () => {
    const found = await app.ports.database.lookups.findTokenByDigest(digestToken(new Secret(token)));
    return found?.token.lastUsedAt?.getTime() ?? 0;
  };
  aheadMs = AHEAD_MS;
  await ask();
  await waitUntil("the use is written down", async () => (await lastUsedMs()) > Date.now());
  // Kept with all that was true by the wrong clock.
  await ask();
  aheadMs = 0;
  await ask();
  await waitUntil("the use is written down anew", async () => (await lastUsedMs()) <= Date.now());
});
