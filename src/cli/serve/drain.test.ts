import assert from "node:assert/strict";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { test } from "node:test";
import { sendRequest } from "../../../tests/support/clients/http-request.ts";
import { waitUntil, workerProcesses, workersServe } from "../../../tests/support/processes/process-table.ts";
import { openPailCommand } from "../../../tests/support/server/pail-command.ts";
import { TOKEN_REVOCATION_PATH } from "../../own-routes/token-revocation.ts";

const pail = openPailCommand();
const DRAIN_SECONDS = 4;
/** Each connection goes to any of the processes. */
const CONNECTIONS = 20;

async function serve(...args: readonly string[]) {
  const child = pail.start(["serve", "--port", "0", "--metrics", "127.0.0.1:0", ...args]);
  const log: string[] = [];
  child.stderr.setEncoding("utf8").on("data", (text: string) => log.push(text));
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  await waitUntil("it listens", () => stdout.includes("listens on "));
  await waitUntil("it says where the metrics are", () => log.join("").includes('"msg":"metrics"'));
  const url = /listens on (\S+)/.exec(stdout)![1]!;
  return { child, url, metrics: /"url":"(\S+?)\/metrics"/.exec(log.join(""))![1]!, log };
}

async function statusesOf(url: string, path: string): Promise<readonly number[]> {
  const asked = Array.from({ length: CONNECTIONS }, () => sendRequest(url, path));
  return [...new Set((await Promise.all(asked)).map(({ status }) => status))];
}

async function statusAtEnd(child: ChildProcessWithoutNullStreams): Promise<unknown> {
  if (child.exitCode !== null) return child.exitCode;
  const [code] = await once(child, "close");
  return code;
}

test("on SIGTERM all processes serve on for a while and are not ready; then all end", async (context) => {
  const { child, url, metrics, log } = await serve(
    "--workers",
    "3",
    "--drain-seconds",
    String(DRAIN_SECONDS),
  );
  context.after(() => child.kill("SIGKILL"));
  await workersServe(child.pid!, 2);
  assert.deepEqual(await statusesOf(url, "/-/ready"), [200]);
  const workers = workerProcesses(child.pid!);
  const begun = performance.now();
  child.kill("SIGTERM");
  await waitUntil("it says so", () => log.join("").includes('"msg":"stopping"'));
  await waitUntil("every process is not ready", async () => {
    const statuses = await statusesOf(url, "/-/ready");
    return statuses.length === 1 && statuses[0] === 503;
  });
  assert.ok(performance.now() - begun < 1_000 * DRAIN_SECONDS);
  assert.deepEqual(await statusesOf(url, "/-/health"), [200]);
  assert.deepEqual(await statusesOf(url, "/2.0/user"), [401]);
  assert.equal((await sendRequest(metrics, "/-/ready")).status, 503);
  assert.equal((await sendRequest(metrics, "/-/health")).status, 200);
  assert.equal(await statusAtEnd(child), 0);
  assert.ok(performance.now() - begun >= 1_000 * DRAIN_SECONDS);
  assert.deepEqual(workerProcesses(child.pid!), []);
  assert.equal(workers.length, 2);
  assert.doesNotMatch(log.join(""), /"level":"(?:warn|error)"/);
});

test("a process that gets the signal beside the main one waits as well", async (context) => {
  const { child, url, log } = await serve("--workers", "2", "--drain-seconds", "2");
  context.after(() => child.kill("SIGKILL"));
  await workersServe(child.pid!, 1);
  const begun = performance.now();
  for (const id of [...workerProcesses(child.pid!), child.pid!]) process.kill(id, "SIGTERM");
  await waitUntil("it says so", () => log.join("").includes('"msg":"stopping"'));
  assert.deepEqual(await statusesOf(url, "/-/health"), [200]);
  assert.equal(await statusAtEnd(child), 0);
  assert.ok(performance.now() - begun >= 2_000);
  assert.doesNotMatch(log.join(""), /a worker ended/);
});

test("who stops it at the terminal does not wait, nor does who asks twice", async (context) => {
  for (const signals of [["SIGINT"], ["SIGTERM", "SIGTERM"]] as const) {
    const { child, log } = await serve("--drain-seconds", "3000");
    context.after(() => child.kill("SIGKILL"));
    child.kill(signals[0]);
    if (signals.length === 2) {
      await waitUntil("it drains", () => log.join("").includes('"msg":"stopping"'));
      child.kill(signals[1]);
    }
    assert.equal(await statusAtEnd(child), signals.length - 1);
  }
});

test("a request that is under way when the time is up is answered", async (context) => {
  const { child, url, log } = await serve("--drain-seconds", "1");
  context.after(() => child.kill("SIGKILL"));
  const { hostname, port } = new URL(url);
  const socket: Socket = createConnection(Number(port), hostname);
  await once(socket, "connect");
  let answer = "";
  socket.setEncoding("utf8").on("data", (text: string) => {
    answer += text;
  });
  // Its body comes late.
  const head = `POST ${TOKEN_REVOCATION_PATH} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n`;
  socket.write(head.replace("host: x", `host: ${hostname}:${port}`));
  child.kill("SIGTERM");
  await waitUntil("it drains", () => log.join("").includes('"msg":"stopping"'));
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  assert.equal(child.exitCode, null);
  socket.write("{}");
  assert.equal(await statusAtEnd(child), 0);
  assert.match(answer, /^HTTP\/1\.1 400 /);
});
