// The attack: the server is killed in the middle of making forks. What was answered must be there, whole; what was not is
// there whole, or not at all.
import assert from "node:assert/strict";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { openDemoRestClient, valuesOf } from "../support/clients/rest-client.ts";
import { cloneOf, createFilledRepository, describeRepository } from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { type PailServer, startPail } from "../support/server/pail-server.ts";

const git = openRealGit();
const ROUNDS = 4;

async function forkUntilKilled(server: PailServer, fullName: string, prefix: string, answered: string[]) {
  const rest = openDemoRestClient(server);
  for (let number = 0; ; number += 1) {
    const name = `${prefix}-${number}`;
    try {
      const answer = await rest(`/repositories/${fullName}/forks`, { method: "POST", json: { name } });
      if (answer.status !== 201) return;
      answered.push(name);
    } catch {
      return;
    }
  }
}

async function foldersOf(server: PailServer): Promise<readonly string[]> {
  const root = join(server.dataFolder, "repositories");
  const shards = (await readdir(root)).filter((name) => name.length === 2);
  const names = await Promise.all(shards.map((shard) => readdir(join(root, shard))));
  return names.flat().map((name) => name.replace(/\.git$/, ""));
}

test("after each kill there are as many folders as repositories, and every fork is whole", async () => {
  const first = await startPail();
  const servers = [first];
  // The last one first: the data folder goes with the one that has made it.
  after(async () => {
    for (const each of servers.toReversed()) await each.stop();
  });
  const { repository } = await createFilledRepository(git, first, { commits: 3 });
  const answered: string[] = [];
  let server = first;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = answered.length;
    const forking = Promise.all(
      ["a", "b"].map((one) => forkUntilKilled(server, repository.fullName, `r${round}${one}`, answered)),
    );
    while (answered.length < before + 3) await sleep(1);
    await sleep(round * 3);
    process.kill(server.processId, "SIGKILL");
    await forking;
    server = await startPail({ dataFolder: first.dataFolder });
    servers.push(server);
    const { workspace } = server.credentials;
    const page = (await openDemoRestClient(server)(`/repositories/${workspace}?pagelen=100`)).json();
    const listed = valuesOf(page);
    const uuids = listed.map(({ uuid }) => String(uuid).slice(1, -1));
    assert.deepEqual([...(await foldersOf(server))].sort(), uuids.sort());
    const staging = join(server.dataFolder, "repositories", "unfinished");
    assert.deepEqual(await readdir(staging).catch(() => []), []);
    assert.ok((await stat(join(server.dataFolder, "repositories"))).isDirectory());
    const names = listed.map(({ slug }) => String(slug));
    for (const name of answered) assert.ok(names.includes(name), name);
    for (const name of names.filter((each) => each.startsWith(`r${round}`))) {
      const clone = await cloneOf(git, describeRepository(server, `${workspace}/${name}`).url, ["--mirror"]);
      await git.out(["fsck", "--strict", "--full"], { folder: clone });
    }
  }
});
