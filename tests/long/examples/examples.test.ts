// The examples of examples/, run as their users run them: with the package that npm pack makes, and nothing of the checkout.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { parse } from "yaml";
import { installPackage } from "../../../packaging/install-package.ts";
import { ROOT } from "../../../packaging/paths.ts";
import { parseDefinition } from "../../../src/operations/pipelines/parse-definition.ts";
import { basic } from "../../support/clients/http-request.ts";
import { installPublishedClient } from "../../support/clients/published-client.ts";
import { installPythonClient } from "../../support/clients/python-client.ts";
import { waitUntil } from "../../support/processes/process-table.ts";
import { type Action, runAction } from "./run-action.ts";

const EXAMPLES = join(ROOT, "examples");
const folder = mkdtempSync(join(tmpdir(), "pail-examples-"));
const project = join(folder, "project");
const run = promisify(execFile);
let environment: NodeJS.ProcessEnv;
let installed: Awaited<ReturnType<typeof installPackage>>;

before(async () => {
  installed = await installPackage(project);
  const path = [dirname(installed.command), dirname(process.execPath), process.env.PATH].join(delimiter);
  // A test runner within a test runner reports to the outer one.
  const { NODE_TEST_CONTEXT: _, ...outer } = process.env;
  environment = { ...outer, PATH: path };
});
// Servers that are ending may still write.
after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }));

/** A copy of the example in the project, where it finds the package. */
function copyOf(name: string): string {
  const copy = join(project, name);
  cpSync(join(EXAMPLES, name), copy, { recursive: true });
  return copy;
}

function lend(packagesFolder: string, ...names: readonly string[]): void {
  for (const name of names) {
    const link = join(project, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(packagesFolder, name), link);
  }
}

async function output(command: string, args: readonly string[], cwd: string): Promise<string> {
  const options = { cwd, env: environment, timeout: 240_000, maxBuffer: 16 * 1024 ** 2 };
  const { stdout, stderr } = await run(command, args, options).catch(({ stdout, stderr, message }) =>
    assert.fail(`${message}\n${stdout}\n${stderr}`),
  );
  return `${stdout}${stderr}`;
}

/** With the compiler and the types of Node of the checkout. */
function checkTypes(copy: string): Promise<string> {
  const options = ["--strict", "--module", "nodenext", "--target", "esnext", "--noEmit", "--skipLibCheck"];
  const types = ["--typeRoots", join(ROOT, "node_modules", "@types"), "--types", "node"];
  const sources = ["--allowImportingTsExtensions", "--ignoreConfig"];
  const tsc = join(ROOT, "node_modules", ".bin", "tsc");
  return output("sh", ["-c", '"$@" *.ts', "sh", tsc, ...options, ...types, ...sources], copy);
}

test("node-test: files of tests side by side", async () => {
  const copy = copyOf("node-test");
  await checkTypes(copy);
  const said = await output("npm", ["test", "--silent"], copy);
  assert.match(said, /^ℹ pass 3$/m, said);
});

test("vitest: workers side by side", async (t) => {
  const client = await installPublishedClient(import.meta.dirname);
  if (client.kind === "impossible") return t.skip(client.reason);
  lend(client.packagesFolder, "vitest");
  const copy = copyOf("vitest");
  await checkTypes(copy);
  const vitest = join(project, "node_modules", "vitest", "vitest.mjs");
  const said = await output(process.execPath, [vitest, "run", "--no-color"], copy);
  assert.match(said, /Test Files +2 passed \(2\)\n +Tests +3 passed \(3\)/, said);
});

