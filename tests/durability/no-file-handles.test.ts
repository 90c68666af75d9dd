import assert from "node:assert/strict";
import { test } from "node:test";
import { openConnection } from "../security/hostile-client.ts";
import { assertRecovered, openOutageProbe } from "../support/database/outage.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { isAlive } from "../support/processes/process-table.ts";
import { descriptorLimit, limitProcess, limitsProblem } from "../support/processes/resource-limits.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const pail = await startPailForFile();
const git = openRealGit();

/** What was refused: in words, or, when there is not even a handle for the connection, by closing it. */
const REFUSED =
  /short of files|database is not available|no process can be started|HTTP 503|Empty reply|reset|hung up|hang up|storage does not answer|disk/i;

for (const spare of [0, 1, 3, 6, 10]) {
  test(`with ${spare} file handles left, the server refuses what it cannot do, and lives on`, {
    skip: limitsProblem,
    timeout: 600_000,
  }, async () => {
    const probe = await openOutageProbe(git, pail);
    const giveBack = limitProcess(pail.processId, "nofile", descriptorLimit(pail.processId, spare));
    try {
      const [pushed, cloned, ...answers] = await Promise.all([
        probe.push(),
        probe.clone(),
        ...[probe.commit(), probe.createBranch(), probe.read()].map((asked) =>
          asked.catch((error: unknown) => String(error)),
        ),
      ]);
      for (const { status, stderr } of [pushed, cloned]) if (status !== 0) assert.match(stderr, REFUSED);
      for (const answer of answers) {
        if (typeof answer === "string") assert.match(answer, REFUSED);
        else assert.ok([200, 201, 503].includes(answer.status), answer.text);
      }
      assert.ok(isAlive(pail.processId));
    } finally {
      giveBack();
    }
    await assertRecovered(probe);
  });
}

test("connections that take all file handles: the server takes others when they are gone", {
  skip: limitsProblem,
  timeout: 600_000,
}, async () => {
  const probe = await openOutageProbe(git, pail);
  const giveBack = limitProcess(pail.processId, "nofile", descriptorLimit(pail.processId, 50));
  const connections = await Promise.all(
    Array.from({ length: 100 }, () => openConnection(pail.credentials.url)),
  );
  const meanwhile = await probe.push();
  if (meanwhile.status !== 0) assert.match(meanwhile.stderr, REFUSED);
  for (const connection of connections) connection.hangUp();
  await assertRecovered(probe);
  giveBack();
});
