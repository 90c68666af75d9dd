import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import {
  cloneOf,
  commitFiles,
  createFilledRepository,
  createHostedRepository,
  initClone,
} from "../support/git/hosted-repository.ts";
import { rawPushHeaders } from "../support/git/raw-push.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { waitUntil, workerProcesses } from "../support/processes/process-table.ts";
import { type PailServer, startPail } from "../support/server/pail-server.ts";

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

test("a fetch is made once, whoever asks, until refs change, and is still cached after a restart", async () => {
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

    // A small one is in memory by now.
    await rm(join(dataFolder, "cache", "fetches"), { recursive: true });
    await cloneOf(git, again, ["--depth", "1"]);
    assert.deepEqual(await fetchAnswers(pail, 2), ["hit", "hit"]);
  } finally {
    await pail.stop();
  }
});

for (const workers of [1, 3]) {
  test(`clones at once are one response, whichever of ${workers} processes they reach`, async () => {
    const pail = await startPail({ args: ["--workers", String(workers)] });
    try {
      await waitUntil("all serve", () => workerProcesses(pail.processId).length === workers - 1);
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
}

/** Asks for a tip on a connection of its own, and closes that as soon as `bytesWanted` of the pack, or all of it, has come. */
async function fetchAndClose(
  pail: PailServer,
  path: string,
  tip: string,
  bytesWanted: number,
): Promise<void> {
  const line = `want ${tip} no-progress ofs-delta\n`;
  const body = `${(line.length + 4).toString(16).padStart(4, "0")}${line}00000009done\n`;
  const { hostname, port } = new URL(pail.credentials.url);
  const socket = connect(Number(port), hostname);
  socket.write(
    `POST ${path}/git-upload-pack HTTP/1.1\r\nHost: 127.0.0.1\r\n` +
      `Authorization: ${rawPushHeaders(pail).Authorization}\r\n` +
      `Content-Type: application/x-git-upload-pack-request\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  let bytes = 0;
  let end = "";
  let length = Number.POSITIVE_INFINITY;
  for await (const part of socket as AsyncIterable<Buffer>) {
    const text = part.toString("latin1");
    if (bytes === 0) {
      const head = text.indexOf("\r\n\r\n") + 4;
      length = head + Number(/^content-length: (\d+)/im.exec(text)?.[1] ?? Number.POSITIVE_INFINITY);
    }
    bytes += part.length;
    end = (end + text).slice(-7);
    if (bytes >= Math.min(bytesWanted, length) || end === "\r\n0\r\n\r\n") break;
  }
  socket.destroy();
  if (!socket.closed) await once(socket, "close");
}

test("a client that closes when it has all bytes, or goes in the middle, is in the log all the same", async () => {
  const pail = await startPail();
  try {
    const { repository, folder } = await createFilledRepository(git, pail);
    const tip = await commitFiles(git, folder, { "big.bin": randomBytes(16 * 1024 * 1024) }, "Big");
    await git.out(["push", "--quiet", "origin", "main"], { folder });
    await fetchAndClose(pail, repository.path, tip, Number.POSITIVE_INFINITY);
    for (let time = 0; time < 10; time += 1) {
      await fetchAndClose(pail, repository.path, tip, Number.POSITIVE_INFINITY);
      await fetchAndClose(pail, repository.path, tip, 1);
    }
    const answers = await fetchAnswers(pail, 21);
    assert.deepEqual([answers.length, answers.lastIndexOf("miss")], [21, 0], String(answers));
    const lines = pail
      .logText()
      .split("\n")
      .filter((line) => line.includes('"fetch.answer"'))
      .map((line) => JSON.parse(line) as Record<string, string | undefined>);
    assert.equal(new Set(lines.map((line) => line["request.id"])).size, lines.length, "one line for each");
    const kinds = lines.map((line) => line["failure.kind"]);
    assert.equal(kinds.filter((kind) => kind === "client-gone").length, 10, String(kinds));
  } finally {
    await pail.stop();
  }
});
