import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { createServer } from "node:net";
import { test } from "node:test";
import { basic } from "../support/clients/http-request.ts";
import { createTestDatabaseSettings } from "../support/database/test-database.ts";
import { cloneOf, commitFiles, createFilledRepository } from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { openRelay } from "../support/many-nodes/relay.ts";
import { isAlive, waitUntil, workerProcesses } from "../support/processes/process-table.ts";
import { openPailCommand } from "../support/server/pail-command.ts";
import { type PailServer, startPail } from "../support/server/pail-server.ts";

const git = openRealGit();
const WORKERS = 3;
/** Enough connections that chance leaves no process out: (2/3)^60 is below 10^-10. */
const CONNECTIONS = 60;

/** Asks on a connection of its own, so that any of the processes may answer. */
async function ask(pail: PailServer, path: string, token = pail.credentials.token): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const authorization = basic(pail.credentials.email, token);
  request(new URL(path, pail.credentials.url), { agent: false, headers: { authorization } }, (answer) => {
    answer.resume();
    answer.once("end", () => resolve(answer.statusCode ?? 0));
  })
    .once("error", reject)
    .end();
  return promise;
}

async function askAll(pail: PailServer, path: string, token?: string): Promise<number[]> {
  const statuses = await Promise.all(Array.from({ length: CONNECTIONS }, () => ask(pail, path, token)));
  return [...new Set(statuses)];
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

function allServe(pail: PailServer, workers: number): Promise<void> {
  return waitUntil("all workers serve", () => workerProcesses(pail.processId).length === workers - 1);
}

async function readMetric(url: string, name: string): Promise<number> {
  const text = await (await fetch(url)).text();
  const lines = text.split("\n").filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

test("several processes are one server: a push, a revocation and a killed process", {
  timeout: 600_000,
}, async () => {
  const metricsPort = await freePort();
  const pail = await startPail({
    args: ["--workers", String(WORKERS), "--metrics", `127.0.0.1:${metricsPort}`],
  });
  try {
    await allServe(pail, WORKERS);
    const { repository, folder } = await createFilledRepository(git, pail);
    const metricsUrl = `http://127.0.0.1:${metricsPort}/metrics`;

    // What one process has taken, all of them have.
    for (let round = 0; round < 5; round += 1) {
      const id = await commitFiles(git, folder, { "round.txt": `${round}\n` }, `Round ${round}`);
      await git.out(["push", "--quiet", "origin", "main"], { folder });
      assert.deepEqual(await askAll(pail, `/2.0/repositories/${repository.fullName}/commit/${id}`), [200]);
      const clone = await cloneOf(git, repository.url);
      assert.equal(await git.out(["rev-parse", "HEAD"], { folder: clone }), id);
    }

    // The count of each process is in the sum.
    const counted = await readMetric(metricsUrl, "pail_http_request_duration_seconds_count");
    assert.ok(counted >= 5 * CONNECTIONS, `${counted} requests counted`);

    // No process remembers a token that was revoked.
    const made = await pail.cli([
      ...["token", "create", "--account", pail.credentials.email, "--name", "short-lived"],
      ...["--scope", "read:user", "--expires", "1d"],
    ]);
    const token = made.stdout.trim();
    const listed = await pail.cli(["token", "list", "--account", pail.credentials.email, "--json"]);
    const tokens = JSON.parse(listed.stdout) as { name: string; id: string }[];
    const { id } = tokens.find(({ name }) => name === "short-lived")!;
    assert.deepEqual(await askAll(pail, "/2.0/user", token), [200]);
    assert.equal((await pail.cli(["token", "revoke", id])).status, 0);
    assert.deepEqual(await askAll(pail, "/2.0/user", token), [401]);

    // A process that ends is replaced. Only connections that the kernel had given it are lost.
    const [killed] = workerProcesses(pail.processId);
    process.kill(killed!, "SIGKILL");
    await waitUntil("its end is seen", () => pail.logText().includes("a worker ended"));
    assert.deepEqual(await askAll(pail, "/2.0/user"), [200]);
    await allServe(pail, WORKERS);
  } finally {
    await pail.stop();
  }
});

test("no process outlives the main one, not even when that is killed", { timeout: 600_000 }, async () => {
  const pail = await startPail({ args: ["--workers", String(WORKERS)] });
  try {
    await allServe(pail, WORKERS);
    const children = workerProcesses(pail.processId);
    process.kill(pail.processId, "SIGKILL");
    await waitUntil("its workers have ended", () => children.every((child) => !isAlive(child)));
  } finally {
    await pail.stop();
  }
});

test("a worker that cannot start ends, and the next one is tried until one can", {
  timeout: 600_000,
}, async () => {
  const { settings, remove } = await createTestDatabaseSettings("postgres");
  assert.ok(settings.kind === "postgres");
  const url = new URL(settings.url.reveal());
  const relay = await openRelay({ path: `${url.searchParams.get("host")}/.s.PGSQL.5432` });
  url.searchParams.set("host", "127.0.0.1");
  url.searchParams.set("port", String(relay.port));
  const pail = await startPail({ databaseUrl: url.href, args: ["--workers", "2"] });
  try {
    await allServe(pail, 2);
    const ends = () => pail.logText().split("a worker ended").length - 1;
    relay.set("refusing");
    process.kill(workerProcesses(pail.processId)[0]!, "SIGKILL");
    await waitUntil("two more could not start", () => ends() >= 3);
    relay.set("open");
    const before = ends();
    await allServe(pail, 2);
    assert.deepEqual(await askAll(pail, "/2.0/user"), [200]);
    assert.ok(ends() <= before + 1, "the one that was just being started may fail too");
  } finally {
    relay.set("open");
    await pail.stop();
    relay.close();
    await remove();
  }
});

test("a server whose address for metrics is taken ends, with all its processes", {
  timeout: 600_000,
}, async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as { port: number };
  try {
    const args = ["serve", "--data", "data", "--port", "0", "--workers", "2"];
    const outcome = await openPailCommand().run([...args, "--metrics", `127.0.0.1:${port}`]);
    assert.notEqual(outcome.status, 0);
    assert.match(outcome.stderr, /address already in use/);
  } finally {
    taken.close();
  }
});

test("a second server on the same port is refused, and not let in beside the first", async () => {
  const pail = await startPail({ args: ["--workers", "2"] });
  try {
    const port = new URL(pail.credentials.url).port;
    const args = ["serve", "--data", "other", "--port", port, "--workers", "2"];
    const second = await openPailCommand().run(args);
    assert.notEqual(second.status, 0);
    assert.match(second.stderr, /address already in use/);
  } finally {
    await pail.stop();
  }
});

test("several processes count requests together: nobody has 60 of each", { timeout: 600_000 }, async () => {
  const pail = await startPail({ args: ["--workers", String(WORKERS), "--rate-limits"] });
  try {
    await allServe(pail, WORKERS);
    const askAnonymously = async () => {
      // A connection of its own, so that any of the processes may answer.
      const response = await fetch(`${pail.credentials.url}/2.0/user`, {
        headers: { connection: "close" },
      });
      await response.arrayBuffer();
      return response.status;
    };
    const statuses = await Promise.all(Array.from({ length: 100 }, askAnonymously));
    assert.equal(statuses.filter((status) => status === 429).length, 40);
    // Nobody has no account to be shown. It counts all the same.
    assert.deepEqual(new Set(statuses), new Set([401, 429]));
  } finally {
    await pail.stop();
  }
});
