// The attacks: a page of the web leads its own host name to this machine (DNS rebinding), and its browser asks as if the server
// were the page's; or whoever pushes names a host of his own, so that links which others follow lead there.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startMetricsServer } from "../../src/http/server/metrics-server.ts";
import { basic, sendRequest } from "../support/clients/http-request.ts";
import { openWebhookReceiver } from "../support/remote-servers/webhook-receiver.ts";
import { startFilledApp } from "../support/server/filled-app.ts";
import { startTestApp, type TestApp } from "../support/server/test-app.ts";
import { exchange, requestHead, statusesOf } from "./hostile-client.ts";

/** Of each surface one. */
const PATHS = [
  "/2.0/user",
  "/acme/demo.git/info/refs?service=git-upload-pack",
  "/acme/demo/get/main.zip",
  "/",
];

async function statusFor(app: TestApp, path: string, headers: Readonly<Record<string, string>>) {
  return (await sendRequest(app.url, path, { headers })).status;
}

function tellOf(
  name: string,
  current: () => TestApp,
  table: readonly (readonly [host: string, isOurs: boolean])[],
) {
  for (const [host, isOurs] of table)
    test(`${name}: ${host} is ${isOurs ? "ours" : "refused"}`, async () => {
      for (const path of PATHS) {
        const status = await statusFor(current(), path, { host });
        assert.equal(status === 421, !isOurs, `${path}: ${status}`);
      }
    });
}

describe("on a loopback address", () => {
  let app: TestApp;
  before(async () => {
    app = await startTestApp({ proxiedHosts: ["git.example"] });
  });
  after(() => app.close());

  tellOf("without a public URL", () => app, [
    ["127.0.0.1", true],
    ["127.0.0.1:1", true],
    ["127.8.8.8", true],
    ["localhost", true],
    ["localhost:65535", true],
    ["LocalHost.", true],
    ["pail.localhost", true],
    ["[::1]:8080", true],
    ["[0:0:0:0:0:0:0:1]", true],
    ["[::ffff:127.0.0.1]", true],
    ["bitbucket.org", true],
    ["api.bitbucket.org:80", true],
    ["Git.Example", true],
    ["evil.example", false],
    ["evil.example.:8080", false],
    ["localhost.evil.example", false],
    ["127.0.0.1.evil.example", false],
    ["xlocalhost", false],
    ["notbitbucket.org", false],
    ["10.0.0.1", false],
    ["0.0.0.0", false],
    ["[::2]", false],
    ["x", false],
  ]);

  test("what is no host is 400", async () => {
    for (const host of ["a b", "x:99999", "user@127.0.0.1", "127.0.0.1/x", "[::1", "%6cocalhost"])
      for (const path of PATHS) assert.equal(await statusFor(app, path, { host }), 400, `${host} ${path}`);
  });

  test("X-Forwarded-Host, which anybody can send, makes no host ours", async () => {
    const headers = { host: "evil.example", "x-forwarded-host": "localhost" };
    assert.equal(await statusFor(app, "/2.0/user", headers), 421);
  });

  test("a refusal says what to do, in the form of who asks, and changes nothing", async () => {
    const authorization = basic("owner@example.com", await app.token());
    const path = "/2.0/repositories/acme/from-afar";
    const refused = await sendRequest(app.url, path, {
      method: "POST",
      headers: { authorization, host: "evil.example", "content-type": "application/json" },
      body: "{}",
    });
    assert.equal(refused.status, 421);
    assert.match(JSON.parse(refused.text).error.message, /^Misdirected request: .*--proxied-host/);
    assert.equal((await sendRequest(app.url, path, { headers: { authorization } })).status, 404);
    const git = await sendRequest(app.url, PATHS[1]!, { headers: { host: "evil.example" } });
    assert.match(git.headers["content-type"] ?? "", /^text\/plain/);
  });

  test("HTTP/1.0 needs no host; its links have the listening address", async () => {
    const authorization = basic("owner@example.com", await app.token());
    const head = `GET /2.0/repositories/acme/demo HTTP/1.0\r\nAuthorization: ${authorization}\r\n\r\n`;
    const received = await exchange(app.url, head);
    assert.deepEqual(statusesOf(received), [200]);
    assert.ok(received.includes(`"href":"${app.url}/2.0/repositories/acme/demo"`), received);
  });

  test("the host of a target in absolute form replaces the header's, both ways", async () => {
    const { host } = new URL(app.url);
    const ask = (target: string, header: string) =>
      exchange(app.url, requestHead("GET", target, { Host: header, Connection: "close" }));
    for (const target of [`http://${host}/2.0/user`, "http://api.bitbucket.org/2.0/user"])
      assert.deepEqual(statusesOf(await ask(target, "evil.example")), [401]);
    assert.deepEqual(statusesOf(await ask("http://evil.example/2.0/user", host)), [403]);
  });

  test("links have the scheme that was asked for, which no header can say", async () => {
    const authorization = basic("owner@example.com", await app.token());
    const ask = (target: string, header = "Accept: */*") =>
      exchange(
        app.url,
        `GET ${target} HTTP/1.1\r\nHost: bitbucket.org\r\nConnection: close\r\nAuthorization: ${authorization}\r\n${header}\r\n\r\n`,
      );
    for (const scheme of ["http", "https"]) {
      const received = await ask(`${scheme}://api.bitbucket.org/2.0/repositories/acme/demo`);
      assert.ok(
        received.includes(`"href":"${scheme}://api.bitbucket.org/2.0/repositories/acme/demo"`),
        received,
      );
    }
    assert.deepEqual(statusesOf(await ask("/2.0/user", ":scheme: https")), [400]);
  });
});

