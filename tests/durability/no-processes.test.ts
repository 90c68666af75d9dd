import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openDemoRestClient, type RestAnswer } from "../support/clients/rest-client.ts";
import {
  assertPushRefused,
  assertRecovered,
  assertUnavailable,
  openOutageProbe,
} from "../support/database/outage.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { isAlive } from "../support/processes/process-table.ts";
import { limitProcess, limitsProblem } from "../support/processes/resource-limits.ts";
import { countTasksOf, UNPRIVILEGED_ID, unprivilegedProblem } from "../support/processes/unprivileged.ts";
import { startPail, startPailForFile } from "../support/server/pail-server.ts";

const skip = limitsProblem ?? unprivilegedProblem;
const git = openRealGit();
const pail = skip === undefined ? await startPailForFile({ userId: UNPRIVILEGED_ID }) : undefined;

/** More than Pail takes without git. */
const LARGE_BYTES = 1024 * 1024;
/** In our words, or in git's own where it was git that wanted one more. */
const SHORT =
  /short of files, processes or memory|no process can be started|Resource temporarily unavailable/;

/** Lets the server have so many processes and threads more. */
function limitProcesses(spare: number): () => void {
  return limitProcess(pail!.processId, "nproc", countTasksOf(UNPRIVILEGED_ID) + spare, UNPRIVILEGED_ID);
}

function assertDoneOrRefused(answer: RestAnswer): void {
  if (![200, 201].includes(answer.status)) assertUnavailable(answer, SHORT);
}

/** Routes that need a process of git each, or several. */
const READS = [
  "/src/main/file-1.txt",
  "/commits/main?path=file-1.txt",
  "/filehistory/main/file-1.txt",
  "/diff/main",
  "/diffstat/main",
  "/patch/main",
  "/merge-base/main..committed",
];

for (const spare of [0, 1, 2, 4]) {
  test(`with ${spare} processes left, much at once: what cannot be done is refused in words`, {
    skip,
    timeout: 600_000,
  }, async () => {
    const probe = await openOutageProbe(git, pail!);
    const giveBack = limitProcesses(spare);
    try {
      const pushes = async () => [await probe.push(LARGE_BYTES), await probe.push()];
      const [pushed, cloned, ...answers] = await Promise.all([
        pushes(),
        probe.clone(),
        probe.commit(),
        probe.createBranch(),
        probe.read(),
      ]);
      for (const { status, stderr } of [...pushed, cloned]) if (status !== 0) assert.match(stderr, SHORT);
      for (const answer of answers) assertDoneOrRefused(answer);
      assert.ok(isAlive(pail!.processId));
    } finally {
      giveBack();
    }
    await assertRecovered(probe);
  });
}

for (const spare of [0, 1, 2, 3]) {
  test(`with ${spare} processes left, one at a time: what cannot be done is refused in words`, {
    skip,
    timeout: 600_000,
  }, async () => {
    const probe = await openOutageProbe(git, pail!);
    const rest = openDemoRestClient(pail!);
    const withFew = async <Result>(work: () => Promise<Result>) => {
      const giveBack = limitProcesses(spare);
      return work().finally(giveBack);
    };
    const pushed = await withFew(() => probe.push(LARGE_BYTES));
    const cloned = await withFew(probe.clone);
    const outcomes = [pushed, await withFew(probe.push), cloned];
    for (const { status, stderr } of outcomes) if (status !== 0) assert.match(stderr, SHORT);
    if (spare === 0) {
      assertPushRefused(pushed, SHORT);
      assert.notEqual(cloned.status, 0);
    }
    for (const work of [probe.commit, probe.createBranch, probe.read])
      assertDoneOrRefused(await withFew(work));
    for (const path of READS)
      assertDoneOrRefused(await withFew(() => rest(`/repositories/${probe.repository.fullName}${path}`)));
    await assertRecovered(probe);
  });
}

test("answers that are not kept: a clone that no process can be started for is told why", {
  skip,
  timeout: 600_000,
}, async () => {
  const keepingNone = await startPail({
    userId: UNPRIVILEGED_ID,
    args: ["--fetch-cache-bytes-max", "0"],
  });
  after(() => keepingNone.stop());
  const probe = await openOutageProbe(git, keepingNone);
  for (const spare of [0, 1, 2]) {
    const count = countTasksOf(UNPRIVILEGED_ID) + spare;
    const giveBack = limitProcess(keepingNone.processId, "nproc", count, UNPRIVILEGED_ID);
    const { status, stderr } = await probe.clone().finally(giveBack);
    assert.notEqual(status, 0);
    assert.match(stderr, SHORT);
  }
  await assertRecovered(probe);
});
