import assert from "node:assert/strict";
import { test } from "node:test";
import { startFilledApp } from "../../../tests/support/server/filled-app.ts";

test("an answer without a body says a content type, which a widely used client reads of every answer", async () => {
  const { app, git, folder, commit } = await startFilledApp();
  await commit({ "README.md": "x\n" }, "One");
  await git.out(["push", "--quiet", "origin", "main"], { folder });
  const basic = Buffer.from(`owner@example.com:${await app.token()}`).toString("base64");
  const ask = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${app.url}/2.0/repositories/acme/demo/src${path}`, {
      redirect: "manual",
      headers: { authorization: `Basic ${basic}`, ...headers },
    });
  const redirected = await ask("");
  assert.equal(redirected.status, 302);
  assert.equal(redirected.headers.get("content-type"), "text/html; charset=utf-8");

  // RFC 9111, section 4.3.4: what a 304 says is kept for the stored answer, whose type is another.
  const etag = (await ask("/main/README.md")).headers.get("etag") ?? "";
  const unchanged = await ask("/main/README.md", { "if-none-match": etag });
  assert.equal(unchanged.status, 304);
  assert.notEqual(unchanged.headers.get("content-type"), "text/html; charset=utf-8");
});
