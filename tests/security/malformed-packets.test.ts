// The attack: pkt-lines that lie about their length, come where they have no place, or carry names and options that no git
// sends; packs that lie about what they hold. Nothing of it may move a ref, end the server, or keep it busy.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import {
  createFilledRepository,
  createHostedRepository,
  NO_OBJECT,
  serverRefs,
} from "../support/git/hosted-repository.ts";
import { rawPushBody, readRawReport } from "../support/git/raw-push.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { requestProcesses, waitUntil } from "../support/processes/process-table.ts";
import { startPailForFile } from "../support/server/pail-server.ts";
import {
  callService,
  type GitService,
  openConnection,
  requestHead,
  serverFaults,
  serviceHeaders,
  statusesOf,
} from "./hostile-client.ts";
import { buildPack, emptyCommit, NO_OBJECTS, packEntry } from "./hostile-packs.ts";

const pail = await startPailForFile();
const git = openRealGit();
const { repository, ids } = await createFilledRepository(git, pail);
const before = await serverRefs(git, repository.url);
const tip = ids.at(-1)!;
const REPORT = ["report-status", "side-band-64k"];
const MEGABYTE = 1024 * 1024;

function packet(payload: string | Buffer): Buffer {
  const bytes = Buffer.from(payload as string, "utf8");
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, "0")), bytes]);
}

function create(name: string, after = tip) {
  return { before: NO_OBJECT, after, name };
}

async function assertUnchanged(start: number): Promise<void> {
  assert.deepEqual(await serverRefs(git, repository.url), before);
  assert.deepEqual(serverFaults(pail, start), []);
  await waitUntil("no git process is left", () => requestProcesses(pail.processId).length === 0);
}

const GARBAGE = [
  ["length 0003", "0003"],
  ["no digits", "zzzz"],
  ["a sign", "-001"],
  ["a space", " 008abcd"],
  ["longer than a packet may be", `fff1${"x".repeat(70_000)}`],
  ["longer than what comes", "00ff"],
  ["an empty packet", "0004"],
  ["a delimiter", "0001"],
  ["a response-end", "0002"],
  ["noise", randomBytes(200).toString("latin1")],
  ["a push certificate", packet("push-cert\0report-status").toString()],
  ["a want", packet(`want ${tip}\n`).toString()],
  ["a command of nothing", packet("command=").toString()],
  ["two commands", `${packet("command=fetch")}${packet("command=ls-refs")}0000`],
  ["an unknown command", `${packet("command=object-info")}0000`],
] as const;

for (const [why, text] of GARBAGE) {
  test(`${why} in place of a request is refused, and nothing is changed`, async () => {
    const start = pail.logText().length;
    for (const [service, protocol] of [
      ["git-receive-pack", "version=0"],
      ["git-upload-pack", "version=0"],
      ["git-upload-pack", "version=1"],
      ["git-upload-pack", "version=2"],
    ] as const) {
      const headers = { "Git-Protocol": protocol };
      const answer = await callService(pail, service, repository.path, Buffer.from(text, "latin1"), headers);
      assert.ok(answer.status === 200 || answer.status === 400, `${service} ${protocol}: ${answer.status}`);
      assert.ok(!answer.text.includes("PACK") && !answer.text.includes(`${tip} refs`), answer.text);
    }
    await assertUnchanged(start);
  });
}

for (const length of ["0001", "0002", "0003", "0004", "0005", "ffff", "fff0", "00fz", "+001", "\0\0\0\0"]) {
  test(`a push with ${JSON.stringify(length)} in place of the length of any of its packets moves no ref`, async () => {
    const start = pail.logText().length;
    const empty = await createHostedRepository(pail);
    const { id, pack } = emptyCommit("spoilt");
    const commands = [create("refs/heads/x", id), create("refs/heads/y", id)];
    const body = rawPushBody(commands, ["report-status"], pack);
    const first = Number.parseInt(body.toString("latin1", 0, 4), 16);
    const second = first + Number.parseInt(body.toString("latin1", first, first + 4), 16);
    for (const offset of [0, first, second]) {
      const spoilt = Buffer.from(body);
      spoilt.write(length, offset, "latin1");
      await callService(pail, "git-receive-pack", empty.path, spoilt);
      assert.deepEqual(await serverRefs(git, empty.url), new Map(), `at ${offset}`);
    }
    assert.deepEqual(serverFaults(pail, start), []);
  });
}

for (const [why, end] of [
  ["no flush", ""],
  ["a delimiter for the flush", "0001"],
  ["a response-end for the flush", "0002"],
] as const) {
  test(`commands with ${why} behind them are not the whole of a push, and do nothing`, async () => {
    const { repository: own } = await createFilledRepository(git, pail);
    await git.out(["push", "--quiet", own.url, `${tip}:refs/heads/side`], { folder: await clone() });
    const refs = await serverRefs(git, own.url);
    const body = rawPushBody([{ before: tip, after: NO_OBJECT, name: "refs/heads/side" }], ["report-status"]);
    const spoilt = Buffer.concat([body.subarray(0, -4), Buffer.from(end)]);
    const answer = await callService(pail, "git-receive-pack", own.path, spoilt);
    assert.deepEqual(await serverRefs(git, own.url), refs, answer.text);
  });
}