test("testcontainers: with a server in the place of the container, as its command and its files say", async (t) => {
  const client = await installPublishedClient(import.meta.dirname);
  if (client.kind === "impossible") return t.skip(client.reason);
  lend(client.packagesFolder, "testcontainers");
  const copy = copyOf("testcontainers");
  await checkTypes(copy);
  const { PailContainer, StartedPailContainer } = await import(join(copy, "pail-container.ts"));
  const container = new PailContainer("pail").withSeed(parse(readFileSync(join(copy, "seed.yaml"), "utf8")));
  const place = await openInPlaceOfContainer(container);
  try {
    const pail = await StartedPailContainer.open(place.started);
    const status = async () => {
      const authorization = basic(pail.credentials.email, pail.credentials.tokens.ci);
      const answer = await fetch(`${pail.getApiUrl()}/repositories/team/site`, {
        headers: { authorization },
      });
      await answer.arrayBuffer();
      return answer.status;
    };
    assert.equal(await status(), 200);
    await pail.control("clock", "advance", "31d");
    assert.equal(await status(), 401);
    await pail.reset();
    assert.equal(await status(), 200);
    await assert.rejects(pail.control("clock", "advance", "soon"), /soon/);
  } finally {
    await place.close();
  }
});

/** What of a container is asked of a started one, from a server on this machine: there is no engine for containers here. */
async function openInPlaceOfContainer(container: object) {
  const root = join(folder, "root");
  mkdirSync(root);
  const contents: readonly { readonly content: string; readonly target: string }[] = Reflect.get(
    container,
    "contentsToCopy",
  );
  for (const { content, target } of contents) writeFileSync(join(root, target), content);
  const here = (text: string) => text.replace(/(?<![\w.])\/(?=data\b|seed\b)/g, `${root}/`);
  const command: readonly string[] = Reflect.get(container, "createOpts").Cmd;
  const env = { ...environment, PAIL_DATA: join(root, "data"), PAIL_PORT: "0" };
  const child = spawn("pail", command.map(here), { env, stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const wait: { readonly message: RegExp } = Reflect.get(container, "waitStrategy");
  await waitUntil("the server has said what the container waits for", () => {
    assert.equal(child.exitCode, null, said);
    return wait.message.test(said);
  });
  const { port } = new URL(/^Pail listens on (\S+)$/m.exec(said)![1]!);
  const started = {
    getHost: () => "127.0.0.1",
    getMappedPort: () => Number(port),
    exec: ([program, ...args]: readonly [string, ...string[]]) =>
      run(program, args.map(here), { env }).then(
        ({ stdout, stderr }) => ({ exitCode: 0, stdout, stderr }),
        ({ code, stdout, stderr }) => ({ exitCode: code, stdout, stderr }),
      ),
  };
  return {
    started,
    async close() {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    },
  };
}

test("python: fixtures of pytest", async () => {
  const copy = copyOf("python");
  const { packagesFolder } = await installPythonClient(join(copy, "requirements.txt"));
  environment = { ...environment, PYTHONPATH: packagesFolder };
  const said = await output("python3", ["-m", "pytest", "-q"], copy);
  assert.match(said, /^4 passed/m, said);
});

test("go: go test within pail run", async (t) => {
  const copy = copyOf("go");
  if ((await run("go", ["version"]).catch(() => undefined)) === undefined)
    return t.skip("there is no go here");
  const said = await output("pail", ["run", "--seed", "seed.yaml", "--", "go", "test", "-v", "./..."], copy);
  assert.match(said, /--- PASS: TestABranchIsNew/, said);
  assert.match(said, /--- PASS: TestATokenExpires/, said);
});

test("github-action: its steps as a runner runs them, and then a step of the job", async () => {
  const copy = copyOf("github-action");
  const [tarball] = (await output("sh", ["-c", "ls ../*.tgz"], copy)).trim().split("\n");
  const action = parse(readFileSync(join(copy, "pail", "action.yml"), "utf8")) as Action;
  const job = await runAction(action, {
    inputs: { package: join(copy, tarball!), seed: "seed.yaml" },
    workspace: copy,
    temporaryFolder: join(folder, "runner"),
    // Without the command that is installed for the other tests.
    environment: { ...environment, PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}` },
  });
  try {
    assert.match(job.outputs.url!, /^http:\/\/127\.0\.0\.1:\d+$/);
    const { tokens } = JSON.parse(readFileSync(job.outputs.credentials!, "utf8"));
    assert.ok(job.masked.includes(tokens.ci), "the token is masked in logs");
    await job.run("./check.sh", { PAIL_URL: job.outputs.url! });
  } finally {
    await job.end();
  }

  const wrong = runAction(action, {
    inputs: { package: join(copy, tarball!), seed: "nothing.yaml" },
    workspace: copy,
    temporaryFolder: join(folder, "other-runner"),
    environment,
  });
  await assert.rejects(wrong, /nothing\.yaml/);
});

/** Stands for `npm test`: the project of the user is none of ours. */
const READS = `git ls-remote "$ADDRESS" | grep refs/heads/main`;

test("bitbucket-pipelines: pail run, and a container that a step starts", async () => {
  const copy = copyOf("bitbucket-pipelines");
  const text = readFileSync(join(copy, "bitbucket-pipelines.yml"), "utf8");
  assert.equal((await parseDefinition(text)).kind, "parsed");
  const [{ parallel }] = parse(text).pipelines.default;
  const [byRun, byContainer] = parallel.map(
    ({ step }: { step: { script: readonly string[]; "after-script"?: readonly string[] } }) => step,
  );

  const field = (name: string) => `$(node -p 'require(process.env.PAIL_CREDENTIALS).${name}')`;
  const runLine = byRun.script.at(-1);
  assert.equal(runLine, "npx pail run --seed seed.yaml -- npm test");
  const address = `ADDRESS="https://x-bitbucket-api-token-auth:${field("token")}@bitbucket.org/team/site"`;
  environment = { ...environment, COMMAND: `${address}\n${READS}` };
  assert.match(await output("sh", ["-c", runLine.replace("npm test", 'sh -c "$COMMAND"')], copy), /main/);

  const tools = join(folder, "tools");
  mkdirSync(tools);
  writeFileSync(join(tools, "docker"), DOCKER, { mode: 0o755 });
  const lines = byContainer.script.map((line: string) => {
    if (line === "npm ci") return "true";
    if (line !== "npm test") return line;
    return `address=${field("url")}
      ADDRESS="http://x-bitbucket-api-token-auth:${field("token")}@\${address#http://}/team/site"
      ${READS}
      docker exec pail pail control reset --control /data/control/socket`;
  });
  const state = join(folder, "docker");
  mkdirSync(state);
  environment = {
    ...environment,
    PATH: `${tools}${delimiter}${environment.PATH}`,
    STATE: state,
    IMAGE: "registry.example.com/pail",
  };
  try {
    assert.match(await output("bash", ["-ec", lines.join("\n")], copy), /refs\/heads\/main/);
    assert.match(await output("bash", ["-ec", byContainer["after-script"]!.join("\n")], copy), /Ctrl-C/);
  } finally {
    process.kill(Number(readFileSync(join(state, "pid"), "utf8")));
  }
});

/** What the step asks of Docker, with a server of this machine in the place of the container: there is no engine here. */
const DOCKER = `#!/bin/bash
set -eu
export PAIL_DATA=$STATE/data PAIL_PORT=0
within() { sed "s#/data/#$STATE/data/#g; s#/seed.yaml#$STATE/seed.yaml#g" <<<"$1"; }
case $1 in
  create) while [ "$1" != "$IMAGE" ]; do shift; done; shift; for each; do within "$each"; done >"$STATE/command" ;;
  cp) cp "$2" "$(within "\${3#pail:}")" ;;
  start) mapfile -t command <"$STATE/command"; pail "\${command[@]}" >"$STATE/log" 2>&1 & echo $! >"$STATE/pid" ;;
  exec) shift 2; command=(); for each; do command+=("$(within "$each")"); done; "\${command[@]}" ;;
  logs) cat "$STATE/log" ;;
esac
`;
