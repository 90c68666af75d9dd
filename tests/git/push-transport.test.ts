import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { request as httpRequest } from "node:http";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { type HttpAnswer, readAnswer, sendRequest } from "../support/clients/http-request.ts";
import {
  cloneOf,
  commitFiles,
  createFilledRepository,
  createHostedRepository,
  initClone,
  NO_OBJECT,
  serverRefs,
} from "../support/git/hosted-repository.ts";
import { packOf, rawPushBody, rawPushHeaders, readRawReport, sendRawPush } from "../support/git/raw-push.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const pail = await startPailForFile();
const git = openRealGit();
const CAPABILITIES = ["report-status", "side-band-64k", "agent=git/2.39.5"];
const LARGE_BYTES = 30 * 1024 * 1024;

async function preparePush() {
  const { repository, folder, ids } = await createFilledRepository(git, pail);
  const tip = ids.at(-1) ?? "";
  const command = { before: NO_OBJECT, after: tip, name: "refs/heads/raw" };
  return { repository, tip, body: rawPushBody([command], CAPABILITIES, await packOf(git, folder, tip)) };
}

test("a pack of 30 MB arrives in chunks and comes back the same", async () => {
  const repository = await createHostedRepository(pail);
  const folder = await initClone(git, repository);
  const content = randomBytes(LARGE_BYTES);
  const tip = await commitFiles(git, folder, { "large.bin": content }, "Large");
  const push = await git.run(["push", "origin", "main"], {
    folder,
    config: { "http.postBuffer": "65536" },
    environment: { GIT_TRACE_CURL: "1", GIT_TRACE_CURL_NO_DATA: "1" },
  });
  assert.equal(push.status, 0, push.stderr.slice(-2000));
  assert.match(push.stderr, /Transfer-Encoding: chunked/i);
  const clone = await cloneOf(git, repository.url);
  assert.equal(await git.out(["rev-parse", "HEAD"], { folder: clone }), tip);
  const back = await git.bytes(["cat-file", "blob", "HEAD:large.bin"], { folder: clone });
  assert.ok(back.equals(content), "the bytes are the same");
});

test("a pack with its length known beforehand arrives as well", async () => {
  const repository = await createHostedRepository(pail);
  const folder = await initClone(git, repository);
  const tip = await commitFiles(git, folder, { "medium.bin": randomBytes(2 * 1024 * 1024) }, "Medium");
  await git.out(["push", "--quiet", "origin", "main"], { folder, config: { "http.postBuffer": "16777216" } });
  assert.equal((await serverRefs(git, repository.url)).get("refs/heads/main"), tip);
});

test("the probe that git sends before a large push is answered", async () => {
  const { repository } = await createFilledRepository(git, pail);
  const answer = await sendRawPush(pail, repository.path, Buffer.from("0000"));
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.headers["content-type"] ?? "", /^application\/x-git-receive-pack-result/);
});

test("a push body compressed with gzip is read", async () => {
  const { repository, tip, body } = await preparePush();
  const answer = await sendRawPush(pail, repository.path, gzipSync(body), { "Content-Encoding": "gzip" });
  assert.equal(readRawReport(answer).refs.get("refs/heads/raw"), "ok", answer.text);
  assert.equal((await serverRefs(git, repository.url)).get("refs/heads/raw"), tip);
});

for (const [why, spoil] of [
  ["is not gzip at all", (body: Buffer) => body],
  ["ends in the middle", (body: Buffer) => gzipSync(body).subarray(0, -20)],
] as const) {
  test(`a body announced as gzip that ${why} is refused, and nothing is changed`, async () => {
    const { repository, body } = await preparePush();
    const before = await serverRefs(git, repository.url);
    const answer = await sendRawPush(pail, repository.path, spoil(body), { "Content-Encoding": "gzip" });
    assert.ok(answer.status < 500, `${answer.status}: ${answer.text}`);
    if (answer.status === 200) assert.notEqual(readRawReport(answer).refs.get("refs/heads/raw"), "ok");
    assert.deepEqual(await serverRefs(git, repository.url), before);
  });
}

