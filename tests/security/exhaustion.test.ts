// The attack: few and small requests that cost the server much: a process for each line, time that grows with the square of
// a body, connections that begin and never end. While they run, everybody else is kept waiting.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { sendRequest } from "../support/clients/http-request.ts";
import { openDemoRestClient } from "../support/clients/rest-client.ts";
import {
  createFilledRepository,
  createHostedRepository,
  describeRepository,
  NO_OBJECT,
  serverRefs,
} from "../support/git/hosted-repository.ts";
import { rawPushBody, readRawReport } from "../support/git/raw-push.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { processorMs, requestProcesses, waitUntil } from "../support/processes/process-table.ts";
import { startPailForFile } from "../support/server/pail-server.ts";
import {
  callService,
  openConnection,
  type RawConnection,
  requestHead,
  restAuthorization,
  serviceHeaders,
} from "./hostile-client.ts";
import {
  buildPack,
  commitContent,
  emptyCommit,
  NO_OBJECTS,
  objectIdOf,
  packEntry,
  treeContent,
} from "./hostile-packs.ts";

const pail = await startPailForFile();
const git = openRealGit();
const rest = openDemoRestClient(pail);
const { url } = pail.credentials;
const REPORT = ["report-status", "side-band-64k"];
/** git processes at once that two cores have any use for, many times over. */
const PROCESSES_MAX = 48;

/** A repository whose clone is larger than what the sockets between keep, so that an upload-pack has to wait. */
async function createLargeRepository() {
  const repository = await createHostedRepository(pail);
  // Noise does not compress: 16 blobs of a megabyte.
  const blobs = Array.from({ length: 16 }, (_, number) => {
    const content = Buffer.alloc(1024 * 1024);
    let state = number + 1;
    for (let at = 0; at < content.length; at += 4) {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      content.writeInt32LE(state ^ (state >>> 15), at);
    }
    return content;
  });
  const tree = treeContent(
    blobs.map((content, number) => ["100644", `f${number + 10}`, objectIdOf("blob", content)] as const),
  );
  const commit = commitContent(objectIdOf("tree", tree));
  const pack = buildPack([
    packEntry("commit", commit),
    packEntry("tree", tree),
    ...blobs.map((content) => packEntry("blob", content)),
  ]);
  const tip = objectIdOf("commit", commit);
  const body = rawPushBody([{ before: NO_OBJECT, after: tip, name: "refs/heads/main" }], REPORT, pack);
  const report = readRawReport(await callService(pail, "git-receive-pack", repository.path, body));
  assert.equal(report.refs.get("refs/heads/main"), "ok");
  const want = `0032want ${tip}\n00000009done\n`;
  const head = requestHead("POST", `${repository.path}/git-upload-pack`, {
    ...serviceHeaders(pail, "git-upload-pack"),
    "Content-Length": String(want.length),
  });
  return { repository, fetchRequest: head + want };
}

const { repository: large, fetchRequest } = await createLargeRepository();

/** Calls `watch` every few milliseconds until the work is done. */
async function during<Result>(work: Promise<Result>, watch: () => void): Promise<Result> {
  const timer = setInterval(watch, 5);
  return work.finally(() => clearInterval(timer));
}

test("a push of 300 good refs and a bad one does not start a process for each of them", async () => {
  const { repository, ids } = await createFilledRepository(git, pail);
  const tip = ids.at(-1)!;
  const bad = { before: NO_OBJECT, after: "1".repeat(40), name: "refs/heads/bad" };
  const good = Array.from({ length: 300 }, (_, number) => ({
    before: NO_OBJECT,
    after: tip,
    name: `refs/heads/good-${number}`,
  }));
  const body = rawPushBody([bad, ...good], REPORT, NO_OBJECTS);
  let most = 0;
  const answer = await during(callService(pail, "git-receive-pack", repository.path, body), () => {
    most = Math.max(most, requestProcesses(pail.processId).length);
  });
  const report = readRawReport(answer);
  assert.equal(report.refs.get("refs/heads/bad"), "missing necessary objects");
  assert.equal([...report.refs.values()].filter((verdict) => verdict === "ok").length, 300);
  assert.ok(most <= PROCESSES_MAX, `${most} processes at once`);
});

