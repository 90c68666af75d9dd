// Guessing a password with many connections, so that each process of the server sees a few tries only.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { FREE_TRIES } from "../../src/limits/decide-sign-in.ts";
import { startPail } from "../support/server/pail-server.ts";
import { openWebClient } from "../support/server/web-client.ts";

const server = await startPail({ args: ["--workers", "3"] });
after(() => server.stop());

test("all processes count together, whatever is guessed at once", async () => {
  const { url, email } = server.credentials;
  const guess = async (number: number) =>
    (await openWebClient({ url }).post("/-/sign-in", { email, password: `guess number ${number}` })).status;
  const statuses = await Promise.all(Array.from({ length: 30 }, (_, number) => guess(number)));
  assert.deepEqual(statuses.sort(), [...Array(FREE_TRIES).fill(422), ...Array(30 - FREE_TRIES).fill(429)]);
});