test("an encoding that git does not know is refused", async () => {
  const { repository, body } = await preparePush();
  const answer = await sendRawPush(pail, repository.path, body, { "Content-Encoding": "br" });
  assert.ok(answer.status === 415 || answer.status === 400, `${answer.status}: ${answer.text}`);
});

test("a client that expects 100-continue is told to go on before it sends its pack", async () => {
  const { repository, tip, body } = await preparePush();
  const { hostname, port } = new URL(pail.credentials.url);
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  let continued = false;
  const request = httpRequest(
    {
      hostname,
      port,
      path: `${repository.path}/git-receive-pack`,
      method: "POST",
      agent: false,
      headers: { ...rawPushHeaders(pail), Expect: "100-continue", "Content-Length": String(body.length) },
    },
    (message) => readAnswer(message).then(resolve, reject),
  );
  request.on("error", reject);
  request.on("continue", () => {
    continued = true;
    request.end(body);
  });
  request.flushHeaders();
  const answer = await promise;
  assert.ok(continued, "the server said 100 Continue");
  assert.equal(readRawReport(answer).refs.get("refs/heads/raw"), "ok", answer.text);
  assert.equal((await serverRefs(git, repository.url)).get("refs/heads/raw"), tip);
});

for (const [why, spoil] of [
  ["with a pack cut short", (body: Buffer) => body.subarray(0, -30)],
  [
    "with a changed byte in its pack",
    (body: Buffer) => Buffer.concat([body.subarray(0, -40), randomBytes(40)]),
  ],
  ["with no pack", (body: Buffer) => body.subarray(0, body.indexOf("0000PACK") + 4)],
  ["with a length that is not hex", () => Buffer.from("zzzz what is this")],
  ["with a packet longer than git allows", () => Buffer.from(`ffff${"x".repeat(0xffff - 4)}`)],
  ["with nothing in it", () => Buffer.alloc(0)],
] as const) {
  test(`a push ${why} is refused, and nothing is changed`, async () => {
    const { repository } = await createFilledRepository(git, pail, { commits: 1 });
    const source = await preparePush();
    const before = await serverRefs(git, repository.url);
    const answer = await sendRawPush(pail, repository.path, spoil(source.body));
    assert.ok(answer.status < 500, `${answer.status}: ${answer.text}`);
    if (answer.status === 200) assert.notEqual(readRawReport(answer).refs.get("refs/heads/raw"), "ok");
    assert.deepEqual(await serverRefs(git, repository.url), before);
  });
}

test("the advertisement may not be kept by a cache, and names its service", async () => {
  const { repository } = await createFilledRepository(git, pail);
  for (const service of ["git-upload-pack", "git-receive-pack"]) {
    const answer = await sendRequest(
      pail.credentials.url,
      `${repository.path}/info/refs?service=${service}`,
      {
        headers: rawPushHeaders(pail),
      },
    );
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.headers["content-type"], `application/x-${service}-advertisement`);
    assert.match(answer.headers["cache-control"] ?? "", /no-cache|no-store/);
    assert.match(answer.text, new RegExp(`^[0-9a-f]{4}# service=${service}\n0000`));
  }
});

for (const query of ["", "?service=git-annex-shell", "?service=upload-pack"]) {
  test(`info/refs${query} is refused: only the two services of smart HTTP exist`, async () => {
    const { repository } = await createFilledRepository(git, pail);
    const answer = await sendRequest(pail.credentials.url, `${repository.path}/info/refs${query}`, {
      headers: rawPushHeaders(pail),
    });
    assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status}: ${answer.text}`);
    assert.match(answer.headers["content-type"] ?? "", /^text\/plain/);
  });
}