async function clone(): Promise<string> {
  const folder = git.newPath("clone");
  await git.out(["clone", "--quiet", repository.url, folder]);
  return folder;
}

for (const command of [
  `${NO_OBJECT}\t${tip} refs/heads/x`,
  `${NO_OBJECT} ${tip}refs/heads/x`,
  `${NO_OBJECT} ${tip} `,
  `${NO_OBJECT} ${tip}`,
  `${NO_OBJECT} ${tip.toUpperCase()} refs/heads/x`,
  `${NO_OBJECT.slice(1)} ${tip} refs/heads/x`,
  `${NO_OBJECT} ${tip.slice(1)}g refs/heads/x`,
  ` ${NO_OBJECT} ${tip} refs/heads/x`,
  `create refs/heads/x ${tip}`,
]) {
  test(`the command ${JSON.stringify(command.replaceAll(NO_OBJECT, "ZERO").replace(/[0-9a-f]{38,40}/i, "TIP"))} is refused`, async () => {
    const start = pail.logText().length;
    const body = Buffer.concat([packet(`${command}\0report-status`), Buffer.from("0000"), NO_OBJECTS]);
    const answer = await callService(pail, "git-receive-pack", repository.path, body);
    assert.equal(answer.status, 400, answer.text);
    await assertUnchanged(start);
  });
}

test("a ref name that is not UTF-8 is refused", async () => {
  const start = pail.logText().length;
  const command = Buffer.concat([Buffer.from(`${NO_OBJECT} ${tip} refs/heads/`), Buffer.from([0xff, 0xfe])]);
  const body = Buffer.concat([packet(command), Buffer.from("0000"), NO_OBJECTS]);
  assert.equal((await callService(pail, "git-receive-pack", repository.path, body)).status, 400);
  await assertUnchanged(start);
});

// Whoever watches a push sees its report in a terminal, and a tool reads it line by line.
for (const [why, name] of [
  ["a line feed", "refs/heads/x\nok refs/heads/y"],
  ["a carriage return", "refs/heads/x\rok refs/heads/y"],
  ["an escape code", "refs/heads/\u001b[2J\u001b[31m"],
  ["a backspace", "refs/heads/x\b\b\b"],
] as const) {
  test(`a ref name with ${why} makes no ref, and is not sent back as it is`, async () => {
    const start = pail.logText().length;
    const body = rawPushBody([create(name)], REPORT, NO_OBJECTS);
    const answer = await callService(pail, "git-receive-pack", repository.path, body);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    const control = /[\x07-\x09\x0b-\x1f\x7f]|\nok /;
    assert.doesNotMatch(answer.text.slice(answer.text.indexOf("unpack")), control);
    await assertUnchanged(start);
  });
}

// git-check-ref-format(1), rule 2: at least one slash behind `refs/`. A ref of such a name stands in the way of every ref
// below it: `refs/heads` of every branch, `refs/pull-requests` of what the server writes itself.
for (const name of [
  "refs/heads",
  "refs/tags",
  "refs/pull-requests",
  "refs/pail",
  "refs/x",
  "refs",
  "refs/",
  "refs/heads/",
  "HEAD",
  "FETCH_HEAD",
  "config",
  "main",
  "refs/../config",
  "refs/heads/../../config",
  "refs/heads/x.lock",
  "refs/heads/.x",
  "refs/heads/x..y",
  "refs/heads/x@{1}",
  "refs//heads/x",
  "/refs/heads/x",
  "refs/pull-requests/1/from",
  "refs/pail/x",
]) {
  test(`a push makes no ref ${name} in an empty repository, and the next push finds nothing in its way`, async () => {
    const empty = await createHostedRepository(pail);
    const { id, pack } = emptyCommit(name);
    const body = rawPushBody([create(name, id)], REPORT, pack);
    const report = readRawReport(await callService(pail, "git-receive-pack", empty.path, body));
    assert.notEqual(report.refs.get(name), "ok");
    assert.deepEqual(await serverRefs(git, empty.url), new Map());
    await git.out(["push", "--quiet", empty.url, "HEAD:refs/heads/main"], { folder: await clone() });
  });
}

for (const [why, options, told] of [
  ["100 options of 4,096 bytes", Array.from({ length: 100 }, () => "o".repeat(4096)), /unpack/],
  ["one option too many", Array.from({ length: 101 }, () => "o"), /unpack push: more than 100 push options/],
  ["an option that is too long", ["o".repeat(4097)], /unpack push option: longer than 4096 bytes/],
  ["an option with a semicolon and line ends", ["a;b\nGIT_DIR=/\n"], /unpack/],
  ["an empty option", [""], /unpack/],
] as const) {
  test(`${why}: ${told}`, async () => {
    const start = pail.logText().length;
    const body = Buffer.concat([
      rawPushBody([create("refs/heads/x", "1".repeat(40))], [...REPORT, "push-options"]),
      ...options.map(packet),
      Buffer.from("0000"),
      NO_OBJECTS,
    ]);
    const answer = await callService(pail, "git-receive-pack", repository.path, body);
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.text, told);
    await assertUnchanged(start);
  });
}

