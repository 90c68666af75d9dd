// The examples of deploy/, started: needs nginx, caddy and systemd-analyze, as Debian has them
// (apt-get install nginx-light caddy systemd). What is not there fails, and says so.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request as httpsRequest } from "node:https";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parse } from "yaml";
import type { Finding } from "../../src/cli/doctor/finding.ts";
import { basic, readAnswer } from "../support/clients/http-request.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { waitUntil } from "../support/processes/process-table.ts";
import { AUTHORITY, SERVER_CERTIFICATE, SERVER_KEY } from "../support/remote-servers/self-signed.ts";
import { openPailCommand } from "../support/server/pail-command.ts";
import { startTestApp } from "../support/server/test-app.ts";

const DEPLOY = join(import.meta.dirname, "..", "..", "deploy");
const folder = mkdtempSync(join(tmpdir(), "pail-proxies-"));
const [certFile, keyFile, authorityFile] = ["cert.pem", "key.pem", "authority.pem"].map((name) =>
  join(folder, name),
) as [string, string, string];
writeFileSync(certFile, `${SERVER_CERTIFICATE}\n${AUTHORITY}\n`);
writeFileSync(keyFile, SERVER_KEY);
writeFileSync(authorityFile, AUTHORITY);

const app = await startTestApp({ isBehindProxy: true });
const upstream = `127.0.0.1:${new URL(app.url).port}`;
const git = openRealGit();
const pail = openPailCommand();
const children: ChildProcess[] = [];
after(async () => {
  for (const child of children) {
    if (child.exitCode !== null) continue;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  }
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
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

function start(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): void {
  const child = spawn(command, args, {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "inherit", "inherit"],
  });
  children.push(child);
}

async function startNginx(port: number): Promise<void> {
  const site = adapt("nginx.conf", [
    ["listen 443 ssl http2;", `listen 127.0.0.1:${port} ssl http2;`],
    ["listen 80;", `listen 127.0.0.1:${await freePort()};`],
    ["server_name git.example.com;", "server_name localhost;"],
    ["/etc/letsencrypt/live/git.example.com/fullchain.pem", certFile],
    ["/etc/letsencrypt/live/git.example.com/privkey.pem", keyFile],
    ["http://127.0.0.1:8080", `http://${upstream}`],
  ]);
  const prefix = join(folder, "nginx");
  mkdirSync(join(prefix, "body"), { recursive: true });
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${join(prefix, "body", name)};`)
    .join("\n");
  writeFileSync(
    join(prefix, "nginx.conf"),
    `daemon off; pid ${join(prefix, "pid")}; error_log stderr warn; events {}\nhttp { access_log off; ${paths}\n${site}}\n`,
  );
  start("nginx", ["-p", prefix, "-c", join(prefix, "nginx.conf")]);
}

async function startCaddy(port: number): Promise<void> {
  const site = adapt("Caddyfile", [["reverse_proxy", `tls ${certFile} ${keyFile}\n\treverse_proxy`]]);
  const file = join(folder, "Caddyfile");
  writeFileSync(
    file,
    `{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n\tdefault_bind 127.0.0.1\n}\n${site}`,
  );
  start("caddy", ["run", "--config", file, "--adapter", "caddyfile"], {
    PAIL_SITE: `https://localhost:${port}`,
    PAIL_UPSTREAM: upstream,
    XDG_DATA_HOME: folder,
    XDG_CONFIG_HOME: folder,
  });
}

type Sent = {
  readonly headers?: Record<string, string>;
  readonly method?: string;
  readonly firstBytes?: Buffer;
};

function ask(port: number, path: string, { headers = {}, method = "GET", firstBytes }: Sent = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<typeof readAnswer>>>();
  const options = { host: "localhost", family: 4, port, path, method, headers, ca: AUTHORITY, agent: false };
  const request = httpsRequest(options, (message) => {
    readAnswer(message).then(resolve, reject);
  }).on("error", reject);
  if (firstBytes === undefined) request.end();
  else request.write(firstBytes);
  return promise.finally(() => request.destroy());
}

/** Larger than any buffer on the way. */
const PUSH_BYTES = 40 * 1024 * 1024;

