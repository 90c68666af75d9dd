import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import SqliteDatabase from "better-sqlite3";
import { openRealGit } from "../support/git/real-git.ts";
import { openWebhookReceiver } from "../support/remote-servers/webhook-receiver.ts";
import { startKillable } from "./kills/killable-server.ts";

/**
 * `014.tar.gz`: the data folder of a version whose events had no version yet, with a pending delivery of each kind; and
 * `deliveries.json`: what that version has sent for them, in their order, from a server at http://pail.test.
 */
const FOLDER = join(import.meta.dirname, "older-data", "014.tar.gz");

type Expected = { readonly uuid: string; readonly event_key: string; readonly body: unknown };

test("what an older version has queued is delivered after an upgrade, with the same body", async () => {
  const receiver = await openWebhookReceiver();
  const folder = openRealGit().newPath("older");
  await mkdir(folder);
  execFileSync("tar", ["-xzf", FOLDER, "-C", folder]);
  const dataFolder = join(folder, "014");
  const expected = JSON.parse(readFileSync(join(dataFolder, "deliveries.json"), "utf8")) as Expected[];
  const database = new SqliteDatabase(join(dataFolder, "pail.sqlite"));
  database.prepare("update webhook set url = ?").run(receiver.url("/all"));
  database.close();

  const server = (await startKillable({ dataFolder, databaseUrl: undefined }))!;
  after(() => server.kill());
  const told = await receiver.take("/all", expected.length);
  const heard = told.map(({ headers, body }) => ({
    uuid: headers["x-request-uuid"],
    event_key: headers["x-event-key"],
    body: JSON.parse(body.replaceAll(server.url, "http://pail.test")),
  }));
  assert.deepEqual(heard, expected);
});