describe("with a public URL", () => {
  let app: TestApp;
  before(async () => {
    const urls = { publicUrl: "https://git.example:8443", publicApiUrl: "https://api.git.example/2.0" };
    app = await startTestApp({ ...urls, proxiedHosts: ["inside"], host: "0.0.0.0" });
  });
  after(() => app.close());

  tellOf("on all addresses", () => app, [
    ["git.example", true],
    ["git.example:8443", true],
    ["GIT.example.", true],
    ["api.git.example", true],
    ["inside:8080", true],
    ["localhost", true],
    ["127.0.0.1", true],
    ["bitbucket.org", true],
    ["evil.example", false],
    ["git.example.evil.example", false],
    ["203.0.113.7", false],
  ]);
});

describe("behind a proxy", () => {
  let known: TestApp;
  let unknown: TestApp;
  before(async () => {
    known = await startTestApp({ isBehindProxy: true, publicUrl: "https://git.example" });
    unknown = await startTestApp({ isBehindProxy: true });
  });
  after(() => Promise.all([known.close(), unknown.close()]));

  test("what the proxy says that was asked for counts, whatever it calls this server", async () => {
    for (const [host, forwarded, status] of [
      ["upstream", "git.example", 401],
      ["upstream", "git.example, inner.example", 401],
      ["git.example", undefined, 401],
      ["git.example", "evil.example", 421],
      ["upstream", undefined, 421],
      ["upstream", "a b", 400],
      ["a b", "git.example", 400],
    ] as const) {
      const headers = { host, ...(forwarded === undefined ? {} : { "x-forwarded-host": forwarded }) };
      assert.equal(await statusFor(known, "/2.0/user", headers), status, `${host}, ${forwarded}`);
    }
  });

  test("without a public URL the proxy decides", async () => {
    assert.equal(await statusFor(unknown, "/2.0/user", { host: "git.example" }), 401);
  });
});

test("metrics on a loopback address are told to no other host name", async () => {
  const server = await startMetricsServer(
    { host: "127.0.0.1", port: 0 },
    async () => "text",
    async () => undefined,
  );
  try {
    const ask = async (host: string) =>
      (await sendRequest(server.url, "/metrics", { headers: { host } })).status;
    assert.deepEqual(
      await Promise.all(["127.0.0.1:9464", "localhost", "evil.example"].map(ask)),
      [200, 200, 421],
    );
  } finally {
    await server.close();
  }
});

describe("what others are told", () => {
  test("begins with the listening address, whatever host the one who did it has named", async () => {
    const receiver = await openWebhookReceiver();
    const { app, git, folder, commit, url } = await startFilledApp(
      { mayReachPrivateAddresses: true },
      { lookMs: 50 },
    );
    const hooks = {
      url: receiver.url("/all"),
      events: ["repo:push", "repo:updated", "repo:fork", "repo:created"],
    };
    const commits = ["repo:commit_comment_created", "repo:commit_status_created"];
    const authorization = basic("owner@example.com", await app.token());
    const ask = async (method: string, path: string, body: unknown = {}) => {
      const headers = { authorization, host: "far.localhost", "content-type": "application/json" };
      const answer = await sendRequest(app.url, `/2.0${path}`, {
        method,
        headers,
        body: JSON.stringify(body),
      });
      assert.ok(answer.status < 300, answer.text);
      return answer.text;
    };
    await ask("POST", "/workspaces/acme/hooks", { ...hooks, events: [...hooks.events, ...commits] });
    await commit({ "a.txt": "a\n" }, "First");
    const config = ["-c", "http.extraHeader=Host: far.localhost"];
    await git.out([...config, "push", "--quiet", url, "main"], { folder });
    const demo = "/repositories/acme/demo";
    await ask("POST", `${demo}/refs/branches`, { name: "made", target: { hash: "main" } });
    await ask("DELETE", `${demo}/refs/branches/made`);
    await ask("POST", `${demo}/commit/main/comments`, { content: { raw: "text" } });
    const status = { key: "k", state: "SUCCESSFUL", url: "https://ci.example/" };
    await ask("POST", `${demo}/commit/main/statuses/build`, status);
    const shown = await ask("PUT", demo, { name: "Renamed demo", description: "new" });
    await ask("POST", "/repositories/acme/renamed-demo/forks", { name: "fork" });
    assert.match(shown, /http:\/\/far\.localhost/, "the caller's own answer keeps the host that he used");
    const told = await receiver.take("/all", 7);
    for (const { body, headers } of told) {
      const links = [...body.matchAll(/"href":"([^"]*)"/g)].map(([, link]) => link!);
      assert.ok(links.length > 0, `${headers["x-event-key"]}`);
      const ours = links.filter((link) => !link.startsWith("https://ci.example/"));
      assert.deepEqual(
        ours.filter((link) => !link.startsWith(`${app.url}/`) && !link.startsWith("git@127.0.0.1:")),
        [],
        `${headers["x-event-key"]}`,
      );
      assert.ok(!body.includes("far.localhost"));
    }
  });
});
