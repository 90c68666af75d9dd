import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startApp } from "../../src/app.ts";
import {
  NETWORKS_MAX,
  openFailedAuthenticationLimiter,
} from "../../src/limits/failed-authentication-limiter.ts";
import { createApiToken, revokeApiToken } from "../../src/operations/tokens/api-tokens.ts";
import { basic } from "../support/clients/http-request.ts";
import { inventToken } from "../support/examples/accounts.ts";
import { startTestApp, type TestApp } from "../support/server/test-app.ts";

/**
 * Somebody tries tokens and passwords, one after the other, perhaps from behind the address that a whole company has.
 * After a number of failures in ten minutes the next ones are refused with 429; the failures alone, so that nobody can lock
 * the holder of a genuine token out.
 */
const FAILURES_MAX = 5;
const GIT = "/acme/demo.git/info/refs?service=git-upload-pack";
const REST = "/2.0/repositories/acme/demo";

let app: TestApp;
let url: string;
let close: () => Promise<void>;
let now = new Date("2026-11-27T08:00:00Z");

before(async () => {
  app = await startTestApp({ isBehindProxy: true });
  const failedAuthenticationLimiter = openFailedAuthenticationLimiter({
    clock: () => now,
    failuresMax: FAILURES_MAX,
  });
  const braked = await startApp({ ...app.ports, failedAuthenticationLimiter }, { sharesPort: false });
  ({ url } = braked);
  close = () => braked.close();
});
after(async () => {
  await close();
  await app.close();
});

async function get(path: string, authorization: string, address: string) {
  const headers = { authorization, "x-forwarded-for": address };
  const response = await fetch(url + path, { headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

for (const [path, what, guess, address] of [
  [REST, "unknown tokens", () => basic("owner@example.com", inventToken()), "192.0.2.1"],
  [REST, "unknown Bearer tokens", () => `Bearer ${inventToken()}`, "192.0.2.2"],
  [REST, "passwords", () => basic("owner@example.com", "hunter2"), "192.0.2.3"],
  [GIT, "unknown tokens in Git", () => basic("owner", inventToken()), "192.0.2.4"],
] as const) {
  test(`${what} are answered 429 after ${FAILURES_MAX} failures, and again 401 later`, async () => {
    for (let index = 0; index < FAILURES_MAX; index += 1)
      assert.equal((await get(path, guess(), address)).status, 401);
    const braked = await get(path, guess(), address);
    assert.equal(braked.status, 429);
    assert.equal(braked.headers.get("retry-after"), "600");
    // Git would forget what it has stored after a 401.
    assert.equal(braked.headers.get("www-authenticate"), null);
    assert.doesNotMatch(braked.text, /unknown|password|ATATT/);
    now = new Date(now.getTime() + 600_000);
    assert.equal((await get(path, guess(), address)).status, 401);
  });
}

test("a genuine token works from an address whose guesses are braked, also when it is used for the first time", async () => {
  const address = "192.0.2.10";
  const authorization = (token: string) => basic("owner@example.com", token);
  const known = await app.token();
  for (let index = 0; index <= FAILURES_MAX; index += 1)
    await get(REST, authorization(inventToken()), address);
  assert.equal((await get(REST, authorization(inventToken()), address)).status, 429);
  assert.equal((await get(REST, authorization(known), address)).status, 200);
  assert.equal((await get(REST, authorization(await app.token()), address)).status, 200);
  assert.equal((await get(GIT, basic("owner", await app.token()), address)).status, 200);
  assert.equal((await get(REST, authorization(inventToken()), "192.0.2.11")).status, 401, "others are free");
});

test("the holder of a genuine token that has ended, or a wrong name with it, is told so and never braked", async () => {
  const wanted = {
    accountUuid: app.owner.uuid,
    name: "ended",
    scopes: ["read:repository:bitbucket"],
    ageDays: 1,
  } as const;
  const { token, text } = await createApiToken(app.ports, app.by, wanted);
  await revokeApiToken(app.ports, app.by, token.uuid);
  for (let index = 0; index < 3 * FAILURES_MAX; index += 1) {
    const revoked = await get(REST, basic("owner@example.com", text.reveal()), "192.0.2.20");
    assert.equal(revoked.status, 401);
    assert.match(revoked.text, /revoked/);
  }
});

test("the addresses of one IPv6 network are one", async () => {
  const guess = (host: number) =>
    get(REST, basic("x@example.com", inventToken()), `2001:db8::${host.toString(16)}`);
  for (let host = 1; host <= FAILURES_MAX; host += 1) assert.equal((await guess(host)).status, 401);
  assert.equal((await guess(99)).status, 429);
});

test("an address that the client claims is not believed where no proxy is declared", async () => {
  const direct = await startApp(
    {
      ...app.ports,
      config: { ...app.ports.config, isBehindProxy: false },
      failedAuthenticationLimiter: openFailedAuthenticationLimiter({ clock: () => now, failuresMax: 1 }),
    },
    { sharesPort: false },
  );
  try {
    const statuses: number[] = [];
    for (const claimed of ["192.0.2.30", "192.0.2.31", "192.0.2.32"]) {
      const headers = { authorization: basic("x@example.com", inventToken()), "x-forwarded-for": claimed };
      const response = await fetch(direct.url + REST, { headers });
      await response.arrayBuffer();
      statuses.push(response.status);
    }
    assert.deepEqual(statuses, [401, 429, 429]);
  } finally {
    await direct.close();
  }
});

test("what is remembered of addresses is bounded", () => {
  const brake = openFailedAuthenticationLimiter({ clock: () => now, failuresMax: 1 });
  assert.equal(brake.fail("first"), undefined);
  assert.equal(brake.fail("first"), 600);
  for (let index = 0; index < NETWORKS_MAX; index += 1) brake.fail(`address ${index}`);
  assert.equal(brake.fail("first"), undefined, "the longest unused is forgotten");
});
