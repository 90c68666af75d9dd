import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { after, test } from "node:test";
import { pino } from "pino";
import { createTestDatabaseSettings } from "../../../tests/support/database/test-database.ts";
import { newUuid } from "../../../tests/support/examples/sample-model.ts";
import { storeIsMissing } from "../../../tests/support/object-store/shared-store.ts";
import { openTestBucket } from "../../../tests/support/object-store/test-bucket.ts";
import {
  EXPIRED_CERTIFICATE,
  RENEWED_CERTIFICATE,
  RENEWED_KEY,
} from "../../../tests/support/remote-servers/dated-certificates.ts";
import {
  AUTHORITY,
  SERVER_CERTIFICATE,
  SERVER_KEY,
} from "../../../tests/support/remote-servers/self-signed.ts";
import { openPailCommand } from "../../../tests/support/server/pail-command.ts";
import { startTestApp } from "../../../tests/support/server/test-app.ts";
import { Secret } from "../../model/secret.ts";
import { requireOwnStore } from "../../storage/content/own-store.ts";
import { openDatabaseKeys } from "../../storage/keys/database-keys.ts";
import { openDatabase } from "../../storage/sql/open-database.ts";
import { openStoredObjects } from "../../storage/stored-objects/open-stored-objects.ts";
import type { Finding } from "./finding.ts";
import { lookAtCertificate } from "./look-at-certificate.ts";
import { lookAtDataFolder } from "./look-at-data-folder.ts";
import { lookAtClock, lookAtDatabase } from "./look-at-database.ts";
import { lookAtGit, lookAtPort } from "./look-at-machine.ts";
import { lookAtObjectStore } from "./look-at-object-store.ts";
import { lookAtPublicUrl } from "./look-at-public-url.ts";

const app = await startTestApp();
const behindProxy = await startTestApp({ isBehindProxy: true });
after(() => Promise.all([app.close(), behindProxy.close()]));
const pail = openPailCommand();
const folder = mkdtempSync(join(tmpdir(), "pail-doctor-"));
after(() => rmSync(folder, { recursive: true }));

const shortened = (findings: readonly Finding[]) => findings.map(({ check, state }) => `${check} ${state}`);
const port = (url: string) => Number(new URL(url).port);

test("beside a running server all is well, and each thing that is not has a remedy", async () => {
  const { dataFolder } = app.ports.config;
  const { status, stdout, stderr } = await pail.run(
    ["doctor", "--json", "--data", dataFolder, "--port", String(port(app.url)), "--public-url", app.url],
    app.ports.config.database.kind === "postgres"
      ? { DATABASE_URL: app.ports.config.database.url.reveal() }
      : {},
  );
  const { findings } = JSON.parse(stdout) as { readonly findings: readonly Finding[] };
  assert.equal(status, 0, stdout + stderr);
  const checks = findings.map(({ check }) => check);
  for (const check of [
    "settings",
    "git",
    "port",
    "data folder",
    "disk",
    "sync",
    "database",
    "clock",
    "public URL",
    "pushes",
  ])
    assert.ok(checks.includes(check), check);
  for (const { state, remedy } of findings) assert.equal(remedy !== undefined, state !== "ok");
  const database = findings.find(({ check }) => check === "database")!;
  assert.match(database.text, /^(?:SQLite|PostgreSQL) [\d.]+.* answers and has all migrations$/);
  const shown = findings.find(({ check }) => check === "port")!;
  assert.match(shown.text, /^a server of Pail answers on 127\.0\.0\.1 port \d+$/);
});

test("wrong settings are errors, and end with status 1", async () => {
  const { status, stdout } = await pail.run(["doctor", "--port", "x", "--metrics", "y"]);
  assert.equal(status, 1);
  assert.match(stdout, /^ERROR {4}settings: --port: must be .*\n.*→ .*\nERROR {4}settings: --metrics: /);
});

