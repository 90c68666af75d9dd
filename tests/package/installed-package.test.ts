// What `npm pack` makes, installed away from any checkout by somebody who has Node and git, and lets no scripts run.
import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { installPackage } from "../../packaging/install-package.ts";
import { createTestDatabaseSettings } from "../support/database/test-database.ts";
import { storeIsMissing } from "../support/object-store/shared-store.ts";
import { openTestBucket } from "../support/object-store/test-bucket.ts";
import { waitUntil, workersServe } from "../support/processes/process-table.ts";
import type { DemoCredentials } from "../support/server/pail-server.ts";
import { noteTokens } from "../support/server/token-search.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const folder = mkdtempSync(join(tmpdir(), "pail-package-"));
const project = join(folder, "project");
/** The Node of the tests and nothing else of its folder, such as the checkout's commands. */
const tools = join(folder, "tools");
const run = promisify(execFile);
let installed: Awaited<ReturnType<typeof installPackage>>;
const servers = new Set<ChildProcess>();

before(async () => {
  mkdirSync(tools);
  symlinkSync(process.execPath, join(tools, "node"));
  installed = await installPackage(project);
});

after(async () => {
  await Promise.all([...servers].map(stop));
  rmSync(folder, { recursive: true, force: true });
});

const environment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  PATH: `${tools}:/usr/local/bin:/usr/bin:/bin`,
  HOME: folder,
  LC_ALL: "C.UTF-8",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_TERMINAL_PROMPT: "0",
  GIT_AUTHOR_NAME: "Ann Author",
  GIT_AUTHOR_EMAIL: "ann@example.com",
  GIT_COMMITTER_NAME: "Ann Author",
  GIT_COMMITTER_EMAIL: "ann@example.com",
  ...more,
});

async function pail(args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<string> {
  const { stdout } = await run(installed.command, args, { cwd: folder, env: environment(more) });
  noteTokens(stdout);
  return stdout;
}

function start(args: readonly string[], more: NodeJS.ProcessEnv = {}) {
  const child = spawn(installed.command, args, { cwd: folder, env: environment(more), stdio: "pipe" });
  servers.add(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  return { child, said: () => said };
}

async function stop(child: ChildProcess): Promise<void> {
  servers.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}

async function startDemo(): Promise<DemoCredentials> {
  const file = join(folder, "credentials.json");
  const { child, said } = start([
    "demo",
    "--data",
    join(folder, "data"),
    "--port",
    "0",
    "--credentials",
    file,
  ]);
  await waitUntil("the demo answers", () => {
    assert.equal(child.exitCode, null, said());
    return said().includes("Ctrl-C");
  });
  noteTokens(said());
  return JSON.parse(readFileSync(file, "utf8"));
}

test("the command says its version and its commands, and keeps compiled code away from the package", async () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  assert.equal(await pail(["--version"]), `${version}\n`);
  assert.match(await pail(["--help"]), /^ {2}demo [\s\S]*^ {2}token /m);
  // It is kept as a text, for names that are plain.
  const inNode = { PAIL_STARTED_AS: installed.command };
  const program = join(installed.package, "dist", "start-built.js");
  const { stdout } = await run("node", [program, "--help"], { cwd: folder, env: environment(inNode) });
  assert.equal(await pail(["--help"]), stdout);
  const onPath = await run("pail", ["--help"], {
    cwd: folder,
    env: environment({ PATH: `${dirname(installed.command)}:${environment().PATH}` }),
  });
  assert.match(onPath.stdout, /^ {2}pail demo --data/m);
  assert.match(await pail(["token", "create", "--help"]), /--scope/);
  assert.ok(
    readFileSync(join(installed.package, "dist", "THIRD-PARTY-NOTICES.txt"), "utf8").includes("fastify"),
  );
});

test("what the README and messages lead to is in the package", () => {
  const readme = readFileSync(join(installed.package, "README.md"), "utf8");
  const links = [...readme.matchAll(/\]\(((?:docs\/)?[\w-]+\.md)\)/g)].map(([, link]) => link!);
  const missing = links.filter((link) => !existsSync(join(installed.package, link)));
  assert.deepEqual([...new Set(missing)], ["CONTRIBUTING.md"]);
});

test("an older Node is told so in one line", async () => {
  const older = join(folder, "older.cjs");
  writeFileSync(older, 'Object.defineProperty(process, "versions", { value: { node: "22.3.0" } });\n');
  const outcome = pail(["--version"], { NODE_OPTIONS: `--require ${older}` });
  await assert.rejects(outcome, ({ code, stderr, stdout }) => {
    assert.match(stderr, /^pail: Node 24 or newer is needed \(found: v[\d.]+\)\n$/);
    return code === 1 && stdout === "";
  });
});

