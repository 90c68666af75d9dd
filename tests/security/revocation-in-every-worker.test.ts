// The attack: a token that was revoked is sent to another process of the server, which has let it in before and may know no
// better. Held with real processes over PostgreSQL; `tests/access/token-revocation.test.ts` holds it over SQLite.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { TOKEN_REVOCATION_PATH } from "../../src/own-routes/token-revocation.ts";
import { basic, sendRequest } from "../support/clients/http-request.ts";
import { createTestDatabaseSettings } from "../support/database/test-database.ts";
import { createToken } from "../support/examples/accounts.ts";
import { waitUntil, workerProcesses } from "../support/processes/process-table.ts";
import { startPail } from "../support/server/pail-server.ts";

const WORKERS = 2;
/** Each on a connection of its own: (1/2)^40 is the chance that one of the processes gets none. */
const CONNECTIONS = 40;
const ROUNDS = 3;

test("over PostgreSQL a token that was revoked is refused by every process from then on", {
  timeout: 600_000,
}, async () => {
  const { settings, remove } = await createTestDatabaseSettings("postgres");
  after(remove);
  if (settings.kind !== "postgres") return assert.fail("another database");
  const pail = await startPail({
    databaseUrl: settings.url.reveal(),
    args: ["--workers", String(WORKERS)],
  });
  const { credentials } = pail;
  const statuses = async (token: string) => {
    const headers = { authorization: basic(credentials.email, token), connection: "close" };
    const asked = Array.from({ length: CONNECTIONS }, () =>
      sendRequest(credentials.url, "/2.0/user", { headers }),
    );
    return [...new Set((await Promise.all(asked)).map(({ status }) => status))];
  };
  try {
    await waitUntil("all workers serve", () => workerProcesses(pail.processId).length === WORKERS - 1);
    for (let round = 0; round < ROUNDS; round += 1) {
      const { text } = await createToken(pail, credentials.email, ["read:user:bitbucket"]);
      // Until each process answers from memory.
      for (let time = 0; time < 3; time += 1) assert.deepEqual(await statuses(text), [200]);
      const { status } = await sendRequest(credentials.url, TOKEN_REVOCATION_PATH, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ token: text }),
      });
      assert.equal(status, 204);
      assert.deepEqual(await statuses(text), [401]);
    }
  } finally {
    await pail.stop();
  }
});