for (const [name, startProxy] of [
  ["nginx", startNginx],
  ["caddy", startCaddy],
] as const) {
  test(`${name}: REST, a large push and a clone go through, with the addresses and names of clients`, async () => {
    const port = await freePort();
    await startProxy(port);
    await waitUntil(`${name} answers`, () =>
      ask(port, "/-/health").then(
        ({ status }) => status === 200,
        () => false,
      ),
    );
    const token = await app.token();
    const authorization = basic("owner@example.com", token);
    const answer = await ask(port, "/2.0/repositories/acme/demo", { headers: { authorization } });
    const { links } = JSON.parse(answer.text) as { links: Record<string, { href: string }> };
    assert.equal(links.self!.href, `https://localhost:${port}/2.0/repositories/acme/demo`);

    const forged = {
      "x-forwarded-for": "203.0.113.7",
      "x-forwarded-host": "forged.example",
      "x-forwarded-proto": "http",
    };
    const seen = JSON.parse((await ask(port, "/-/health?seen", { headers: forged })).text) as {
      seen: object;
    };
    assert.deepEqual(seen.seen, {
      url: `https://localhost:${port}`,
      address: "127.0.0.1",
      forwarded: ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"],
      has_authorization: false,
    });

    // Answered before its end: a proxy that collects bodies first would wait for the rest of it.
    const early = await ask(port, "/acme/demo.git/git-receive-pack", {
      method: "POST",
      headers: {
        "content-type": "application/x-git-receive-pack-request",
        "content-length": String(PUSH_BYTES),
      },
      firstBytes: Buffer.alloc(64 * 1024),
    });
    assert.equal(early.status, 401);

    const environment = { GIT_SSL_CAINFO: authorityFile };
    const url = `https://x-bitbucket-api-token-auth:${token}@localhost:${port}/acme/demo.git`;
    const work = git.newPath(`work-${name}`);
    await git.out(["init", "-q", "-b", name, work]);
    writeFileSync(join(work, "large"), randomBytes(PUSH_BYTES));
    await git.out(["add", "large"], { folder: work });
    await git.out(["commit", "-q", "-m", "large"], { folder: work });
    await git.out(["push", "-q", url, name], { folder: work, environment });
    const clone = git.newPath(`clone-${name}`);
    await git.out(["clone", "-q", "-b", name, url, clone], { environment });
    assert.ok(readFileSync(join(clone, "large")).equals(readFileSync(join(work, "large"))));

    const args = [
      "doctor",
      "--json",
      "--data",
      app.ports.config.dataFolder,
      "--port",
      upstream.split(":")[1]!,
    ];
    const database = app.ports.config.database;
    const { stdout } = await pail.run(
      [...args, "--behind-proxy", "--public-url", `https://localhost:${port}`],
      {
        NODE_EXTRA_CA_CERTS: authorityFile,
        ...(database.kind === "postgres" ? { DATABASE_URL: database.url.reveal() } : {}),
      },
    );
    const { findings } = JSON.parse(stdout) as { readonly findings: readonly Finding[] };
    const ofProxy = findings.filter(({ check }) => ["public URL", "proxy headers", "pushes"].includes(check));
    assert.equal(ofProxy.length, 4, stdout);
    for (const { state, text } of ofProxy) assert.equal(state, "ok", text);
  });
}

async function outputOf(command: string, args: readonly string[]): Promise<{ status: number; text: string }> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
    });
  const [status] = (await once(child, "close")) as [number];
  return { status, text };
}

test("systemd takes the unit, and rates it as little exposed", async () => {
  const unit = join(folder, "pail.service");
  writeFileSync(unit, adapt("pail.service", [["/usr/local/bin/pail", "/bin/true"]]));
  const verified = await outputOf("systemd-analyze", ["verify", unit]);
  assert.deepEqual(verified, { status: 0, text: "" });
  const { text } = await outputOf("systemd-analyze", ["security", "--offline=yes", "--no-pager", unit]);
  const level = Number(/Overall exposure level for pail\.service: ([\d.]+)/.exec(text)?.[1]);
  assert.ok(level <= 2, text);
});

test("the composition is YAML with a server that cannot write to its image", () => {
  type Service = {
    readonly read_only?: boolean;
    readonly cap_drop?: readonly string[];
    readonly volumes?: readonly string[];
  };
  const { services } = parse(readFileSync(join(DEPLOY, "compose.yaml"), "utf8")) as {
    services: Record<string, Service>;
  };
  const { pail: server } = services;
  assert.equal(server?.read_only, true);
  assert.deepEqual([server?.cap_drop, server?.volumes], [["ALL"], ["pail:/data"]]);
});

test("groff, mandoc and the shells take what is written for them", async () => {
  const pages = join(pail.folder, "man");
  const { stdout } = await pail.run(["man", "--output", pages]);
  assert.match(stdout, /^\d+ pages/);
  for (const page of ["pail.1", "pail-token.1", "pail-serve.1"]) {
    const groff = await outputOf("groff", ["-man", "-Tutf8", "-ww", "-z", join(pages, page)]);
    assert.deepEqual(groff, { status: 0, text: "" });
    const mandoc = await outputOf("mandoc", ["-T", "lint", "-W", "error", join(pages, page)]);
    assert.deepEqual(mandoc, { status: 0, text: "" });
  }
  for (const shell of ["zsh", "fish"]) {
    const script = join(folder, `pail.${shell}`);
    writeFileSync(script, (await pail.run(["completion", shell])).stdout);
    assert.deepEqual(await outputOf(shell, ["-n", script]), { status: 0, text: "" });
  }
});
