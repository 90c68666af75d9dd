// nginx and HAProxy as deploy/many-nodes/ has them, before two nodes that die, freeze, stop or lack something: what docs/many-nodes.md
// promises of them. Needs both, as Debian has them (apt-get install nginx-light haproxy). What is not there fails, and says so.
// The nodes are small servers: what matters of Pail is when it answers, and with what.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { sendRequest } from "../support/clients/http-request.ts";
import { findFreePorts } from "../support/object-store/free-ports.ts";
import { waitUntil } from "../support/processes/process-table.ts";

const DEPLOY = join(import.meta.dirname, "..", "..", "deploy", "many-nodes");
const folder = mkdtempSync(join(tmpdir(), "pail-balancers-"));
const children: ChildProcess[] = [];
const balancers = new Set<ChildProcess>();
after(async () => {
  // The main process of nginx ends its workers only if it is asked to.
  await Promise.all(children.map((child) => kill(child, balancers.has(child) ? "SIGTERM" : "SIGKILL")));
  rmSync(folder, { recursive: true, force: true });
});

async function kill(child: ChildProcess, signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  await ended;
}

/** What a node answers: its name, what it lacks if `/set?` has said so, and what it got (`/got`). */
const NODE = `
const [name, port] = process.argv.slice(1);
let lacks = "";
const got = [];
require("node:http").createServer((request, response) => {
  const url = new URL(request.url, "http://x");
  if (url.pathname === "/set") lacks = url.searchParams.get("lacks");
  else if (url.pathname !== "/got" && url.pathname !== "/-/ready") got.push(request.method + " " + url.pathname);
  const isProbe = url.pathname === "/-/ready";
  const isControl = url.pathname === "/set" || url.pathname === "/got";
  const fails = !isControl && (lacks === "everything" || (isProbe && lacks === "ready"));
  response.writeHead(fails ? 503 : 200, { "content-type": "application/json" });
  response.end(JSON.stringify(url.pathname === "/got" ? got : fails ? { error: "node says: unavailable" } : {
    name, host: request.headers["x-forwarded-host"], address: request.headers["x-forwarded-for"],
  }));
}).listen(Number(port), "127.0.0.1");
`;

type Node = { readonly name: string; readonly url: string; child: ChildProcess; start(): Promise<void> };

async function openNode(name: string, port: number): Promise<Node> {
  const url = `http://127.0.0.1:${port}`;
  const node: Node = {
    name,
    url,
    child: undefined as never,
    async start() {
      node.child = spawn(process.execPath, ["-e", NODE, name, String(port)], {
        stdio: ["ignore", "ignore", "inherit"],
      });
      children.push(node.child);
      await untilAnswers(url);
    },
  };
  await node.start();
  return node;
}

async function untilAnswers(url: string): Promise<void> {
  await waitUntil(`${url} answers`, () =>
    sendRequest(url, "/-/ready").then(
      ({ status }) => status === 200,
      () => false,
    ),
  );
}

/** Replaces each text that has to be another one here; the example must have it. */
function adapt(file: string, changes: readonly (readonly [from: string, to: string])[]): string {
  return changes.reduce(
    (text, [from, to]) => {
      assert.ok(text.includes(from), `${file} has no ${from}`);
      return text.replaceAll(from, to);
    },
    readFileSync(join(DEPLOY, file), "utf8"),
  );
}

function start(command: string, args: readonly string[]): void {
  const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
  children.push(child);
  balancers.add(child);
}

