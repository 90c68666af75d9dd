import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startTestApp, type TestApp } from "../../../tests/support/server/test-app.ts";
import { createApp } from "../../app.ts";
import { Failure } from "../../model/failure.ts";
import type { AppServer } from "./server.ts";

let app: TestApp;
let server: AppServer;
before(async () => {
  app = await startTestApp();
  const { database } = app.ports;
  const findTokenByDigest = async () => {
    throw new Failure("unavailable", "The database is not available: try again later");
  };
  const lookups = { ...database.lookups, findTokenByDigest };
  const requestLookups = () => ({ version: 0, lookups });
  server = await createApp({ ...app.ports, database: { ...database, lookups, requestLookups } });
});
after(async () => {
  await server.close();
  await app.close();
});

for (const url of [
  "/2.0/repositories/acme/demo",
  "/acme/demo.git/info/refs?service=git-upload-pack",
  "/acme/demo.git/info/refs?service=git-receive-pack",
]) {
  test(`what is not available for now says when to come again: ${url}`, async () => {
    const authorization = `Basic ${Buffer.from(`owner@example.com:${await app.token()}`).toString("base64")}`;
    const answer = await server.inject({ url, headers: { authorization } });
    assert.equal(answer.statusCode, 503, answer.body);
    assert.match(String(answer.headers["retry-after"]), /^[1-9]\d*$/);
  });
}
