import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { after, afterEach, before, test } from "node:test";
import { basic } from "../../tests/support/clients/http-request.ts";
import { openRealGit } from "../../tests/support/git/real-git.ts";
import { type ControlledApp, startControlledApp } from "../../tests/support/server/controlled-app.ts";

let app: ControlledApp;
let authorization: string;
let cloneUrl: string;
const git = openRealGit();
before(async () => {
  app = await startControlledApp();
  const token = await app.token();
  authorization = basic("owner@example.com", token);
  cloneUrl = `http://owner:${token}@${new URL(app.url).host}/acme/demo.git`;
  const folder = git.newPath("filled");
  await git.out(["clone", "-q", cloneUrl, folder]);
  await git.out(["commit", "-q", "--allow-empty", "-m", "first"], { folder });
  await git.out(["push", "-q", "origin", "HEAD:refs/heads/main"], { folder });
  await app.standIn.snapshots.save("seed");
});
after(() => app.close());
afterEach(() => app.control("DELETE", "/faults"));

async function addFault(body: object): Promise<Record<string, unknown>> {
  const { status, json } = await app.control("POST", "/faults", body);
  assert.equal(status, 201, JSON.stringify(json));
  return json;
}

const get = (path: string, headers: Record<string, string> = { authorization }) =>
  fetch(`${app.url}${path}`, { headers });
const statusOf = async (path: string, headers?: Record<string, string>) => (await get(path, headers)).status;

test("a status as often as was said, in the API's form; then the server answers again", async () => {
  const { id } = await addFault({ route: "/2.0/user", status: 503, times: 2 });
  const answer = await get("/2.0/user");
  assert.deepEqual(
    [answer.status, await answer.json()],
    [503, { type: "error", error: { message: "Service Unavailable" } }],
  );
  assert.equal(await statusOf("/2.0/hook_events"), 200);
  assert.equal(await statusOf("/2.0/user"), 503);
  assert.equal(await statusOf("/2.0/user"), 200);
  const [listed] = (await app.control("GET", "/faults")).json;
  assert.deepEqual([listed.id, listed.happened, listed.times], [id, 2, 2]);
});

test("429 comes with Bitbucket's headers, unless others are given", async () => {
  await addFault({
    route: "/2.0/repositories/{workspace}/{repo_slug}",
    method: "GET",
    status: 429,
    times: 1,
  });
  const answer = await get("/2.0/repositories/acme/demo");
  assert.equal(answer.status, 429);
  assert.equal(await answer.text(), "Rate limit for this resource has been exceeded");
  assert.deepEqual(
    ["retry-after", "x-ratelimit-limit", "x-ratelimit-resource", "x-ratelimit-nearlimit"].map((name) =>
      answer.headers.get(name),
    ),
    ["60", "1000", "api", "true"],
  );
  await addFault({
    route: "/2.0/user",
    status: 429,
    retry_after: 7,
    body: '{"own":1}',
    headers: { "X-Own": "1" },
  });
  const own = await get("/2.0/user");
  assert.deepEqual(
    [own.headers.get("retry-after"), own.headers.get("x-own"), await own.json()],
    ["7", "1", { own: 1 }],
  );
});

test("every third request, and a share of them that is the same for the same seed", async () => {
  await addFault({ route: "/2.0/hook_events", status: 500, every: 3 });
  const statuses: number[] = [];
  for (let index = 0; index < 6; index += 1) statuses.push(await statusOf("/2.0/hook_events"));
  assert.deepEqual(statuses, [200, 200, 500, 200, 200, 500]);
  const rounds: number[][] = [];
  for (const seed of [7, 7, 8]) {
    await app.control("DELETE", "/faults");
    await addFault({ route: "/2.0/hook_events", status: 500, probability: 0.5, seed });
    const round: number[] = [];
    for (let index = 0; index < 16; index += 1) round.push(await statusOf("/2.0/hook_events"));
    rounds.push(round);
  }
  assert.deepEqual(rounds[0], rounds[1]);
  assert.notDeepEqual(rounds[0], rounds[2]);
  assert.equal(new Set(rounds[0]).size, 2);
});

/** What comes over the wire, until the connection is closed. */
async function rawAnswer(path: string): Promise<string> {
  const { port } = new URL(app.url);
  const socket = connect(Number(port), "127.0.0.1");
  await once(socket, "connect");
  socket.write(
    `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: ${authorization}\r\nconnection: close\r\n\r\n`,
  );
  return text(socket).catch(() => "");
}

const bodyOf = (raw: string) => raw.slice(raw.indexOf("\r\n\r\n") + 4);
const lengthIn = (raw: string) => Number(/content-length: (\d+)/i.exec(raw)?.[1]);

test("cut off before anything, after the headers, and after some bytes of the body", async () => {
  await addFault({ route: "/2.0/user", cut_off: "connection", times: 1 });
  assert.equal(await rawAnswer("/2.0/user"), "");
  await addFault({ route: "/2.0/user", cut_off: "headers", times: 1 });
  const headers = await rawAnswer("/2.0/user");
  assert.match(headers, /^HTTP\/1.1 200 /);
  assert.equal(bodyOf(headers), "");
  assert.ok(lengthIn(headers) > 0);
  await addFault({ route: "/2.0/user", cut_off: 10, times: 1 });
  const some = await rawAnswer("/2.0/user");
  assert.equal(bodyOf(some).length, 10);
  assert.ok(lengthIn(some) > 10);
  assert.equal(await statusOf("/2.0/user"), 200);
});

