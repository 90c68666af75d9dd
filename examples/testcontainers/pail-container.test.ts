import assert from "node:assert/strict";
import { test } from "node:test";
import { PailContainer } from "./pail-container.ts";

test("a token expires, until the reset", { timeout: 120_000 }, async () => {
  await using pail = await new PailContainer(process.env.PAIL_IMAGE).withSeed("seed.yaml").start();
  const { email, token } = pail.credentials;
  const status = async () => {
    const headers = { authorization: `Basic ${btoa(`${email}:${token}`)}` };
    return (await fetch(`${pail.getApiUrl()}/repositories/team/site`, { headers })).status;
  };
  assert.equal(await status(), 200);
  await pail.control("clock", "advance", "31d");
  assert.equal(await status(), 401);
  await pail.reset();
  assert.equal(await status(), 200);
});
