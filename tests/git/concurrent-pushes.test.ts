import assert from "node:assert/strict";
import { test } from "node:test";
import {
  cloneOf,
  commitFiles,
  createFilledRepository,
  serverRefs,
} from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const pail = await startPailForFile();
const git = openRealGit();
const CLIENTS = 8;

test(`${CLIENTS} clients push to different refs at once, and every push arrives`, async () => {
  const { repository } = await createFilledRepository(git, pail);
  const clients: { folder: string; name: string; tip: string }[] = [];
  for (let number = 0; number < CLIENTS; number += 1) {
    const folder = await cloneOf(git, repository.url);
    const tip = await commitFiles(
      git,
      folder,
      { [`client-${number}.txt`]: `${number}\n` },
      `Client ${number}`,
    );
    clients.push({ folder, name: `refs/heads/client-${number}`, tip });
  }
  const outcomes = await Promise.all(
    clients.map(({ folder, name }) => git.run(["push", "origin", `HEAD:${name}`], { folder })),
  );
  for (const outcome of outcomes) assert.equal(outcome.status, 0, outcome.stderr);
  const held = await serverRefs(git, repository.url);
  for (const { name, tip } of clients) assert.equal(held.get(name), tip, name);
  const clone = await cloneOf(git, repository.url);
  await git.out(["fsck", "--strict", "--connectivity-only"], { folder: clone });
});

test(`of ${CLIENTS} clients that push different commits to one ref at once, exactly one wins`, async () => {
  const { repository } = await createFilledRepository(git, pail);
  const clients: { folder: string; tip: string }[] = [];
  for (let number = 0; number < CLIENTS; number += 1) {
    const folder = await cloneOf(git, repository.url);
    const tip = await commitFiles(git, folder, { "same.txt": `${number}\n` }, `Client ${number}`);
    clients.push({ folder, tip });
  }
  const outcomes = await Promise.all(
    clients.map(async ({ folder, tip }) => ({
      tip,
      ...(await git.run(["push", "origin", "main"], { folder })),
    })),
  );
  const winners = outcomes.filter(({ status }) => status === 0).map(({ tip }) => tip);
  assert.equal(winners.length, 1, outcomes.map(({ stderr }) => stderr).join("\n"));
  assert.equal((await serverRefs(git, repository.url)).get("refs/heads/main"), winners[0]);
  for (const { status, stderr } of outcomes) {
    if (status !== 0) assert.match(stderr, /rejected/);
  }
});

test("clones that run while pushes arrive see a whole history each time", async () => {
  const { repository, folder } = await createFilledRepository(git, pail);
  const push = async () => {
    for (let number = 0; number < 5; number += 1) {
      await commitFiles(git, folder, { "moving.txt": `${number}\n` }, `Move ${number}`);
      await git.out(["push", "--quiet", "origin", "main"], { folder });
    }
  };
  const clone = async () => {
    for (let number = 0; number < 4; number += 1) {
      const copy = await cloneOf(git, repository.url);
      await git.out(["fsck", "--strict", "--connectivity-only"], { folder: copy });
    }
  };
  await Promise.all([push(), clone(), clone()]);
  const tip = await git.out(["rev-parse", "main"], { folder });
  assert.equal((await serverRefs(git, repository.url)).get("refs/heads/main"), tip);
});
