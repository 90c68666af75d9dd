// The attack: the server is killed in the middle of pushes, again and again. What was
// acknowledged must be there afterwards, whole, and nothing half beside it.
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { after, test } from "node:test";
import {
  cloneOf,
  createHostedRepository,
  describeRepository,
  type HostedRepository,
  NO_OBJECT,
  serverRefs,
} from "../support/git/hosted-repository.ts";
import { rawPushBody, readRawReport } from "../support/git/raw-push.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { type PailServer, startPail } from "../support/server/pail-server.ts";
import { callService, serverFaults } from "./hostile-client.ts";
import { emptyCommit } from "./hostile-packs.ts";

const git = openRealGit();
const REPORT = ["report-status", "side-band-64k"];
const ROUNDS = 3;
const SENDERS = 3;

async function push(server: PailServer, path: string, name: string, message: string) {
  const { id, pack } = emptyCommit(message);
  const body = rawPushBody([{ before: NO_OBJECT, after: id, name }], REPORT, pack);
  const report = readRawReport(await callService(server, "git-receive-pack", path, body));
  return { id, verdict: report.refs.get(name) };
}

/** Pushes one new ref after another until the server is gone, and keeps what it acknowledged. */
async function pushUntilKilled(
  server: PailServer,
  path: string,
  prefix: string,
  acknowledged: Map<string, string>,
  onAcknowledged: () => void,
): Promise<void> {
  for (let number = 0; ; number += 1) {
    const name = `refs/heads/${prefix}-${number}`;
    try {
      const { id, verdict } = await push(server, path, name, name);
      if (verdict !== "ok") return;
      acknowledged.set(name, id);
    } catch {
      // The connection has been cut: whether the push went through is not known.
      return;
    }
    onAcknowledged();
  }
}

test("every ref that was acknowledged is there after a kill, with all its objects, and nothing half is left", async () => {
  const first = await startPail();
  after(() => first.stop());
  const { fullName, path } = await createHostedRepository(first);
  const acknowledged = new Map<string, string>();
  let server = first;
  for (let round = 0; round < ROUNDS; round += 1) {
    // Killed at another number of pushes each time, with others under way.
    let left = 10 + round * 3;
    const { processId } = server;
    const killAtLast = () => {
      left -= 1;
      if (left === 0) process.kill(processId, "SIGKILL");
    };
    await Promise.all(
      Array.from({ length: SENDERS }, (_, sender) =>
        pushUntilKilled(server, path, `r${round}-s${sender}`, acknowledged, killAtLast),
      ),
    );
    const next = await startPail({ dataFolder: first.dataFolder });
    after(() => next.stop());
    server = next;
    const repository: HostedRepository = describeRepository(server, fullName);
    const refs = await serverRefs(git, repository.url);
    for (const [name, id] of acknowledged) assert.equal(refs.get(name), id, name);
    const clone = await cloneOf(git, repository.url, ["--mirror"]);
    await git.out(["fsck", "--strict", "--full"], { folder: clone });
    assert.deepEqual(await readdir(`${first.dataFolder}/repositories/unfinished`), []);
    assert.deepEqual(serverFaults(server), []);
  }
});

test("of pushes to one ref through two processes of one server, exactly one wins", async () => {
  const server = await startPail({ args: ["--workers", "2"] });
  after(() => server.stop());
  const { fullName, path } = await createHostedRepository(server);
  const pushes = await Promise.all(
    Array.from({ length: 12 }, (_, number) => push(server, path, "refs/heads/main", `race ${number}`)),
  );
  const winners = pushes.filter(({ verdict }) => verdict === "ok");
  assert.equal(winners.length, 1);
  const { url } = describeRepository(server, fullName);
  assert.deepEqual(await serverRefs(git, url), new Map([["refs/heads/main", winners[0]!.id]]));
  await git.out(["fsck", "--strict"], { folder: await cloneOf(git, url) });
  assert.deepEqual(serverFaults(server), []);
});
