// The attack: the time of a refusal is measured, to learn whether an account or a token exists, or byte by byte what it is
// (Jenkins's GHSA-f67f-2j6r-m4c9 compared tokens so). Clocks are noise in a test, so the work itself is held: what is asked of
// the database for each kind of credential, and that a token is found by its digest alone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { authenticate } from "../../src/authentication/authenticate.ts";
import { presentCredential } from "../../src/authentication/presented-credential.ts";
import { Secret } from "../../src/model/secret.ts";
import { createApiToken, revokeApiToken } from "../../src/operations/tokens/api-tokens.ts";
import type { Lookups } from "../../src/storage/sql/lookups/lookups.ts";
import { inventToken } from "../support/examples/accounts.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

const { app } = await startFilledApp();
const wanted = { accountUuid: app.owner.uuid, name: "t", scopes: ["read:me"], ageDays: 1 } as const;
const longAgo = () => new Date(Date.now() - 3 * 86_400_000);
const alive = (await createApiToken(app.ports, app.by, wanted)).text.reveal();
const expired = (await createApiToken({ ...app.ports, clock: longAgo }, app.by, wanted)).text.reveal();
const toRevoke = await createApiToken(app.ports, app.by, wanted);
await revokeApiToken(app.ports, app.by, toRevoke.token.uuid);
const revoked = toRevoke.text.reveal();

/** The questions that a refusal asks of the database, in their order. */
async function questionsOf(username: string, password: string): Promise<string[]> {
  const asked: string[] = [];
  const lookups = new Proxy(app.ports.database.lookups, {
    get(target, name: keyof Lookups) {
      return (...values: readonly unknown[]) => {
        asked.push(name);
        for (const value of values)
          assert.notEqual(value, password, "nothing is looked up by a secret's text");
        return (target[name] as (...values: readonly unknown[]) => unknown)(...values);
      };
    },
  });
  const forbidden = new Proxy(app.ports.database.kysely, {
    get() {
      asked.push("another statement");
      throw new Error("a refusal asks nothing else");
    },
  });
  const database = { ...app.ports.database, lookups, kysely: forbidden };
  const credential = presentCredential({ kind: "basic", username, password: new Secret(password) });
  const from = { address: "192.0.2.1", userAgent: undefined };
  await assert.rejects(authenticate({ ...app.ports, database }, "rest", credential, from), {
    kind: "credential-invalid",
  });
  return asked;
}

for (const [what, password, expected] of [
  ["an unknown token", inventToken(), ["findTokenByDigest"]],
  ["an expired token", expired, ["findTokenByDigest"]],
  ["a revoked token", revoked, ["findTokenByDigest"]],
  ["a damaged token", alive.slice(0, -1), []],
  ["a password", "hunter2", []],
  ["an app password", `ATBB${"a".repeat(32)}`, []],
] as const) {
  test(`${what} is the same work for an account that is there and one that is not`, async () => {
    for (const username of ["owner@example.com", "nobody@example.com", "owner", ""]) {
      assert.deepEqual(await questionsOf(username, password), expected, username);
    }
  });
}

test("two tokens that differ in their last random byte are as far apart as any others", async () => {
  const { digestToken } = await import("../../src/authentication/token-text.ts");
  const near = alive.slice(0, 180) + (alive[180] === "A" ? "B" : "A") + alive.slice(181);
  const [one, two] = [digestToken(new Secret(alive)), digestToken(new Secret(near))];
  const shared = one.filter((byte, index) => byte === two[index]).length;
  assert.ok(shared < 8, `${shared} of 32 bytes are the same`);
});
