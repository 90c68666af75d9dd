import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { repackUntil } from "../support/git/repack-until.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

const FORKS = 12;

const filled = await startFilledApp();
const { app, git, folder } = filled;

async function pushUntil(isOver: () => boolean): Promise<readonly string[]> {
  const pushed: string[] = [];
  for (let number = 0; !isOver(); number += 1) {
    const id = await filled.commit({ [`file-${number % 7}.txt`]: `${number}\n` }, `Commit ${number}`);
    const tag = `refs/tags/t${number}`;
    await git.out(["push", "--quiet", "origin", "main", `${id}:${tag}`], { folder });
    pushed.push(id);
  }
  return pushed;
}

test("forks made while their parent is pushed to and repacked are whole, and stay so without it", async () => {
  await filled.commit({ "first.txt": "first\n" }, "First");
  await git.out(["push", "--quiet", "origin", "main"], { folder });
  let isOver = false;
  const pushing = pushUntil(() => isOver);
  const repacking = repackUntil(app.ports, app.repository.uuid, () => isOver);
  const made: { readonly uuid: string; readonly name: string; readonly tip: string }[] = [];
  for (let number = 0; number < FORKS; number += 1) {
    const name = `fork-${number}`;
    const answer = await filled.rest("POST", "/forks", { name });
    assert.equal(answer.status, 201, answer.text);
    const tip = (await filled.rest("GET", `/../${name}/commit/main`)).json.hash;
    made.push({ uuid: answer.json.uuid.slice(1, -1), name, tip });
    await sleep(50);
  }
  isOver = true;
  const [pushed, repacks] = await Promise.all([pushing, repacking]);
  assert.ok(repacks >= 4, `only ${repacks} repacks`);
  assert.ok(pushed.length >= 4, `only ${pushed.length} pushes`);
  assert.ok(new Set(made.map(({ tip }) => tip)).size > 1, "the forks were made at different times");
  assert.equal((await filled.rest("DELETE", "")).status, 204);
  for (const { name, tip } of made) {
    const url = new URL(filled.url);
    url.pathname = `/acme/${name}.git`;
    const clone = git.newPath(name);
    await git.out(["clone", "--quiet", "--mirror", url.href, clone]);
    await git.out(["fsck", "--full", "--strict"], { folder: clone });
    assert.equal(await git.out(["rev-parse", "main"], { folder: clone }), tip);
    // Its tags are from the same moment as its branch: the one behind the tip is there, none after it.
    const tags = (await git.out(["tag", "--contains", tip], { folder: clone })).split("\n");
    assert.ok(tags.length <= 1, `${tags}`);
  }
});
