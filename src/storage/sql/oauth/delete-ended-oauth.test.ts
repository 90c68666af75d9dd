import assert from "node:assert/strict";
import { after, test } from "node:test";
import { askForToken, grantedTokens, makeConsumer } from "../../../../tests/support/clients/oauth-client.ts";
import { startTestApp } from "../../../../tests/support/server/test-app.ts";
import { deleteConsumer } from "../../../operations/oauth/consumers.ts";
import { deleteEndedOauth } from "./delete-ended-oauth.ts";

const DAY_MS = 86_400_000;

const app = await startTestApp();
after(() => app.close());
const { kysely } = app.ports.database;

/** Tokens, grants, codes and refresh tokens. */
async function counted(): Promise<readonly number[]> {
  const tables = ["api_token", "oauth_grant", "oauth_code", "oauth_refresh_token"] as const;
  return Promise.all(
    tables.map(async (table) => (await kysely.selectFrom(table).selectAll().execute()).length),
  );
}

test("what has ended stays as long as somebody is told about it, and then goes", async () => {
  const now = Date.now();
  const sweepAfter = (days: number) => deleteEndedOauth(kysely, new Date(now + days * DAY_MS));
  const consumer = await makeConsumer(app);
  await grantedTokens(app, consumer, app.owner);
  await askForToken(app, consumer, { grant_type: "client_credentials" });
  await sweepAfter(0);
  assert.deepEqual(await counted(), [2, 2, 1, 1]);
  // The code is known for a day, so that its replay ends the grant.
  await sweepAfter(2);
  assert.deepEqual(await counted(), [2, 2, 0, 1]);
  await sweepAfter(31);
  assert.deepEqual(await counted(), [0, 2, 0, 1]);
  await sweepAfter(91);
  assert.deepEqual(await counted(), [0, 2, 0, 0]);
  await sweepAfter(366);
  assert.deepEqual(await counted(), [0, 0, 0, 0]);
  const other = await makeConsumer(app);
  await grantedTokens(app, other, app.owner);
  await deleteConsumer(app.ports, app.by, other.consumer.uuid);
  // Of a consumer that is deleted only the tokens are left, so that their holder is told.
  assert.deepEqual(await counted(), [1, 0, 0, 0]);
});
