// The attack: somebody reads a token in a log that is collected elsewhere, or in a copy of the database. Each test file looks
// for the tokens that it has made when its servers end, whatever it was about. Here it is shown that this finds them.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { createApiToken } from "../../src/operations/tokens/api-tokens.ts";
import { openDatabase } from "../../src/storage/sql/open-database.ts";
import { basic } from "../support/clients/http-request.ts";
import { createTestDatabaseSettings } from "../support/database/test-database.ts";
import { isAlive, waitUntil } from "../support/processes/process-table.ts";
import { openPailCommand } from "../support/server/pail-command.ts";
import { startPail } from "../support/server/pail-server.ts";
import { startTestApp } from "../support/server/test-app.ts";
import { findToken, refuseTokens } from "../support/server/token-search.ts";

const app = await startTestApp();
after(() => app.close());
const pail = openPailCommand();

for (const [what, spell] of [
  ["as it is", (token: string) => `{"msg":"${token}"}`],
  ["a part of it, without what all tokens begin with", (token: string) => `a ${token.slice(70, 110)} b`],
  ["as the password of Basic", (token: string) => basic("owner", token)],
  ["as Basic, for another length of the name", (token: string) => basic("owner1", token)],
  ["as Basic, for a third length of the name", (token: string) => basic("owner12", token)],
  ["as the name of Basic, cut", (token: string) => basic(token, "").slice(51, 200)],
] as const) {
  test(`a token is found ${what}, and the complaint does not repeat it`, async () => {
    const token = await app.token();
    assert.throws(
      () => refuseTokens("the log", `before\n${spell(token)}\nafter`),
      (error) =>
        error instanceof Error &&
        /^the log has the token /.test(error.message) &&
        findToken(error.message) === undefined,
    );
  });
}

test("a token that the command line has printed is found", async () => {
  for (const args of [
    ["account", "create", "--email", "ada@example.com", "--username", "ada"],
    ["token", "create", "--account", "ada@example.com", "--name", "ci", "--scope", "all"],
  ]) {
    const { status, stdout, stderr } = await pail.run(args);
    assert.equal(status, 0, stderr);
    if (args[0] === "token")
      assert.match(findToken(`a ${stdout.slice(40, 100)} b`) ?? "", /^the token [0-9a-f]{64}$/);
  }
});

test("in a log, a token of nobody is found by its form", () => {
  assert.throws(
    () => refuseTokens("the log", `ATATT3xFfGF0${"aB3_".repeat(20)}`),
    /has a token that this test file/,
  );
});

test("ids, digests and masked tokens are none", async () => {
  const { token } = await createApiToken(app.ports, app.by, {
    accountUuid: app.owner.uuid,
    name: "n",
    scopes: ["read:me"],
    ageDays: 1,
  });
  const text = `${token.uuid} ${"0123456789abcdef".repeat(4)} [token] ATATT3xFfGF0… ${"A".repeat(100)}`;
  assert.equal(findToken(text), undefined);
});

test("a server does not end quietly with a token in its log", async () => {
  const leaky = await startTestApp();
  leaky.ports.log.info({ header: basic("owner", await leaky.token()) }, "leak");
  await assert.rejects(leaky.close(), /^Error: the log has the token .* in base64 in it$/);
});

test("nor with one in its database", async () => {
  const leaky = await startTestApp();
  const { kysely } = leaky.ports.database;
  const change = { display_name: await leaky.token() };
  await kysely.updateTable("account").set(change).where("uuid", "=", leaky.owner.uuid).execute();
  await assert.rejects(leaky.close(), /pail\.sqlite has the token /);
});

test("nor with one in PostgreSQL", async () => {
  const { settings, remove } = await createTestDatabaseSettings("postgres");
  after(remove);
  assert.ok(settings.kind === "postgres");
  const leaky = await startPail({ databaseUrl: settings.url.reveal() });
  const database = await openDatabase(settings);
  await database.kysely.updateTable("account").set({ display_name: leaky.credentials.token }).execute();
  await database.close();
  await assert.rejects(leaky.stop(), /^Error: the table account has the token /);
});

test("nor is one that is killed forgotten: whatever it leaves in its data folder is looked through", async () => {
  const killed = await startPail();
  process.kill(killed.processId, "SIGKILL");
  await waitUntil("it has ended", () => !isAlive(killed.processId));
  await writeFile(
    join(killed.dataFolder, "repositories", "half-written"),
    `a ${killed.credentials.token_read}`,
  );
  await assert.rejects(killed.stop(), /half-written has the token /);
});
