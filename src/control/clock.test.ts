import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type ControlledApp, startControlledApp } from "../../tests/support/server/controlled-app.ts";

let app: ControlledApp;
before(async () => {
  app = await startControlledApp();
});
after(() => app.close());

async function statusWith(token: string): Promise<number> {
  const authorization = `Basic ${Buffer.from(`owner@example.com:${token}`).toString("base64")}`;
  return (await fetch(`${app.url}/2.0/user`, { headers: { authorization } })).status;
}

test("a token expires when the clock is advanced, and is valid again when it is set back", async () => {
  const token = await app.token();
  const before = (await app.control("GET", "/clock")).json;
  assert.equal(await statusWith(token), 200);
  const advanced = await app.control("POST", "/clock/advance", { by: "40d" });
  assert.equal(advanced.status, 200);
  const passed = Date.parse(advanced.json.now) - Date.parse(before.now);
  assert.ok(passed >= 40 * 86_400_000 && passed < 40 * 86_400_000 + 60_000, String(passed));
  assert.equal(await statusWith(token), 401);
  const back = await app.control("PUT", "/clock", { at: before.now });
  assert.match(back.json.warning, /went back/);
  assert.equal(await statusWith(token), 200);
});

test("a frozen clock stands still", async () => {
  const { now, is_frozen } = (await app.control("POST", "/clock/freeze")).json;
  assert.equal(is_frozen, true);
  assert.deepEqual((await app.control("GET", "/clock")).json, { now, is_frozen: true });
  assert.equal((await app.control("POST", "/clock/resume")).json.is_frozen, false);
});

for (const [method, path, body, problem] of [
  ["POST", "/clock/advance", { by: "-1d" }, /by: must be a duration/],
  ["POST", "/clock/advance", { by: "soon" }, /by: must be a duration/],
  ["POST", "/clock/advance", { by: "900000d" }, /at: must be a time in the years/],
  ["POST", "/clock/advance", {}, /Bad request/],
  ["PUT", "/clock", { at: "2027-02-30" }, /at: must be a time such as/],
  ["PUT", "/clock", { at: "tomorrow" }, /at: must be a time such as/],
  ["PUT", "/clock", { at: "1970-01-01" }, /at: must be a time in the years/],
  ["PUT", "/clock", { at: "2027-01-01", zone: "UTC" }, /Bad request/],
] as const) {
  test(`${method} ${path} ${JSON.stringify(body)} is refused, and changes nothing`, async () => {
    const was = Date.parse((await app.control("GET", "/clock")).json.now);
    const { status, json } = await app.control(method, path, body);
    assert.equal(status, 400);
    assert.match(json.error.message, problem);
    const now = Date.parse((await app.control("GET", "/clock")).json.now);
    assert.ok(now >= was && now - was < 60_000);
  });
}