test("a port is free, another program's, or not of this machine", async () => {
  const other = createServer((_request, response) => response.end("hello")).listen(0, "127.0.0.1");
  await once(other, "listening");
  const taken = (other.address() as AddressInfo).port;
  const at = async (host: string, number: number) =>
    (await lookAtPort({ host, port: number, tls: undefined })).finding.text;
  assert.equal(await at("127.0.0.1", taken), `another program has 127.0.0.1 port ${taken}`);
  other.close();
  await once(other, "close");
  assert.match(await at("127.0.0.1", taken), /is free: no server listens on it$/);
  assert.match(await at("192.0.2.1", 8080), /cannot be listened on \(EADDRNOTAVAIL\)$/);
  assert.equal((await lookAtGit()).state, "ok");
});

test("a data folder that others can enter, that is none, or that is not there", async () => {
  const [open] = await lookAtDataFolder(folder);
  assert.equal(open!.state, "ok");
  chmodSync(folder, 0o755);
  assert.equal((await lookAtDataFolder(folder))[0]!.state, "warning");
  const file = join(folder, "file");
  writeFileSync(file, "");
  assert.deepEqual(shortened(await lookAtDataFolder(file)), ["data folder error"]);
  assert.deepEqual(shortened(await lookAtDataFolder(join(folder, "none"))), ["data folder ok"]);
  const [inMemory] = (await lookAtDataFolder("/dev/shm")).filter(({ check }) => check === "file system");
  assert.match(inMemory?.text ?? "", /is in memory/);
});

