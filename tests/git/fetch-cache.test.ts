import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { cloneOf, commitFiles, createHostedRepository, initClone } from "../support/hosted-repository.ts";
import { type PailServer, startPail } from "../support/pail-server.ts";
import { waitUntil } from "../support/process-table.ts";
import { openRealGit } from "../support/real-git.ts";

const git = openRealGit();

/** How the first `count` fetches of objects were answered, in the order of the log, which is a little behind. */
async function fetchAnswers(pail: PailServer, count: number): Promise<string[]> {
  await waitUntil(`${count} fetches are logged`, () => readAnswers(pail).length >= count);
  return readAnswers(pail);
}

function readAnswers(pail: PailServer): string[] {
  return pail
    .logText()
    .split("\n")
    .flatMap((line) => (line.includes('"fetch.answer"') ? [JSON.parse(line)["fetch.answer"] as string] : []));
}

test("a fetch is made once, whoever asks, until refs change, and is still kept after a restart", async () => {
  const dataFolder = join(await mkdtemp(join(tmpdir(), "pail-cache-")), "data");
  after(() => rm(join(dataFolder, ".."), { recursive: true, force: true }));
  let pail = await startPail({ dataFolder });
  try {
    const repository = await createHostedRepository(pail);
    const origin = await initClone(git, repository);
    await commitFiles(git, origin, { "a.txt": "a\n" }, "One");
    await git.out(["push", "--quiet", "origin", "main"], { folder: origin });

    for (let time = 0; time < 4; time += 1) await cloneOf(git, repository.url);
    // Another account, with another token and another name in the URL.
    await pail.cli(["account", "create", "--email", "eve@example.com", "--username", "eve"]);
    await pail.cli([
      ...["workspace", "add-member", "--workspace", pail.credentials.workspace],
      ...["--account", "eve@example.com", "--permission", "read"],
    ]);
    const token = await pail.cli([
      ...["token", "create", "--account", "eve@example.com", "--name", "ci"],
      ...["--scope", "read:repository", "--expires", "1d"],
    ]);
    const other = new URL(repository.url);
    other.username = "eve";
    other.password = token.stdout.trim();
    await cloneOf(git, other.href);
    assert.deepEqual(await fetchAnswers(pail, 5), ["miss", "hit", "hit", "hit", "hit"]);

    await commitFiles(git, origin, { "b.txt": "b\n" }, "Two");
    await git.out(["push", "--quiet", "origin", "main"], { folder: origin });
    const changed = await cloneOf(git, repository.url);
    assert.equal(
      await git.out(["rev-parse", "HEAD"], { folder: changed }),
      await git.out(["rev-parse", "HEAD"], { folder: origin }),
    );
    await cloneOf(git, repository.url, ["--depth", "1"]);
    await cloneOf(git, repository.url, ["--depth", "1"]);
    assert.deepEqual((await fetchAnswers(pail, 8)).slice(5), ["miss", "miss", "hit"]);

    const port = new URL(repository.url).port;
    await pail.stop();
    pail = await startPail({ dataFolder });
    const again = repository.url.replace(`:${port}/`, `:${new URL(pail.credentials.url).port}/`);
    const restarted = await cloneOf(git, again, ["--depth", "1"]);
    await git.out(["fsck", "--strict"], { folder: restarted });
    assert.deepEqual(await fetchAnswers(pail, 1), ["hit"]);
  } finally {
    await pail.stop();
  }
});

test("clones at once are one response", async () => {
  const pail = await startPail();
  try {
    const repository = await createHostedRepository(pail);
    const origin = await initClone(git, repository);
    for (let index = 0; index < 20; index += 1) {
      await commitFiles(git, origin, { [`${index}.txt`]: `${index}\n`.repeat(2_000) }, `Commit ${index}`);
    }
    await git.out(["push", "--quiet", "origin", "main"], { folder: origin });
    const clones = await Promise.all(Array.from({ length: 8 }, () => cloneOf(git, repository.url)));
    for (const clone of clones) await git.out(["fsck", "--strict"], { folder: clone });
    const answers = await fetchAnswers(pail, 8);
    assert.equal(answers.length, 8);
    assert.equal(answers.filter((answer) => answer === "miss").length, 1, String(answers));
    assert.equal(answers.includes("bypass"), false, String(answers));
  } finally {
    await pail.stop();
  }
});
