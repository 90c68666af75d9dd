// The attack: a repository is deleted while it is pushed to, fetched from or repacked. Nothing of it may stay on the disk, no
// process, and who is in the middle reads that it is gone: it is no fault of the server.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { test } from "node:test";
import { openDemoRestClient } from "../support/clients/rest-client.ts";
import {
  createHostedRepository,
  type HostedRepository,
  NO_OBJECT,
} from "../support/git/hosted-repository.ts";
import { rawPushBody } from "../support/git/raw-push.ts";
import { requestProcesses, waitUntil } from "../support/processes/process-table.ts";
import { startPailForFile } from "../support/server/pail-server.ts";
import {
  callService,
  openConnection,
  requestHead,
  serverFaults,
  serviceHeaders,
  statusesOf,
} from "./hostile-client.ts";
import { buildPack, commitContent, objectIdOf, packEntry, treeContent } from "./hostile-packs.ts";

const pail = await startPailForFile();
const rest = openDemoRestClient(pail);
const content = randomBytes(4 * 1024 * 1024);
const tree = treeContent([["100644", "noise", objectIdOf("blob", content)]]);
const commit = commitContent(objectIdOf("tree", tree));
const tip = objectIdOf("commit", commit);
const PUSH = rawPushBody(
  [{ before: NO_OBJECT, after: tip, name: "refs/heads/main" }],
  ["report-status"],
  buildPack([packEntry("commit", commit), packEntry("tree", tree), packEntry("blob", content)]),
);
const DAMAGED = Buffer.from(PUSH);
DAMAGED.writeUInt8(DAMAGED.at(-1)! ^ 1, DAMAGED.length - 1);
const WANT = Buffer.from(`0032want ${tip}\n00000009done\n`);

async function uuidOf(repository: HostedRepository): Promise<string> {
  return String((await rest(`/repositories/${repository.fullName}`)).json().uuid).slice(1, -1);
}

async function deleteRepository(repository: HostedRepository): Promise<void> {
  const answer = await rest(`/repositories/${repository.fullName}`, { method: "DELETE" });
  assert.equal(answer.status, 204, answer.text);
}

/** Waits until nothing is under way, then looks for what is left of these repositories. */
async function assertNothingLeft(uuids: readonly string[]): Promise<void> {
  await waitUntil("no git process is left", () => requestProcesses(pail.processId).length === 0);
  const folder = `${pail.dataFolder}/repositories`;
  await waitUntil(
    "nothing is left in staging",
    async () => (await readdir(`${folder}/unfinished`)).length === 0,
  );
  const left = (await readdir(folder, { recursive: true })).filter((path) =>
    uuids.some((uuid) => path.includes(uuid)),
  );
  assert.deepEqual(left, []);
}

for (const [when, bytes, body] of [
  ["before its commands", 0, PUSH],
  ["before its pack", PUSH.indexOf("PACK"), PUSH],
  ["in the middle of its pack", PUSH.length >> 1, PUSH],
  ["before its last byte", PUSH.length - 1, PUSH],
  // What git then says of the pack, or of the folder that it lies in, is not the reason.
  ["before the damaged end of its pack", PUSH.length - 1, DAMAGED],
] as const) {
  test(`who pushes while the repository is deleted, ${when}, reads that it is gone`, async () => {
    const start = pail.logText().length;
    const repository = await createHostedRepository(pail);
    const uuid = await uuidOf(repository);
    const connection = await openConnection(pail.credentials.url);
    const head = requestHead("POST", `${repository.path}/git-receive-pack`, {
      ...serviceHeaders(pail, "git-receive-pack"),
      "Content-Length": String(PUSH.length),
      Expect: "100-continue",
    });
    await connection.write(head);
    await connection.waitFor("the push is let in", (received) => received.includes("100 Continue"));
    if (bytes > 0) await connection.write(body.subarray(0, bytes));
    await deleteRepository(repository);
    await connection.write(body.subarray(bytes));
    const received = await connection.waitFor("the report", (text) =>
      /(?:ok|ng) refs\/heads\/main/.test(text),
    );
    connection.hangUp();
    await assertNothingLeft([uuid]);
    assert.match(received, /ng refs\/heads\/main .*no longer exists/);
    assert.deepEqual(serverFaults(pail, start), []);
  });
}

test("who fetches while the repository is deleted gets all of it, or reads that it is gone", async () => {
  const start = pail.logText().length;
  const repository = await createHostedRepository(pail);
  const uuid = await uuidOf(repository);
  await callService(pail, "git-receive-pack", repository.path, PUSH);
  const connection = await openConnection(pail.credentials.url);
  const head = requestHead("POST", `${repository.path}/git-upload-pack`, {
    ...serviceHeaders(pail, "git-upload-pack"),
    "Content-Length": String(WANT.length),
    Expect: "100-continue",
  });
  await connection.write(head);
  await connection.waitFor("the fetch is let in", (received) => received.includes("100 Continue"));
  await deleteRepository(repository);
  await connection.write(WANT);
  const isWhole = (text: string) =>
    /HTTP\/1\.1 [2-5]\d\d(?! Continue)[\s\S]*\r\n\r\n[\s\S]/.test(text.slice(25));
  const received = (await connection.waitFor("an answer", isWhole)).slice(25);
  connection.hangUp();
  const [status = 0] = statusesOf(received);
  assert.ok(status === 200 || status === 404, `${status}: ${received.slice(0, 600)}`);
  await assertNothingLeft([uuid]);
  assert.deepEqual(serverFaults(pail, start), []);
});

test("pushes, repacks and deletions in each other's way leave nothing, and no fault", async () => {
  const start = pail.logText().length;
  const uuids: string[] = [];
  for (let time = 0; time < 12; time += 1) {
    const repository = await createHostedRepository(pail);
    uuids.push(await uuidOf(repository));
    const pushed = callService(pail, "git-receive-pack", repository.path, PUSH);
    // Each time a little later: the push is under way, then the repack that it asks for.
    for (let turn = 0; turn < time * 4; turn += 1) await rest("/user");
    await deleteRepository(repository);
    assert.equal((await pushed).status, 200);
  }
  await assertNothingLeft(uuids);
  assert.deepEqual(serverFaults(pail, start), []);
});