const BLOB = packEntry("blob", Buffer.from("x"));
const CHECKSUM_BYTES = 20;

for (const [why, pack] of [
  ["no pack", Buffer.alloc(0)],
  ["half a header", Buffer.from("PACK\0\0")],
  ["another signature", Buffer.concat([Buffer.from("JUNK"), buildPack([BLOB]).subarray(4)])],
  ["another version", Buffer.concat([Buffer.from("PACK\0\0\0\x09"), buildPack([BLOB]).subarray(8)])],
  [
    "a wrong checksum",
    Buffer.concat([buildPack([BLOB]).subarray(0, -CHECKSUM_BYTES), randomBytes(CHECKSUM_BYTES)]),
  ],
  ["no checksum", buildPack([BLOB]).subarray(0, -CHECKSUM_BYTES)],
  ["fewer objects than it counts", buildPack([BLOB], 2)],
  ["more objects than it counts", buildPack([BLOB, packEntry("blob", Buffer.from("y"))], 1)],
  ["4,294,967,280 objects, it says", buildPack([BLOB], 0xfffffff0)],
  ["an object of 2^50 bytes, it says", buildPack([packEntry("blob", Buffer.from("x"), 2 ** 50)])],
  ["an object shorter than it says", buildPack([packEntry("blob", Buffer.from("x"), 1000)])],
  ["an object longer than it says", buildPack([packEntry("blob", Buffer.alloc(1000), 1)])],
  ["bytes behind its end", Buffer.concat([buildPack([BLOB]), Buffer.from("more")])],
  ["no object at all", NO_OBJECTS],
] as const) {
  test(`a pack with ${why} is refused, and leaves nothing`, async () => {
    const start = pail.logText().length;
    const body = rawPushBody([create("refs/heads/x", "1".repeat(40))], REPORT, pack);
    const report = readRawReport(await callService(pail, "git-receive-pack", repository.path, body));
    assert.notEqual(report.refs.get("refs/heads/x") ?? "no report", "ok");
    assert.ok(report.refs.has("refs/heads/x"), "the person reads why");
    await assertUnchanged(start);
  });
}

// A client that is still sending does not read: the server has to take what it refuses, or cut the line.
const STILL_SENDING: readonly (readonly [why: string, start: Buffer])[] = [
  ["is no packet", Buffer.from("zzzz")],
  ["has a command that is none", Buffer.concat([packet("nonsense"), Buffer.from("0000")])],
  ["brings no pack", rawPushBody([create("refs/heads/x", "1".repeat(40))], REPORT)],
  [
    "brings a pack that is bad from its first object on",
    rawPushBody(
      [create("refs/heads/x", "1".repeat(40))],
      REPORT,
      Buffer.from("PACK\0\0\0\x02\0\0\0\x01\xff\xff"),
    ),
  ],
  [
    "only deletes, and sends more",
    rawPushBody([{ before: "1".repeat(40), after: NO_OBJECT, name: "refs/heads/x" }], REPORT),
  ],
];

async function keepSending(why: string, start: Buffer): Promise<void> {
  const service: GitService = "git-receive-pack";
  const body = Buffer.concat([start, Buffer.alloc(20 * MEGABYTE, 0xff)]);
  const connection = await openConnection(pail.credentials.url);
  let isSent = false;
  const head = requestHead("POST", `${repository.path}/${service}`, {
    ...serviceHeaders(pail, service),
    "Content-Length": String(body.length),
  });
  const sent = connection.write(Buffer.concat([Buffer.from(head), body])).then(() => {
    isSent = true;
  });
  await connection.waitFor("an answer", (received) => statusesOf(received).length > 0);
  await waitUntil(`a push that ${why} is sent, or cut off`, () => isSent || connection.socket.destroyed);
  connection.hangUp();
  await sent;
}

test("a sender whose push is refused early is heard out or cut off, and never left hanging", async () => {
  const start = pail.logText().length;
  await Promise.all(STILL_SENDING.map(([why, begin]) => keepSending(why, begin)));
  await assertUnchanged(start);
});

test("100,000 haves that nobody has are answered", async () => {
  const haves = Array.from({ length: 100_000 }, (_, number) =>
    packet(`have ${number.toString(16).padStart(40, "b")}\n`),
  );
  const body = Buffer.concat([
    packet(`want ${tip} multi_ack_detailed\n`),
    Buffer.from("0000"),
    ...haves,
    packet("done\n"),
  ]);
  const answer = await callService(pail, "git-upload-pack", repository.path, body);
  assert.match(answer.bytes.toString("latin1"), /PACK/);
});
