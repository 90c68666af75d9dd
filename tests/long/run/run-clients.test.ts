// Programs of other languages, with the addresses of Bitbucket in them, as their own tools build them.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { installPublishedClient } from "../../support/clients/published-client.ts";
import { installPythonClient } from "../../support/clients/python-client.ts";
import { openPailCommand } from "../../support/server/pail-command.ts";

const HERE = import.meta.dirname;
const pail = openPailCommand();

type Ended = { readonly status: number; readonly text: string };

/** With the environment of these tests: a tool of a language has its packages somewhere in it. */
function build(command: string, args: readonly string[], folder: string): Promise<Ended | undefined> {
  const { promise, resolve } = Promise.withResolvers<Ended | undefined>();
  const child = spawn(command, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
  child.on("error", () => resolve(undefined));
  child.on("close", (status) => resolve({ status: status ?? -1, text }));
  return promise;
}

/** A copy of the client's sources, so that nothing is built in the checkout. */
function copyOf(name: string): string {
  const folder = join(pail.folder, name);
  cpSync(join(HERE, name), folder, { recursive: true });
  return folder;
}

const run = (...command: readonly string[]) => runWith({}, ...command);

async function runWith(
  environment: Readonly<Record<string, string>>,
  ...command: readonly string[]
): Promise<readonly string[]> {
  const outcome = await pail.run(["run", "--offline", "--", ...command], environment);
  assert.equal(outcome.status, 0, outcome.stderr);
  assert.match(outcome.stderr, /^pail: \d+ requests?, \d refused$/m);
  return outcome.stdout.trim().split("\n");
}

test("Go: net/http and go-bitbucket", async (t) => {
  const folder = copyOf("go");
  const built = await build("go", ["build", "-o", "client", "."], folder);
  if (built === undefined) return t.skip("there is no go here");
  if (/dial tcp|no such host/.test(built.text)) return t.skip("the module proxy cannot be reached");
  assert.equal(built.status, 0, built.text);
  assert.deepEqual(await run(join(folder, "client")), ["net/http 200", "go-bitbucket acme/demo"]);
});

test("Java: HttpURLConnection, HttpClient and JGit", async (t) => {
  const folder = copyOf("java");
  const args = ["-q", "-B", "compile", "dependency:copy-dependencies", "-DoutputDirectory=target/packages"];
  const built = await build("mvn", args, folder);
  if (built === undefined) return t.skip("there is no mvn here");
  if (/Could not transfer|Unknown host/.test(built.text)) return t.skip("the repository cannot be reached");
  assert.equal(built.status, 0, built.text);
  const classes = `${join(folder, "target/classes")}:${join(folder, "target/packages")}/*`;
  assert.deepEqual(await run("java", "-cp", classes, "Clients", join(pail.folder, "by-jgit")), [
    "HttpURLConnection 200",
    "HttpClient 200",
    "JGit refs/heads/main",
  ]);
});

test("Rust: reqwest with rustls", async (t) => {
  const folder = copyOf("rust");
  const built = await build("cargo", ["build", "--quiet"], folder);
  if (built === undefined) return t.skip("there is no cargo here");
  if (/failed to download|Could not resolve host/.test(built.text))
    return t.skip("the registry cannot be reached");
  assert.equal(built.status, 0, built.text);
  assert.deepEqual(await run(join(folder, "target/debug/run-clients")), ["reqwest 200"]);
});

test("Ruby: net/http and open-uri", async (t) => {
  if ((await build("ruby", ["--version"], HERE)) === undefined) return t.skip("there is no ruby here");
  assert.deepEqual(await run("ruby", join(HERE, "clients.rb")), ["net/http 200", "open-uri 200"]);
});

test("Python: urllib, requests, httpx, aiohttp and atlassian-python-api", async () => {
  const { packagesFolder } = await installPythonClient(join(HERE, "requirements.txt"));
  assert.deepEqual(await runWith({ PYTHONPATH: packagesFolder }, "python3", join(HERE, "clients.py")), [
    "urllib 200",
    "requests 200",
    "httpx 200",
    "aiohttp 200",
    "atlassian-python-api Acme",
  ]);
});

test("Node: HTTP libraries, with their own agents too", async (t) => {
  const client = await installPublishedClient(join(HERE, "node"));
  if (client.kind === "impossible") return t.skip(client.reason);
  const lines = await run(process.execPath, join(HERE, "node", "clients.ts"), client.packagesFolder);
  assert.equal(lines.length, 12);
  for (const line of lines) assert.match(line, / 200$/);
});
