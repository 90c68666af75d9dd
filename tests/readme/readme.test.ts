// A stranger has the README alone: every command block of it is run in order, in a copy of the checkout, as it stands. Only
// the port is another one, since 8080 may be taken here.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { noteTokens } from "../support/server/token-search.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const README = readFileSync(join(ROOT, "README.md"), "utf8");
const LEFT_OUT = new Set(["node_modules", ".git", "data", "dist"]);

const work = mkdtempSync(join(tmpdir(), "pail-readme-"));
const checkout = join(work, "pail");
const [start, ...blocks] = [...README.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text]) => text!);
let server: ChildProcess | undefined;

after(() => {
  if (server?.pid !== undefined && server.exitCode === null) process.kill(-server.pid, "SIGTERM");
  rmSync(work, { recursive: true, force: true });
});

/** What a person's shell has: nothing of the npm that runs these tests, but how to reach the registry. */
function personEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_|NODE_|TEST_|PAIL_|INIT_CWD|DATABASE_URL)/.test(name) ||
      /^npm_config_(registry|cache|userconfig|cafile)$/.test(name),
  );
  const path = (process.env.PATH ?? "").split(":").filter((folder) => !folder.includes("node_modules"));
  return {
    ...Object.fromEntries(kept),
    PATH: path.join(":"),
    npm_config_prefer_offline: "true",
    PAIL_PORT: "0",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_AUTHOR_NAME: "Ann Author",
    GIT_AUTHOR_EMAIL: "ann@example.com",
    GIT_COMMITTER_NAME: "Ann Author",
    GIT_COMMITTER_EMAIL: "ann@example.com",
  };
}

/** Runs the block of the start, which ends only with the server. @returns where it listens. */
async function startServer(script: string): Promise<string> {
  const child = spawn("bash", ["-c", script], { cwd: checkout, env: personEnvironment(), detached: true });
  server = child;
  let said = "";
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const url = /^Pail listens on (\S+)$/m.exec(said)?.[1];
      if (url !== undefined && said.includes("Ctrl-C")) resolve(url);
    });
  child.once("close", (status) => reject(new Error(`ended with ${status}: ${said}`)));
  const url = await promise;
  noteTokens(said);
  return url;
}

test("the README fits a reader's patience, and has no block that cannot be run here", () => {
  assert.ok(README.split("\n").length <= 200);
  assert.equal(start, "npm ci && npm start\n");
  assert.equal([...README.matchAll(/^```/gm)].length, 2 * (blocks.length + 1), "every block is of sh");
});

test("every file that the README and docs/ link to is there", () => {
  for (const folder of ["", "docs"]) {
    for (const name of readdirSync(join(ROOT, folder)).filter((each) => each.endsWith(".md"))) {
      const text = readFileSync(join(ROOT, folder, name), "utf8");
      for (const [, link] of text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g))
        assert.ok(existsSync(join(ROOT, folder, link!)), `${name}: ${link}`);
    }
  }
});

test("every command block of the README does what it says, in order", async () => {
  cpSync(ROOT, checkout, { recursive: true, filter: (path) => !LEFT_OUT.has(basename(path)) });
  const url = await startServer(start!);
  const script = blocks.join("\n").replaceAll("127.0.0.1:8080", new URL(url).host);
  const child = spawn(
    "bash",
    ["-e", "-o", "pipefail", "-c", script.replaceAll("curl ", "curl --fail-with-body -sS ")],
    {
      cwd: checkout,
      env: personEnvironment(),
    },
  );
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const [status] = await once(child, "close");
  noteTokens(stdout);
  assert.equal(status, 0, `${stdout}\n${stderr}`);
  assert.match(stdout, /"message":\s*"Say hello/);
  assert.match(stdout, /"name":\s*"topic"/);
  assert.match(stdout, /Created workspace team/);
  assert.match(stdout, /^ATATT3xFfGF0\S+$/m);
});

test("the three lines that docs/stand-in.md begins with work", async () => {
  const text = readFileSync(join(ROOT, "docs", "stand-in.md"), "utf8");
  const [, script] = /^# .*\n\n```sh\nnpm ci\n(.*\n.*\n)```$/m.exec(text)!;
  const child = spawn("bash", ["-e", "-c", script!], { cwd: checkout, env: personEnvironment() });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      said += chunk;
    });
  const [status] = await once(child, "close");
  assert.equal(status, 0, said);
  assert.match(said, /"subject_types|"repository"/);
  assert.match(said, /^Cloning into 'demo'/m);
  assert.equal(said.match(/pail: \d+ requests?, \d+ refused$/gm)?.length, 2, said);
});

test("the CI job of docs/stand-in.md runs as it stands, beside a checkout in ./pail", async () => {
  const text = readFileSync(join(ROOT, "docs", "stand-in.md"), "utf8");
  const [, script] = /^```sh\n(#!\/bin\/sh\n.*?)^```$/ms.exec(text)!;
  const { PAIL_PORT: _port, ...env } = personEnvironment();
  const child = spawn("sh", ["-c", script!], { cwd: work, env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      said += chunk;
    });
  const [status] = await once(child, "close");
  noteTokens(said);
  assert.equal(status, 0, said);
  assert.match(said, /"hash"/);
});
