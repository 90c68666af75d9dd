import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createApiToken } from "../../src/operations/tokens/api-tokens.ts";
import { findTokenWithHistory } from "../../src/storage/sql/tokens/token-history.ts";
import { basic, sendRequest } from "../support/clients/http-request.ts";
import { waitUntil } from "../support/processes/process-table.ts";
import { startTestApp } from "../support/server/test-app.ts";

const app = await startTestApp();
after(() => app.close());

test("the last use of a token tells from where it came, and not what else a client writes", async () => {
  const { text, token } = await createApiToken(app.ports, app.by, {
    accountUuid: app.owner.uuid,
    name: "laptop",
    scopes: ["read:user:bitbucket"],
    ageDays: 1,
  });
  const headers = {
    Authorization: basic("owner@example.com", text.reveal()),
    "User-Agent": "git/2.51.0 (<b>of Ada</b>)",
  };
  const asked = async () => (await findTokenWithHistory(app.ports.database.kysely, token.uuid))?.lastUsedFrom;
  await sendRequest(app.url, "/2.0/user", { headers });
  await waitUntil("the use is written", async () => (await asked()) !== undefined);
  assert.deepEqual(await asked(), { address: "127.0.0.1", client: "git 2.51" });
});