/** Waits are shortened: a minute to two seconds, ten seconds to three. */
function startNginx(port: number, [a, b]: readonly [number, number]): void {
  const prefix = join(folder, "nginx");
  mkdirSync(join(prefix, "body"), { recursive: true });
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${join(prefix, "body", name)};`)
    .join("\n");
  const site = adapt("nginx.conf", [
    ["pail-a:8080", `127.0.0.1:${a}`],
    ["pail-b:8080", `127.0.0.1:${b}`],
    ["listen 8080;", `listen 127.0.0.1:${port};`],
    ["proxy_read_timeout 60s;", "proxy_read_timeout 2s;"],
    ["proxy_read_timeout 10m;", "proxy_read_timeout 4s;"],
    ["fail_timeout=10s", "fail_timeout=3s"],
  ]);
  writeFileSync(
    join(prefix, "nginx.conf"),
    `daemon off; worker_processes 2; pid ${join(prefix, "pid")}; error_log /dev/null; events {}\nhttp { access_log off; ${paths}\n${site}}\n`,
  );
  start("nginx", ["-p", prefix, "-c", join(prefix, "nginx.conf"), "-e", "/dev/null"]);
}

function startHaproxy(port: number, [a, b]: readonly [number, number]): void {
  const file = join(folder, "haproxy.cfg");
  writeFileSync(
    file,
    adapt("haproxy.cfg", [
      ["pail-a:8080", `127.0.0.1:${a}`],
      ["pail-b:8080", `127.0.0.1:${b}`],
      ["bind :8080", `bind 127.0.0.1:${port}`],
      ["timeout server 10m", "timeout server 6s"],
    ]),
  );
  start("haproxy", ["-q", "-db", "-f", file]);
}

const PATHS = (repository: string) => [
  `/${repository}`,
  `/${repository}.git/info/refs`,
  `/${repository}/src/main`,
  `/2.0/repositories/${repository}/refs`,
];

for (const [balancer, startBalancer] of [
  ["nginx", startNginx],
  ["HAProxy", startHaproxy],
] as const) {
  const [port, ...ports] = (await findFreePorts(3)) as unknown as [number, number, number];
  const url = `http://127.0.0.1:${port}`;
  const nodes = [await openNode("a", ports[0]), await openNode("b", ports[1])] as const;
  startBalancer(port, ports);
  await untilAnswers(url);

  /** Which node has answered; undefined if the balancer itself has. */
  const nameFrom = async (path: string) => {
    const { status, text } = await sendRequest(url, path);
    return status === 200 ? (JSON.parse(text) as { name: string }).name : undefined;
  };
  /** A repository that goes to the node. */
  const of = async (name: string) => {
    for (let number = 0; number < 100; number += 1)
      if ((await nameFrom(`/team/r${number}`)) === name) return `team/r${number}`;
    throw new Error(`nothing goes to ${name}`);
  };
  const set = (node: Node, lacks: string) => sendRequest(node.url, `/set?lacks=${lacks}`);
  const statusOf = async (path: string, method = "GET") =>
    (await sendRequest(url, path, { method, ...(method === "POST" ? { body: "0000" } : {}) })).status;
  const [repositoryOfA, repositoryOfB] = [await of("a"), await of("b")];

  test(`${balancer}: all of a repository goes to one node, with the address and name that the client used`, async () => {
    for (const [repository, name] of [
      [repositoryOfA, "a"],
      [repositoryOfB, "b"],
    ] as const)
      for (const path of PATHS(repository)) assert.equal(await nameFrom(path), name, path);
    const forged = { "x-forwarded-for": "203.0.113.7", "x-forwarded-host": "forged.example" };
    const { text } = await sendRequest(url, "/", { headers: { ...forged, host: "git.example.com" } });
    const { host, address } = JSON.parse(text) as { host: string; address: string };
    assert.deepEqual([host, address], ["git.example.com", "127.0.0.1"]);
  });

  test(`${balancer}: while all nodes lack the store or the database, clients get what Pail answers, each time`, async () => {
    await Promise.all(nodes.map((node) => set(node, "everything")));
    for (let times = 0; times < 20; times += 1) {
      const { status, text } = await sendRequest(url, `/team/r${times % 4}`);
      assert.deepEqual([status, JSON.parse(text)], [503, { error: "node says: unavailable" }], String(times));
      if (times % 5 === 0) await delay(1_000);
    }
    await Promise.all(nodes.map((node) => set(node, "")));
    await waitUntil("both serve", async () => (await nameFrom(`/${repositoryOfA}`)) === "a");
    assert.equal(await nameFrom(`/${repositoryOfB}`), "b");
  });

  test(`${balancer}: a node that has died is passed over, pushes too, and comes back`, async () => {
    await kill(nodes[0].child);
    for (const path of PATHS(repositoryOfA)) assert.equal(await nameFrom(path), "b");
    assert.equal(await statusOf(`/${repositoryOfA}.git/git-receive-pack`, "POST"), 200);
    await nodes[0].start();
    await waitUntil("it serves again", async () => (await nameFrom(`/${repositoryOfA}`)) === "a");
  });

  test(`${balancer}: a frozen node is left out after seconds; no push is sent twice; awake, it serves again`, async () => {
    nodes[0].child.kill("SIGSTOP");
    const push = `/${repositoryOfA}.git/git-receive-pack`;
    const pushed = statusOf(push, "POST");
    const read = sendRequest(url, `/${repositoryOfA}`);
    if (balancer === "nginx") {
      // Read after read is answered late, but answered: by the other node.
      assert.equal(JSON.parse((await read).text).name, "b");
      assert.equal(await pushed, 504);
    }
    await waitUntil("it is left out", async () => (await nameFrom(`/${repositoryOfA}`)) === "b");
    const begun = performance.now();
    for (const path of PATHS(repositoryOfA)) assert.equal(await nameFrom(path), "b");
    assert.ok(performance.now() - begun < 1_500, "it is not asked");
    assert.equal(await statusOf(push, "POST"), 200);
    const got = JSON.parse((await sendRequest(nodes[1].url, "/got")).text) as readonly string[];
    assert.equal(
      got.filter((line) => line === `POST ${push}`).length,
      2,
      "the one after the dead node, and this one",
    );
    nodes[0].child.kill("SIGCONT");
    await waitUntil("it serves again", async () => (await nameFrom(`/${repositoryOfA}`)) === "a");
    await Promise.allSettled([read, pushed]);
  });

  test(`${balancer}: a node that is stopping serves until it is left out, or has closed its port`, async () => {
    await set(nodes[0], "ready");
    if (balancer === "HAProxy")
      await waitUntil("it is left out", async () => (await nameFrom(`/${repositoryOfA}`)) === "b");
    else assert.equal(await nameFrom(`/${repositoryOfA}`), "a");
    await kill(nodes[0].child);
    for (let times = 0; times < 10; times += 1) assert.equal(await nameFrom(`/${repositoryOfA}`), "b");
  });
}
