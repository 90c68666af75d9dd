import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { basic } from "../../tests/support/clients/http-request.ts";
import { type CallRest, ownerOf } from "../../tests/support/clients/rest-callers.ts";
import { type ControlledApp, startControlledApp } from "../../tests/support/server/controlled-app.ts";

const ANONYMOUS_AN_HOUR = 60;
const FAILURES_MAX = 3;

let app: ControlledApp;
let rest: CallRest;
before(async () => {
  app = await startControlledApp({ hasRateLimits: true, failedCredentialsMax: FAILURES_MAX });
  ({ rest } = await ownerOf(app));
});
after(() => app.close());

const statusOf = async (headers: Record<string, string> = {}) =>
  (await fetch(`${app.url}/2.0/hook_events`, { headers })).status;

test("rate limits roll with the clock, and a reset starts them anew", async () => {
  const useUp = async () => {
    for (let index = 0; index < ANONYMOUS_AN_HOUR; index += 1) assert.equal(await statusOf(), 200);
    assert.equal(await statusOf(), 429);
  };
  await useUp();
  await app.standIn.clock.advance(61 * 60_000);
  await useUp();
  await app.standIn.snapshots.save("seed");
  await app.standIn.reset();
  assert.equal(await statusOf(), 200);
});

test("wrong credentials may be sent again after ten minutes of the clock", async () => {
  const wrong = { authorization: basic("owner@example.com", "no token") };
  for (let index = 0; index < FAILURES_MAX; index += 1) assert.equal(await statusOf(wrong), 401);
  assert.equal(await statusOf(wrong), 429);
  await app.standIn.clock.advance(11 * 60_000);
  assert.equal(await statusOf(wrong), 401);
});

test("what is old by the clock is swept before the answer: a cursor can be followed for a week", async () => {
  const form = async (text: string) => {
    const body = new FormData();
    body.set("file", text);
    const { authorization } = await ownerOf(app);
    const path = "/2.0/repositories/acme/demo/src";
    assert.equal(
      (await fetch(app.url + path, { method: "POST", body, headers: { authorization } })).status,
      201,
    );
  };
  await form("one");
  await form("two");
  const { next } = (await rest("GET", "/repositories/acme/demo/commits?pagelen=1")).json;
  assert.equal((await rest("GET", next)).status, 200);
  const fresh = app.standIn.clock.now();
  await app.control("POST", "/clock/advance", { by: "8d" });
  const { rest: later } = await ownerOf(app);
  assert.ok((await later("GET", next)).status >= 400);
  assert.ok(app.standIn.clock.now().getTime() - fresh.getTime() >= 8 * 86_400_000);
});

test("answers are dated by the clock", async () => {
  await app.standIn.clock.set(new Date("2031-05-06T07:08:09Z"));
  const date = (await fetch(`${app.url}/2.0/hook_events`)).headers.get("date");
  assert.match(String(date), /^Tue, 06 May 2031 07:08:/);
});