test("a data folder that a server has, whichever port that listens on", async () => {
  const held = mkdtempSync(join(tmpdir(), "pail-doctor-"));
  after(() => rmSync(held, { recursive: true }));
  const text = async () => (await lookAtDataFolder(held))[0]!.text;
  // As the lock's holder notes it; the id of a process that runs, and is not this one.
  writeFileSync(join(held, "server.lock-holder"), `${process.ppid}\n`);
  assert.match(await text(), new RegExp(`, and a server \\(process ${process.ppid}\\) is using it$`));
  writeFileSync(join(held, "server.lock-holder"), `${2 ** 30}\n`);
  assert.match(await text(), /is this user's alone$/);
});

test("a database that cannot be reached is an error without its password", async () => {
  const url = new Secret("postgres://pail:hunter2@127.0.0.1:1/pail");
  const { findings } = await lookAtDatabase({ database: { kind: "postgres", url } });
  assert.deepEqual(shortened(findings), ["database error"]);
  assert.ok(!JSON.stringify(findings).includes("hunter2"));
  const path = join(folder, "pail.sqlite");
  writeFileSync(path, "this is no database, but long enough to be taken for one".repeat(100));
  const damaged = await lookAtDatabase({ database: { kind: "sqlite", path } });
  assert.deepEqual(shortened(damaged.findings), ["database error"]);
  const none = await lookAtDatabase({ database: { kind: "sqlite", path: join(folder, "none.sqlite") } });
  assert.deepEqual(shortened(none.findings), ["database ok"]);
});

test("a clock is compared with others, and the worst of them is told", () => {
  const now = new Date("2026-12-01T12:00:00Z");
  const other = (seconds: number) => new Date(now.getTime() + seconds * 1000);
  assert.equal(lookAtClock(now, []).state, "ok");
  assert.equal(lookAtClock(now, [["the database", now]]).text, "as the database has it");
  assert.equal(
    lookAtClock(now, [
      ["the database", now],
      ["the public URL", now],
    ]).text,
    "as the database and the public URL have it",
  );
  assert.equal(
    lookAtClock(now, [
      ["the database", other(20)],
      ["the public URL", undefined],
    ]).state,
    "ok",
  );
  const { state, text } = lookAtClock(now, [
    ["the database", other(-3)],
    ["the public URL", other(-90)],
  ]);
  assert.deepEqual([state, text], ["warning", "90 seconds away from the clock of the public URL"]);
});

for (const [why, cert, key, publicUrl, expected] of [
  [
    "good",
    `${SERVER_CERTIFICATE}\n${AUTHORITY}`,
    SERVER_KEY,
    "https://localhost",
    ["certificate ok", "names ok", "chain warning"],
  ],
  ["of itself", RENEWED_CERTIFICATE, RENEWED_KEY, undefined, ["certificate ok", "names ok", "chain warning"]],
  [
    "expired",
    EXPIRED_CERTIFICATE,
    RENEWED_KEY,
    "https://localhost",
    ["certificate error", "names ok", "chain warning"],
  ],
  [
    "of another name",
    SERVER_CERTIFICATE,
    SERVER_KEY,
    "https://git.example",
    ["certificate ok", "names error", "chain warning"],
  ],
  [
    "mixed up",
    `${SERVER_CERTIFICATE}\n${RENEWED_CERTIFICATE}`,
    SERVER_KEY,
    undefined,
    ["certificate ok", "names ok", "chain warning"],
  ],
  ["broken", "nothing", SERVER_KEY, undefined, ["certificate error"]],
] as const) {
  test(`a certificate that is ${why}`, () => {
    const tls = { certFile: join(folder, "cert.pem"), keyFile: join(folder, "key.pem") };
    writeFileSync(tls.certFile, cert);
    writeFileSync(tls.keyFile, key, { mode: 0o600 });
    const found = lookAtCertificate({ tls, publicUrl }, new Date("2026-12-01T00:00:00Z"));
    assert.deepEqual(shortened(found), expected);
  });
}

/** Passes requests on to `target` with headers that `rewrite` has changed, and refuses larger bodies itself. */
async function startProxy(
  target: string,
  rewrite: (headers: IncomingHttpHeaders) => IncomingHttpHeaders,
  bytesMax = Number.POSITIVE_INFINITY,
) {
  const proxy = createServer(async (request, response) => {
    if (Number(request.headers["content-length"] ?? 0) > bytesMax) {
      request.resume();
      response.writeHead(413).end();
      return;
    }
    const { method, url } = request;
    // Read whole before it is passed on, as proxies do that buffer.
    const body = await buffer(request);
    const onward = httpRequest(
      target + url,
      { method, headers: rewrite({ ...request.headers }) },
      (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on("error", () => response.destroy());
    onward.end(body);
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  after(() => proxy.close());
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

const SET = (headers: IncomingHttpHeaders): IncomingHttpHeaders => ({
  ...headers,
  "x-forwarded-for": "192.0.2.9",
  "x-forwarded-host": headers.host,
  "x-forwarded-proto": "https",
});

for (const [why, target, rewrite, bytesMax, expected] of [
  [
    "sets its headers",
    behindProxy,
    SET,
    undefined,
    ["public URL ok", "proxy headers ok", "proxy headers ok", "pushes ok"],
  ],
  [
    "sets none",
    behindProxy,
    (headers: IncomingHttpHeaders) => headers,
    undefined,
    ["public URL ok", "proxy headers warning", "proxy headers error", "pushes ok"],
  ],
  ["is not declared", app, SET, undefined, ["public URL ok", "proxy headers warning", "pushes ok"]],
  [
    "drops credentials",
    app,
    ({ authorization: _, ...headers }: IncomingHttpHeaders) => headers,
    undefined,
    ["public URL ok", "proxy error", "proxy headers ok", "pushes ok"],
  ],
  [
    "refuses large bodies",
    app,
    (headers: IncomingHttpHeaders) => headers,
    1024 * 1024,
    ["public URL ok", "proxy headers ok", "pushes error"],
  ],
] as const) {
  test(`a proxy that ${why}`, async () => {
    const publicUrl = await startProxy(target.url, rewrite, bytesMax);
    const { isBehindProxy } = target.ports.config;
    const { findings } = await lookAtPublicUrl({ publicUrl, isBehindProxy }, true);
    assert.deepEqual(shortened(findings), expected, JSON.stringify(findings));
  });
}

test("a certificate of an own authority is told from a URL that leads nowhere", async () => {
  const server = createTlsServer({ cert: RENEWED_CERTIFICATE, key: RENEWED_KEY });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const publicUrl = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { findings } = await lookAtPublicUrl({ publicUrl, isBehindProxy: false }, true);
  server.close();
  assert.match(findings[0]!.remedy ?? "", /NODE_EXTRA_CA_CERTS/);
});

test("a public URL that leads nowhere, or to something else", async () => {
  const settings = { isBehindProxy: false };
  const nowhere = await lookAtPublicUrl({ ...settings, publicUrl: "http://127.0.0.1:1" }, true);
  assert.match(nowhere.findings[0]!.text, /cannot be reached from here \(ECONNREFUSED\)$/);
  const other = createServer((_request, response) => response.writeHead(302, { location: "/login" }).end());
  other.listen(0, "127.0.0.1");
  await once(other, "listening");
  const publicUrl = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  const otherwise = await lookAtPublicUrl({ ...settings, publicUrl }, true);
  assert.match(otherwise.findings[0]!.text, /answers 302, to \/login for \/-\/health, and not as Pail does$/);
  other.close();
  const asleep = await lookAtPublicUrl({ ...settings, publicUrl }, false);
  assert.deepEqual(shortened(asleep.findings), ["public URL ok"]);
  assert.deepEqual(shortened((await lookAtPublicUrl({ ...settings, publicUrl: undefined }, true)).findings), [
    "public URL warning",
  ]);
});

test("an object store is tried, with its database and keys, and what is wrong is told as a server tells it", {
  skip: storeIsMissing,
}, async () => {
  const bucket = await openTestBucket();
  const { settings: database, remove } = await createTestDatabaseSettings("postgres");
  try {
    const { settings: objectStore } = bucket;
    const sealingKey = new Secret("ab".repeat(32));
    const config = { objectStore, database, sealingKey, previousSealingKey: undefined };
    const look = async (changes: Partial<typeof config> | { readonly sealingKey: undefined } = {}) => {
      const { migrations } = await lookAtDatabase({ database });
      return lookAtObjectStore({ ...config, ...changes }, { migrations, clock: () => new Date() });
    };
    assert.deepEqual(shortened(await look()), ["object store ok", "keys ok"]);
    const store = await bucket.openStore();
    for await (const page of store.list("")) assert.deepEqual(page, [], "nothing is begun");
    const opened = await openDatabase(database);
    await requireOwnStore({ database: opened, store, newUuid });
    const log = pino({ level: "silent" });
    const objects = openStoredObjects({ database: opened, store, log });
    await openDatabaseKeys({ database: opened, objects, randomBytes, log }, config);
    await opened.close();
    const [own, keys] = await look();
    assert.match(own!.text, /does all that is needed, and is that of the database$/);
    assert.match(keys!.text, /^PAIL_SEALING_KEY opens/);
    const elsewhere = await look({ objectStore: { ...objectStore, prefix: "other" } });
    assert.deepEqual(shortened(elsewhere), ["object store error", "keys ok"]);
    assert.match(elsewhere[0]!.text, /^Cannot open s3:\S+\/other: it does not belong to this database/);
    for (const [wrong, told] of [
      [undefined, /which is not set here/],
      [new Secret("cd".repeat(32)), /is not the key that they were sealed with/],
    ] as const) {
      const found = await look({ sealingKey: wrong });
      assert.deepEqual(shortened(found), ["object store ok", "keys error"]);
      assert.match(found[1]!.text, told);
      assert.ok(!JSON.stringify(found).includes("cd".repeat(32)));
    }
    const gone = await look({ objectStore: { ...objectStore, bucket: `${objectStore.bucket}-none` } });
    assert.deepEqual(shortened(gone), ["object store error", "keys ok"]);
    assert.match(gone[0]!.text, /cannot be stored/);
    assert.match(gone[0]!.remedy!, /PAIL_OBJECT_STORE/);
  } finally {
    await bucket.close();
    await remove();
  }
});

test("without an object store none is looked at", async () => {
  const { database } = app.ports.config;
  const config = { objectStore: undefined, database, sealingKey: undefined, previousSealingKey: undefined };
  const look = lookAtObjectStore(config, { migrations: "all", clock: () => new Date() });
  assert.deepEqual(await look, []);
});
