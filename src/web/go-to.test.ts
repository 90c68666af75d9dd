import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startTestApp } from "../../tests/support/server/test-app.ts";
import { signIn } from "../../tests/support/server/web-client.ts";
import { createAccount } from "../operations/accounts/accounts.ts";

const app = await startTestApp();
after(() => app.close());
const owner = await signIn(app, app.owner);
const stranger = await signIn(
  app,
  await createAccount(app.ports, app.by, { email: "s@example.com", username: "stranger" }),
);

test("a full name leads there at once, with a number to its pull request", async () => {
  assert.equal((await owner.get("/-/go-to?q=acme/demo")).headers.location, "/acme/demo");
  assert.equal(
    (await owner.get("/-/go-to?q=acme/demo%2312")).headers.location,
    "/acme/demo/pull-requests/12",
  );
});

test("a part of a name finds what its reader may see", async () => {
  const found = await owner.get("/-/go-to?q=dem");
  assert.match(found.text, /href="\/acme\/demo"/);
  assert.match((await owner.get("/-/go-to?q=acm")).text, /href="\/acme\/workspace\/repositories"/);
  for (const q of ["dem", "acme/demo", "acme"])
    assert.match((await stranger.get(`/-/go-to?q=${q}`)).text, /Nothing matches/, q);
});

test("odd texts find nothing, and are shown as texts", async () => {
  for (const q of ["<script>", "a/../b", "%00", "a/b/c", "\\", "x".repeat(5_000), "%ED%A0%80"]) {
    const { status, text } = await owner.get(`/-/go-to?q=${q.startsWith("%") ? q : encodeURIComponent(q)}`);
    assert.ok(status === 200 || status === 400, `${q} ${status}`);
    assert.doesNotMatch(text, /<script>/);
  }
});