test("the demo can be cloned, pushed to, read over REST and looked at, with what threads and files of the package add", async () => {
  const demo = await startDemo();
  const authorization = `Basic ${Buffer.from(`${demo.email}:${demo.token}`).toString("base64")}`;
  const repository = `${demo.api_url}/repositories/${demo.workspace}/${demo.repository}`;
  const clone = join(folder, "clone");
  const git = (...args: readonly string[]) => run("git", args, { cwd: folder, env: environment() });
  const url = new URL(`${demo.workspace}/${demo.repository}.git`, `${demo.url}/`);
  Object.assign(url, { username: "x-bitbucket-api-token-auth", password: demo.token });
  await git("clone", "-q", url.href, clone);
  writeFileSync(join(clone, "long.md"), `# Long\n\n${"A *line* of it.\n".repeat(600)}`);
  writeFileSync(join(clone, "code.ts"), "export const answer: number = 42; // a comment\n");
  await git("-C", clone, "add", ".");
  await git("-C", clone, "commit", "-qm", "Add files");
  await git("-C", clone, "push", "-q");

  // Longer than what the serving thread renders.
  const rendered = await fetch(`${repository}/src/HEAD/long.md?format=rendered`, {
    headers: { authorization },
  });
  assert.match(await rendered.text(), /<em>line<\/em>/);
  const opened = await fetch(repository, {
    method: "PUT",
    headers: { authorization, "content-type": "application/json" },
    body: '{"is_private":false}',
  });
  assert.equal(opened.status, 200);
  const page = `${demo.url}/${demo.workspace}/${demo.repository}/src/main/code.ts`;
  await waitUntil("the code has colours", async () => {
    const html = await (await fetch(page, { headers: { accept: "text/html" } })).text();
    return html.includes("export") && /<span class="\w+">export<\/span>/.test(html);
  });
  const [, stylesheet] = /href="([^"]+pail\.css[^"]*)"/.exec(await (await fetch(page)).text())!;
  assert.equal(
    (await fetch(new URL(stylesheet!, demo.url))).headers.get("content-type"),
    "text/css; charset=utf-8",
  );
  assert.equal((await fetch(repository, { method: "PATCH", headers: { authorization } })).status, 405);
  await waitUntil("the unknown operation is counted", async () =>
    /PATCH +\/repositories\/\{\}\/\{\}/.test(
      await pail(["unknown-operations", "--data", join(folder, "data")]),
    ),
  );
});

test("two workers serve from PostgreSQL", async () => {
  const database = await createTestDatabaseSettings("postgres");
  assert.ok(database.settings.kind === "postgres");
  const settings = { DATABASE_URL: database.settings.url.reveal(), PAIL_DATA: join(folder, "on-postgres") };
  await pail(["account", "create", "--email", "ada@example.com", "--username", "ada"], settings);
  const { child, said } = start(["serve", "--port", "0", "--workers", "2"], settings);
  await waitUntil("it listens", () => {
    assert.equal(child.exitCode, null, said());
    return /^Pail listens on/m.test(said());
  });
  await workersServe(child.pid!, 1);
  const [, url] = /^Pail listens on (\S+)/m.exec(said())!;
  const answers = Array.from({ length: 8 }, () =>
    fetch(`${url}/2.0/user`, { headers: { connection: "close" } }),
  );
  assert.deepEqual(
    (await Promise.all(answers)).map(({ status }) => status),
    Array.from({ length: 8 }, () => 401),
  );
  await stop(child);
  await database.remove();
});

test("serves from an object store, which it has probed", { skip: storeIsMissing }, async () => {
  const bucket = await openTestBucket();
  const database = await createTestDatabaseSettings("postgres");
  assert.ok(database.settings.kind === "postgres");
  const settings = { ...bucket.environment, DATABASE_URL: database.settings.url.reveal() };
  const { child, said } = start(["serve", "--port", "0", "--data", join(folder, "cache-of-node")], settings);
  await waitUntil("it listens", () => {
    assert.equal(child.exitCode, null, said());
    return /^Pail listens on/m.test(said());
  });
  await stop(child);
  await database.remove();
  await bucket.close();
});

test("pail/testing starts in a test of node:test, and its types are checked strictly without any other package", async () => {
  writeFileSync(
    join(project, "stand-in.test.ts"),
    `import assert from "node:assert/strict";
import { test } from "node:test";
import { type Seed, startPail } from "pail/testing";

const seed: Seed = {
  accounts: [{ email: "ada@example.com" }],
  workspaces: [{ slug: "team", owner: "ada@example.com", members: [] }],
  tokens: [{ account: "ada@example.com", name: "ci", scopes: ["read:user"] }],
};

test("the token is the account's", async () => {
  const pail = await startPail({ seed });
  const credentials: string = btoa(\`\${pail.email}:\${pail.token}\`);
  const answer = await fetch(\`\${pail.url}/2.0/user\`, { headers: { authorization: \`Basic \${credentials}\` } });
  assert.equal(answer.status, 200);
  await pail.close();
});
`,
  );
  const env = environment();
  await run(join(tools, "node"), ["--test", "stand-in.test.ts"], { cwd: project, env });
  // Of the checkout: the project has no compiler. So it finds the types of Node there too.
  const options = [
    "--strict",
    "--skipLibCheck",
    "false",
    "--module",
    "nodenext",
    "--target",
    "es2024",
    "--noEmit",
  ];
  const types = ["--typeRoots", join(ROOT, "node_modules", "@types"), "--types", "node"];
  const tsc = join(ROOT, "node_modules", ".bin", "tsc");
  // An error that is expected and does not come is an error.
  writeFileSync(
    join(project, "mistyped.ts"),
    `import { startPail } from "pail/testing";

await startPail({
  seed: {
    accounts: [{ email: "ada@example.com" }],
    // @ts-expect-error: the field is "workspaces"
    workspace: [],
  },
});
await startPail({
  // @ts-expect-error: no such permission
  seed: { workspaces: [{ slug: "team", owner: "ada", members: [{ account: "ada", permission: "reed" }] }] },
});
`,
  );
  const files = ["stand-in.test.ts", "mistyped.ts"];
  await run(tsc, [...options, ...types, ...files], { cwd: project }).catch(({ stdout }) =>
    assert.fail(stdout),
  );
});
