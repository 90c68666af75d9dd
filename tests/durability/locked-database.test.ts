import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import SqliteDatabase from "better-sqlite3";
import {
  assertPushRefused,
  assertRecovered,
  assertUnavailable,
  openOutageProbe,
} from "../support/database/outage.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { workersServe } from "../support/processes/process-table.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const pail = await startPailForFile({ args: ["--workers", "2"] });
const git = openRealGit();
await workersServe(pail.processId, 1);
const UNAVAILABLE = /database is not available/i;

/** Holds the write lock, as a program does that has the database open beside the server. */
function lockDatabase(): () => void {
  const other = new SqliteDatabase(join(pail.dataFolder, "pail.sqlite"));
  other.exec("begin exclusive");
  return () => {
    other.exec("rollback");
    other.close();
  };
}

test("a database that others lock for longer than a write waits: writes are refused, reads go on", {
  timeout: 600_000,
}, async () => {
  const probe = await openOutageProbe(git, pail);
  const unlock = lockDatabase();
  try {
    const refused = [probe.push(), probe.commit(), probe.createBranch()] as const;
    // In the mode that the database is in (WAL), who writes does not stop who reads: reads that waited would be refused too.
    assert.equal((await probe.read()).status, 200);
    const cloned = await probe.clone();
    assert.equal(cloned.status, 0, cloned.stderr);
    assertPushRefused(await refused[0], UNAVAILABLE);
    assertUnavailable(await refused[1], UNAVAILABLE);
    assertUnavailable(await refused[2], UNAVAILABLE);
  } finally {
    unlock();
  }
  await assertRecovered(probe);
});

test("a database that others lock for a moment: writes wait", async () => {
  const probe = await openOutageProbe(git, pail);
  const unlock = lockDatabase();
  const waiting = [probe.push(), probe.commit(), probe.createBranch()] as const;
  await delay(1_000);
  unlock();
  const pushed = await waiting[0];
  assert.equal(pushed.status, 0, pushed.stderr);
  for (const answer of [await waiting[1], await waiting[2]]) assert.equal(answer.status, 201, answer.text);
  await assertRecovered(probe);
});
