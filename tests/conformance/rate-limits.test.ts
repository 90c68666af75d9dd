import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startApp } from "../../src/app.ts";
import { ACCOUNT_MAX, ANONYMOUS_MAX, openRateLimits } from "../../src/limits/rate-limits.ts";
import { updateRepository } from "../../src/storage/sql/repositories/repositories.ts";
import { basic } from "../support/clients/http-request.ts";
import { startTestApp, type TestApp } from "../support/server/test-app.ts";

/** Contract, rest.md §6.1. One server whose clock the tests move, over the data of another. */
let app: TestApp;
let url: string;
let close: () => Promise<void>;
let now = new Date("2026-11-27T08:00:00Z");

before(async () => {
  app = await startTestApp();
  await updateRepository(app.ports.database.kysely, app.repository.uuid, { isPrivate: false });
  const rateLimits = openRateLimits({ clock: () => now });
  const limited = await startApp({ ...app.ports, rateLimits }, { sharesPort: false });
  ({ url } = limited);
  close = () => limited.close();
});
after(async () => {
  await close();
  await app.close();
});

async function get(path: string, authorization?: string) {
  const response = await fetch(url + path, { headers: authorization === undefined ? {} : { authorization } });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const DEMO = "/2.0/repositories/acme/demo";

test("nobody's 61st request of an hour is refused with the recorded text and headers, and git's is not", async () => {
  for (let left = ANONYMOUS_MAX - 1; left >= 0; left -= 1) {
    const { status, headers } = await get(DEMO);
    assert.equal(status, 200);
    assert.equal(headers.get("x-ratelimit-limit"), "60, 60;w=3600");
    assert.equal(headers.get("x-ratelimit-remaining"), String(left));
    assert.equal(headers.get("x-ratelimit-reset"), "3600");
  }
  const refused = await get(DEMO);
  assert.equal(refused.status, 429);
  assert.equal(refused.text, "Rate limit for this resource has been exceeded");
  assert.match(refused.headers.get("content-type")!, /^text\/plain/);
  assert.equal(refused.headers.get("retry-after"), "3600");
  assert.equal((await get("/acme/demo.git/info/refs?service=git-upload-pack")).status, 200);
  now = new Date(now.getTime() + 3_600_000);
  assert.equal((await get(DEMO)).status, 200);
});

test("an account is limited by itself, whatever nobody has asked, and each resource apart", async () => {
  const authorization = basic("owner@example.com", await app.token());
  const other = basic("owner@example.com", await app.token());
  for (let left = ACCOUNT_MAX.webhooks; left > 0; left -= 1) {
    const { status, headers } = await get(`${DEMO}/hooks`, left % 2 === 0 ? authorization : other);
    assert.equal(status, 200);
    assert.equal(headers.get("x-ratelimit-limit"), "1000");
    assert.equal(headers.get("x-ratelimit-resource"), "webhooks");
    assert.equal(headers.get("x-ratelimit-nearlimit"), String(left - 1 < 200));
  }
  for (const token of [authorization, other]) assert.equal((await get(`${DEMO}/hooks`, token)).status, 429);
  const api = await get(DEMO, authorization);
  assert.deepEqual([api.status, api.headers.get("x-ratelimit-resource")], [200, "api"]);
  const raw = await get("/acme/demo/raw/main/a", authorization);
  assert.deepEqual(
    [raw.headers.get("x-ratelimit-resource"), raw.headers.get("x-ratelimit-limit")],
    ["raw", "5000"],
  );
  const archive = await get("/acme/demo/get/main.zip", authorization);
  assert.equal(archive.headers.get("x-ratelimit-resource"), "archives");
});

test("nothing is limited or told of it where the setting is off", async () => {
  for (let index = 0; index <= ANONYMOUS_MAX; index += 1) {
    const response = await fetch(app.url + DEMO);
    await response.arrayBuffer();
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("x-ratelimit-limit"), null);
  }
});
