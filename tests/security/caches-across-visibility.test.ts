// The attack: an answer that was kept for somebody who may see a repository is got by somebody who may not: right after it
// has become private, under another account, out of another repository with the same content, or where access is what
// changed (Gogs's GHSA-6p9m-q3jp-47h4: what is known by its name is served). All that is kept is asked for here: answers to
// fetches, lists of refs, JSON.
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { upsertRepositoryPermission } from "../../src/storage/sql/permissions/permissions.ts";
import { createCaller, restAs } from "../support/clients/rest-callers.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

const { app, git, folder, commit, rest } = await startFilledApp();
const id = await commit({ "README.md": "only for those who may\n" }, "First");
await git.out(["push", "--quiet", "origin", "HEAD:refs/heads/main"], { folder });
const other = await createCaller(app, "other");
const nobody = restAs(app);
const REPOSITORY = "/repositories/acme/demo";
const KEPT = ["", "/refs", "/refs/branches/main", `/commit/${id}`, "/commits"].map(
  (path) => REPOSITORY + path,
);
const cloneUrl = `${app.url}/acme/demo.git`;

async function setPrivate(isPrivate: boolean): Promise<void> {
  assert.equal((await rest("PUT", "", { is_private: isPrivate })).status, 200);
}

function clone() {
  return git.run(["clone", "--quiet", cloneUrl, git.newPath("clone")], {});
}

/** The fetch that a clone makes, without the questions before it. */
async function fetchPack(url = cloneUrl): Promise<{ readonly status: number; readonly text: string }> {
  const line = (text: string) => `${(text.length + 4).toString(16).padStart(4, "0")}${text}`;
  const answer = await fetch(`${url}/git-upload-pack`, {
    method: "POST",
    headers: { "content-type": "application/x-git-upload-pack-request", "git-protocol": "version=2" },
    body: `${line("command=fetch\n")}0001${line(`want ${id}\n`)}${line("done\n")}0000`,
  });
  return { status: answer.status, text: Buffer.from(await answer.arrayBuffer()).toString("latin1") };
}

async function statusesOf(call: typeof nobody): Promise<Set<number>> {
  const statuses = new Set<number>();
  for (const path of KEPT) {
    const { status, text } = await call("GET", path);
    statuses.add(status);
    if (status !== 200) assert.ok(!text.includes(id) && !text.includes("README"), text);
  }
  return statuses;
}

function keptFetches(): number {
  const folder = join(app.ports.config.dataFolder, "cache", "fetches");
  return existsSync(folder) ? readdirSync(folder, { recursive: true }).length : 0;
}

test("what was kept for everybody is nobody's from the request on that makes the repository private", async () => {
  await setPrivate(false);
  for (let round = 0; round < 2; round += 1) {
    assert.deepEqual(await statusesOf(nobody), new Set([200]));
    assert.equal((await clone()).status, 0);
    assert.match((await fetchPack()).text, /PACK/);
  }
  assert.ok(keptFetches() > 0, "a fetch was kept");
  await setPrivate(true);
  assert.deepEqual(await statusesOf(nobody), new Set([404]));
  assert.deepEqual(await statusesOf(other.rest), new Set([404]));
  assert.equal((await fetchPack()).status, 401);
  assert.equal((await fetch(`${cloneUrl}/info/refs?service=git-upload-pack`)).status, 401);
  assert.notEqual((await clone()).status, 0);
});

test("what was kept for one account is not another's, whoever asks first", async () => {
  const owner = async () =>
    new Set(
      await Promise.all(KEPT.map(async (path) => (await rest("GET", path.slice(REPOSITORY.length))).status)),
    );
  assert.deepEqual(await owner(), new Set([200]));
  assert.deepEqual(await statusesOf(other.rest), new Set([404]));
  assert.deepEqual(await owner(), new Set([200]), "and a refusal is not kept either");
});

test("an access that is taken back ends what was kept for it", async () => {
  const { kysely } = app.ports.database;
  await upsertRepositoryPermission(kysely, app.repository.uuid, other.account.uuid, "read");
  for (let round = 0; round < 2; round += 1) assert.deepEqual(await statusesOf(other.rest), new Set([200]));
  await upsertRepositoryPermission(kysely, app.repository.uuid, other.account.uuid, "none");
  assert.deepEqual(await statusesOf(other.rest), new Set([404]));
});

test("a fetch kept for one repository answers no other", async () => {
  const answer = await fetch(`${app.url}/2.0/repositories/acme/empty`, {
    method: "POST",
    headers: { authorization: `Bearer ${await app.token()}`, "content-type": "application/json" },
    body: JSON.stringify({ is_private: false }),
  });
  assert.equal(answer.status, 200);
  const { text } = await fetchPack(`${app.url}/acme/empty.git`);
  assert.ok(!text.includes("PACK"), "the very same request, which the private one answers");
});