/**
 * Runs `work` and measures how long the server's processor works meanwhile, in milliseconds: nobody waits for it longer than
 * that. How long a request waits by the clock says on a busy machine only how busy it is.
 */
async function workOf(work: Promise<unknown>): Promise<number> {
  const before = processorMs(pail.processId);
  await work;
  return processorMs(pail.processId) - before;
}

const WORK_MS_MAX = 1500;

test("a form of 40,000 names, which anybody may send to a public repository, keeps nobody waiting", async () => {
  const open = await createHostedRepository(pail, { isPrivate: false });
  // A sixth of what the limit of a body lets through; the time grows with the square.
  const body = Array.from({ length: 40_000 }, (_, number) => number.toString(36)).join("&");
  const asked = sendRequest(url, `/2.0/repositories/${open.fullName}/commits`, {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body,
  });
  const wait = await workOf(asked);
  assert.ok((await asked).status < 500);
  assert.ok(wait < WORK_MS_MAX, `${Math.round(wait)} ms`);
});

test("a JSON body of 300,000 wrong values keeps nobody waiting, and its answer is small", async () => {
  const { credentials } = pail;
  const asked = rest(`/repositories/${credentials.workspace}/${credentials.repository}/commits`, {
    method: "POST",
    json: { include: Array.from({ length: 300_000 }, () => 1) },
  });
  const wait = await workOf(asked);
  const answer = await asked;
  assert.equal(answer.status, 400);
  assert.ok(answer.bytes.length < 64 * 1024, `${answer.bytes.length} bytes`);
  assert.ok(wait < WORK_MS_MAX, `${Math.round(wait)} ms`);
});

test("25,000 revisions that are not there keep nobody waiting", async () => {
  const { credentials } = pail;
  const form = Array.from({ length: 25_000 }, (_, number) => `include=absent-${number}`).join("&");
  const asked = rest(`/repositories/${credentials.workspace}/${credentials.repository}/commits`, {
    method: "POST",
    form,
  });
  const wait = await workOf(asked);
  assert.equal((await asked).status, 404);
  assert.ok(wait < WORK_MS_MAX, `${Math.round(wait)} ms`);
});

function packet(payload: string): Buffer {
  return Buffer.from((payload.length + 4).toString(16).padStart(4, "0") + payload);
}

test("60,000 prefixes of refs against 4,000 refs keep nobody waiting", async () => {
  const { repository, ids } = await createFilledRepository(git, pail);
  const refs = Array.from({ length: 4000 }, (_, number) => ({
    before: NO_OBJECT,
    after: ids[0]!,
    name: `refs/heads/many-${number}`,
  }));
  await callService(pail, "git-receive-pack", repository.path, rawPushBody(refs, REPORT, NO_OBJECTS));
  assert.ok((await serverRefs(git, repository.url)).size > 4000);
  const prefixes = Array.from({ length: 60_000 }, (_, number) =>
    packet(`ref-prefix refs/heads/none-${number}\n`),
  );
  const body = Buffer.concat([
    packet("command=ls-refs\n"),
    Buffer.from("0001"),
    ...prefixes,
    Buffer.from("0000"),
  ]);
  const headers = { "Git-Protocol": "version=2" };
  const asked = callService(pail, "git-upload-pack", repository.path, body, headers);
  const wait = await workOf(asked);
  assert.equal((await asked).text, "0000");
  assert.ok(wait < WORK_MS_MAX, `${Math.round(wait)} ms`);
});

/** Starts fetches that read nothing, and waits until no more processes come for them. */
async function countProcesses(connections: readonly RawConnection[]): Promise<number> {
  let most = -1;
  let sameTimes = 0;
  await waitUntil("the number of processes stays", async () => {
    // A request of somebody else is served in between: the server is not stuck.
    await sendRequest(url, "/2.0/nothing");
    const count = requestProcesses(pail.processId).length;
    sameTimes = count <= most ? sameTimes + 1 : 0;
    most = Math.max(most, count);
    return sameTimes > 40;
  });
  for (const connection of connections) connection.hangUp();
  await waitUntil("no git process is left", () => requestProcesses(pail.processId).length === 0);
  return most;
}

