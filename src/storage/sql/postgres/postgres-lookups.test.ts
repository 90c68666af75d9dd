import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startPostgres } from "../../../../tests/support/database/postgres.ts";
import { Secret } from "../../../model/secret.ts";
import { openDatabase } from "../open-database.ts";

test("a server that has started again, or takes over from another, continues no version", async () => {
  const server = await startPostgres();
  after(server.stop);
  const settings = { kind: "postgres", url: new Secret(server.url) } as const;
  const versionNow = async () => {
    const database = await openDatabase(settings);
    const { version } = await database.requestLookups(undefined);
    await database.close();
    return String(version).split(" ");
  };
  const [start, snapshot] = await versionNow();
  assert.deepEqual(await versionNow(), [start, snapshot]);
  server.crash();
  await server.startAgain();
  const [startAfter, snapshotAfter] = await versionNow();
  assert.match(snapshotAfter!, /^\d+:\d+:$/);
  assert.notEqual(startAfter, start);
});