test("a truncated body looks complete, and is half", async () => {
  const whole = await (await get("/2.0/user")).text();
  await addFault({ route: "/2.0/user", truncate: true, times: 1 });
  const half = await get("/2.0/user");
  assert.equal(half.status, 200);
  assert.equal(await half.text(), whole.slice(0, whole.length >> 1));
});

test("a delayed request is answered all the same", async () => {
  await addFault({ route: "/2.0/user", delay: "30ms", times: 1 });
  const begin = performance.now();
  assert.equal(await statusOf("/2.0/user"), 200);
  assert.ok(performance.now() - begin >= 25);
});

test("a brown-out of a scope, in either vocabulary, over REST and Git", async () => {
  await addFault({ scope: "read:repository:bitbucket", status: 403 });
  assert.equal(await statusOf("/2.0/repositories/acme/demo"), 403);
  assert.equal(await statusOf("/acme/demo.git/info/refs?service=git-upload-pack"), 403);
  assert.equal(await statusOf("/2.0/user"), 200);
  await addFault({ scope: "account", status: 503 });
  assert.equal(await statusOf("/2.0/user"), 503);
});

test("a brown-out of app passwords reaches nobody else", async () => {
  await addFault({ credential: "app-password", status: 410 });
  const appPassword = basic("owner", `ATBB${"x".repeat(32)}`);
  assert.equal(await statusOf("/2.0/user", { authorization: appPassword }), 410);
  assert.equal(await statusOf("/2.0/user"), 200);
  assert.equal(await statusOf("/2.0/hook_events", {}), 200);
});

test("git: refused with a text that it shows, and cut off within a pack", async () => {
  await addFault({
    route: "/{workspace}/{repo}.git/info/refs",
    status: 503,
    times: 1,
    body: "down for a while\n",
  });
  const refused = await git.run(["clone", "-q", cloneUrl, git.newPath("refused")]);
  assert.notEqual(refused.status, 0);
  assert.match(refused.stderr, /down for a while|503/);
  await addFault({ route: "/{workspace}/{repo}.git/git-upload-pack", method: "POST", cut_off: 150 });
  const cut = await git.run(["clone", "-q", cloneUrl, git.newPath("cut")]);
  assert.notEqual(cut.status, 0);
  assert.match(cut.stderr, /early EOF|transfer closed|unexpected|hung up/i);
  await app.control("DELETE", "/faults");
  await git.out(["clone", "-q", cloneUrl, git.newPath("whole")]);
});

test("a reset removes them", async () => {
  await addFault({ route: "/2.0/user", status: 503 });
  await app.standIn.reset();
  assert.deepEqual((await app.control("GET", "/faults")).json, []);
});

test("a pattern that no route can have is told, and added only when forced", async () => {
  const refused = await app.control("POST", "/faults", { route: "/2.0/usr", status: 503 });
  assert.equal(refused.status, 400);
  assert.match(refused.json.error.message, /route: no route of the server has such a path: \/2.0\/usr/);
  assert.match(String((await addFault({ route: "/2.0/usr", status: 503, force: true })).warning), /no route/);
  assert.equal(await statusOf("/2.0/usr"), 503);
});

for (const [why, body, problem] of [
  ["no requests", { status: 503 }, /route: say for which requests/],
  ["nothing that happens", { route: "/2.0/user" }, /status: say what happens/],
  ["no path", { route: "2.0/user", status: 503 }, /route: must begin with a slash/],
  ["an unknown scope", { scope: "read:everything", status: 503 }, /there is no scope/],
  ["a status out of range", { route: "/2.0/user", status: 99 }, /Bad request/],
  ["a delay without an end", { route: "/2.0/user", delay: "2d" }, /delay: must be/],
  ["a body without a status", { route: "/2.0/user", body: "x", delay: 1 }, /is needed with body/],
  [
    "a header that a body with a length cannot have",
    { route: "/2.0/user", status: 503, headers: { Trailer: "x" } },
    /Trailer needs a body in chunks/,
  ],
  [
    "a header with a line break",
    { route: "/2.0/user", status: 503, headers: { a: "b\r\nc: d" } },
    /is no header/,
  ],
  ["an unknown field", { route: "/2.0/user", status: 503, chance: 1 }, /Bad request/],
] as const)
  test(`refused: ${why}`, async () => {
    const { status, json } = await app.control("POST", "/faults", body);
    assert.equal(status, 400);
    assert.match(json.error.message, problem);
    assert.deepEqual((await app.control("GET", "/faults")).json, []);
  });

test("what is not there cannot be removed", async () => {
  for (const id of ["999", "x"]) assert.equal((await app.control("DELETE", `/faults/${id}`)).status, 404);
  const { id } = await addFault({ route: "/2.0/user", status: 503 });
  assert.equal((await app.control("DELETE", `/faults/${id}`)).status, 204);
  assert.equal(await statusOf("/2.0/user"), 200);
});