test("40 clones on as many connections that read nothing do not run 80 processes at once", async () => {
  const connections = await Promise.all(Array.from({ length: 40 }, () => openConnection(url)));
  for (const connection of connections) {
    connection.socket.pause();
    await connection.write(fetchRequest);
  }
  const most = await countProcesses(connections);
  assert.ok(most <= PROCESSES_MAX, `${most} processes at once`);
});

test("40 clones asked for on one connection do not run 80 processes at once", async () => {
  const connection = await openConnection(url);
  connection.socket.pause();
  await connection.write(fetchRequest.repeat(40));
  const most = await countProcesses([connection]);
  assert.ok(most <= PROCESSES_MAX, `${most} processes at once`);
});

test("60 pushes that stop in the middle of their pack do not run 60 processes at once", async () => {
  const start = rawPushBody(
    [{ before: NO_OBJECT, after: "1".repeat(40), name: "refs/heads/x" }],
    REPORT,
    buildPack([packEntry("blob", Buffer.alloc(100))]).subarray(0, -20),
  );
  const head = requestHead("POST", `${large.path}/git-receive-pack`, {
    ...serviceHeaders(pail, "git-receive-pack"),
    "Content-Length": "1000000",
  });
  const connections = await Promise.all(Array.from({ length: 60 }, () => openConnection(url)));
  for (const connection of connections) await connection.write(Buffer.concat([Buffer.from(head), start]));
  const most = await countProcesses(connections);
  assert.ok(most <= PROCESSES_MAX, `${most} processes at once`);
});

const CLONE_MS_MAX = 120_000;

// Nobody without a credential can be told from another at the same address (and git sends none where none is asked for),
// so it is an account with a private repository that must get through.
test("40 anonymous clones that read nothing keep no account from cloning", async () => {
  const update = { method: "PUT", json: { is_private: false } };
  assert.equal((await rest(`/repositories/${large.fullName}`, update)).status, 200);
  const anonymous = fetchRequest.replace(/^Authorization: .*\r\n/m, "");
  const connections = await Promise.all(Array.from({ length: 40 }, () => openConnection(url)));
  for (const connection of connections) {
    connection.socket.pause();
    await connection.write(anonymous);
  }
  // Their answer may be kept, and then no process tells that they are being answered: they came before this one.
  assert.equal((await rest("/user")).status, 200);
  const { username, token, workspace, repository: name } = pail.credentials;
  const own = describeRepository(pail, `${workspace}/${name}`).urlAs(username, token);
  const cloning = git.run(["clone", "--quiet", own, git.newPath("clone")]);
  const timer = new AbortController();
  const outcome = await Promise.race([
    cloning,
    delay(CLONE_MS_MAX, undefined, { signal: timer.signal }).catch(() => undefined),
  ]);
  for (const connection of connections) connection.hangUp();
  timer.abort();
  await cloning;
  assert.equal(outcome?.status, 0, outcome?.stderr ?? `no clone within ${CLONE_MS_MAX} ms`);
});

test("after all this a clone goes through", async () => {
  await git.out(["clone", "--quiet", large.url, git.newPath("clone")]);
});

test("200 connections that send half a request, and 50 that send half a body, keep nobody from being served", async () => {
  const halves = await Promise.all(Array.from({ length: 250 }, () => openConnection(url)));
  for (const [number, connection] of halves.entries()) {
    const whole = requestHead("POST", `/2.0/repositories/${large.fullName}/commits`, {
      Authorization: restAuthorization(pail),
      "Content-Type": "application/json",
      "Content-Length": "1000",
    });
    await connection.write(number < 200 ? whole.slice(0, 40) : `${whole}{"include":`);
  }
  assert.equal((await rest("/user")).status, 200);
  const { id, pack } = emptyCommit("beside");
  const body = rawPushBody([{ before: NO_OBJECT, after: id, name: "refs/heads/beside" }], REPORT, pack);
  const report = readRawReport(await callService(pail, "git-receive-pack", large.path, body));
  assert.equal(report.refs.get("refs/heads/beside"), "ok");
  for (const connection of halves) connection.hangUp();
});
