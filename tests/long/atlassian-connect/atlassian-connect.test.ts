import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { operatorBy } from "../../../src/authorization/operator-by.ts";
import { parseJsonWebToken, tokenProblem, writeJsonWebToken } from "../../../src/connect/json-web-token.ts";
import { writeCanonicalRequest } from "../../../src/connect/query-string-hash.ts";
import { writeTokenForApp } from "../../../src/connect/token-for-app.ts";
import type { AppDescriptor } from "../../../src/model/app.ts";
import { Secret } from "../../../src/model/secret.ts";
import { installApp } from "../../../src/operations/apps/install-app.ts";
import { uninstallApp } from "../../../src/operations/apps/uninstall-app.ts";
import { findInstallationIn } from "../../../src/storage/sql/apps/installations.ts";
import { installPublishedClient } from "../../support/clients/published-client.ts";
import { ownerOf, restAs } from "../../support/clients/rest-callers.ts";
import { startTestApp, type TestApp } from "../../support/server/test-app.ts";
import { signIn } from "../../support/server/web-client.ts";

/** Atlassian's own libraries for apps, as published. */
const packages = await installPublishedClient(import.meta.dirname);
const skip = packages.kind === "impossible" ? packages.reason : false;
// Their types are not installed where Pail's own sources are checked.
// biome-ignore lint/suspicious/noExplicitAny: packages of others, loaded where they are installed.
const load = (name: string): any =>
  packages.kind === "installed" ? createRequire(join(packages.packagesFolder, "x.js"))(name) : {};

const SECRET = "a-shared-secret-of-two-that-know-it";

describe("atlassian-jwt", { skip }, () => {
  const jwt = load("atlassian-jwt");

  test("writes the same canonical request", () => {
    for (const [method, target] of [
      ["POST", "/installed"],
      ["GET", "/"],
      ["GET", "/2.0/repositories/acme/demo/"],
      ["GET", "/2.0/repositories/acme/demo/commits?q=author%20%3D%20%22a%2Cb%22&pagelen=50"],
      ["GET", "/panel?name=x+y&a=2&a=1&jwt=left.out"],
      ["GET", "/panel?b=%C3%BC~*'()!&a=&B=1"],
      ["DELETE", "/a%20b/c&d"],
    ] as const)
      assert.equal(
        writeCanonicalRequest({ method, target }),
        jwt.createCanonicalRequest(jwt.fromMethodAndUrl(method, target)),
        target,
      );
  });

  test("leaves out the path of the base URL, as Pail does", () => {
    const baseUrl = "https://app.example.com/bitbucket";
    for (const clientKey of ["connection:7", "ari:cloud:bitbucket::app/{7}/a"]) {
      const { text } = writeTokenForApp(
        { clientKey, descriptor: { baseUrl } as AppDescriptor },
        new Secret(SECRET),
        { method: "POST", url: `${baseUrl}/webhook?a=1` },
        new Date(),
      );
      const claims = jwt.decodeSymmetric(text, SECRET, "HS256");
      assert.equal(claims.iss, clientKey);
      const request = { method: "POST", pathname: "/bitbucket/webhook", query: { a: "1" } };
      assert.equal(claims.qsh, jwt.createQueryStringHash(request, false, baseUrl));
    }
  });

  test("takes a token of Pail's, and its tokens are taken", () => {
    const now = Math.floor(Date.now() / 1_000);
    const claims = { iss: "an-app", sub: "connection:7", iat: now, exp: now + 180 };
    const ours = writeJsonWebToken(claims, new Secret(SECRET));
    assert.deepEqual(jwt.decodeSymmetric(ours, SECRET, "HS256"), claims);
    assert.throws(() => jwt.decodeSymmetric(ours, "another", "HS256"), /Signature verification failed/);
    const theirs = jwt.encodeSymmetric(claims, SECRET, "HS256");
    const problemWith = (text: string, secret = SECRET) =>
      tokenProblem(parseJsonWebToken(text)!, new Secret(secret), new Date());
    assert.equal(problemWith(theirs), undefined);
    assert.equal(problemWith(theirs, "another")?.kind, "signature");
    assert.equal(problemWith(jwt.encodeSymmetric(claims, SECRET, "HS512"))?.kind, "header");
  });
});

type ClientInfo = { readonly clientKey: string; readonly sharedSecret: string };
type HeardEvent = {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: bodies are looked into as apps do.
  readonly body: any;
  readonly clientKey: string;
};

/** An app as the documentation of atlassian-connect-express has it, which keeps what it knows in memory. */
async function startAddon() {
  const express = load("express");
  const connect = load("atlassian-connect-express");
  const store = new Map<string, ClientInfo>();
  const events: HeardEvent[] = [];
  const warnings: unknown[] = [];
  let heard = () => {};
  // The usual store is a native module, which is not compiled here.
  connect.store.register("memory-map", () => ({
    isMemoryStore: () => true,
    get: async (name: string, clientKey: string) => store.get(`${name} ${clientKey}`),
    saveInstallation: async (value: ClientInfo, clientKey: string) => {
      store.set(`clientInfo ${clientKey}`, value);
      return value;
    },
  }));
  const application = express();
  const server = createServer(application);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const localBaseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const folder = await mkdtemp(join(tmpdir(), "pail-test-"));
  const descriptor = {
    key: "connect-express-app",
    name: "Connect Express App",
    description: "For tests",
    baseUrl: "{{localBaseUrl}}",
    authentication: { type: "jwt" },
    // Nothing answers the second: the library has no route for it.
    lifecycle: { installed: "/installed", uninstalled: "/uninstalled" },
    scopes: ["account", "repository:write", "pullrequest"],
    contexts: ["account"],
    modules: { webhooks: [{ event: "repo:updated", url: "/webhook" }] },
  };
  await writeFile(join(folder, "atlassian-connect.json"), JSON.stringify(descriptor));
  const config = {
    product: "bitbucket",
    development: { localBaseUrl, watch: false, store: { adapter: "memory-map" } },
  };
  await writeFile(join(folder, "config.json"), JSON.stringify(config));
  const note = (...values: unknown[]) => void warnings.push(...values);
  const logger = { info() {}, debug() {}, warn: note, error: note };
  application.use(express.json());
  const start = process.cwd();
  // It reads both files from the folder where an app is started.
  process.chdir(folder);
  const addon = connect(application, {}, logger);
  process.chdir(start);
  addon.on("repo:updated", (name: string, body: unknown, request: { context: { clientKey: string } }) => {
    events.push({ name, body, clientKey: request.context.clientKey });
    heard();
  });
  application.get("/panel", addon.authenticate(), (request: { context: ClientInfo }, response: Answering) =>
    response.json({ clientKey: request.context.clientKey }),
  );
  return {
    key: descriptor.key,
    scopes: descriptor.scopes.join(" "),
    baseUrl: localBaseUrl,
    descriptorUrl: `${localBaseUrl}/atlassian-connect.json`,
    events,
    warnings,
    jwt: load("atlassian-jwt"),
    info: (clientKey: string) => store.get(`clientInfo ${clientKey}`),
    /** Once it has heard so many events. */
    hear: (count: number) =>
      new Promise<void>((resolve) => {
        heard = () => events.length >= count && resolve();
        heard();
      }),
    /** By the library's own client. */
    call: (clientKey: string, method: "get" | "put" | "del", options: object) =>
      new Promise<Called>((resolve, reject) => {
        const answered = (error: unknown, response: Called) => (error ? reject(error) : resolve(response));
        addon.httpClient({ clientKey })[method](options, answered);
      }),
    async close() {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true });
    },
  };
}
type Answering = { json(value: unknown): void };
// biome-ignore lint/suspicious/noExplicitAny: bodies are looked into as apps do.
type Called = { readonly statusCode: number; readonly body: any };

describe("an app on atlassian-connect-express", { skip }, () => {
  let app: TestApp;
  let addon: Awaited<ReturnType<typeof startAddon>>;
  let clientKey: string;
  before(async () => {
    app = await startTestApp({ mayReachPrivateAddresses: true }, { lookMs: 20, retryMs: [10, 10] });
    addon = await startAddon();
  });
  after(async () => {
    await addon.close();
    await app.close();
  });
  const installation = () =>
    findInstallationIn(app.ports.database.kysely, app.workspace.uuid, addon.key as never);

  test("is installed by its link", async () => {
    const browser = await signIn(app, app.owner);
    const settings = "/acme/workspace/settings/installed-apps";
    await browser.post(settings, { action: "mode", mode: "on" }, { from: settings });
    const link = `/site/addons/authorize?descriptor_uri=${encodeURIComponent(addon.descriptorUrl)}`;
    const grant = { workspace: "acme", action: "grant", scopes: addon.scopes };
    assert.equal((await browser.post(link, grant, { from: link })).status, 303);
    const installed = await installation();
    clientKey = installed!.clientKey;
    assert.equal(installed!.state, "installed");
    assert.equal(addon.info(clientKey)?.clientKey, clientKey);
  });

  test("installed again, checks the call with the secret that it has", async () => {
    const former = addon.info(clientKey)!.sharedSecret;
    await installApp(app.ports, operatorBy(app.ports), app.workspace, {
      kind: "descriptor",
      url: addon.descriptorUrl,
    });
    assert.notEqual(addon.info(clientKey)!.sharedSecret, former);
    assert.deepEqual(addon.warnings, []);
  });

  test("refuses a call that another secret signed", async () => {
    const { text } = writeTokenForApp(
      { clientKey, descriptor: { baseUrl: addon.baseUrl } as AppDescriptor },
      new Secret(SECRET),
      { method: "POST", url: `${addon.baseUrl}/webhook` },
      new Date(),
    );
    const { status } = await fetch(`${addon.baseUrl}/webhook`, {
      method: "POST",
      headers: { authorization: `JWT ${text}`, "content-type": "application/json" },
      body: "{}",
    });
    assert.equal(status, 400);
    addon.warnings.length = 0;
  });

  test("hears an event of its workspace, and knows whose it is", async () => {
    const owner = await ownerOf(app);
    const changed = await owner.rest("PUT", "/repositories/acme/demo", { description: "told" });
    assert.equal(changed.status, 200);
    await addon.hear(1);
    assert.deepEqual(addon.warnings, []);
    const [event] = addon.events;
    assert.equal(event!.clientKey, clientKey);
    assert.equal(event!.body.event, "repo:updated");
    assert.equal(event!.body.data.repository.full_name, "acme/demo");
  });

  test("calls REST by its own client", async () => {
    const read = await addon.call(clientKey, "get", {
      url: "/2.0/repositories/acme",
      qs: { q: 'name = "demo"', pagelen: 1 },
      json: true,
    });
    assert.equal(read.statusCode, 200);
    assert.deepEqual(
      read.body.values.map(({ full_name }: { full_name: string }) => full_name),
      ["acme/demo"],
    );
    const property = `/2.0/repositories/acme/demo/properties/${addon.key}/seen`;
    assert.equal((await addon.call(clientKey, "put", { url: property, json: { seen: 1 } })).statusCode, 204);
    assert.deepEqual((await addon.call(clientKey, "get", { url: property, json: true })).body, { seen: 1 });
    assert.equal((await addon.call(clientKey, "del", { url: property })).statusCode, 204);
    const outside = await addon.call(clientKey, "get", { url: "/2.0/repositories/another/x", json: true });
    assert.equal(outside.statusCode, 404);
  });

  test("gets an access token for a token of its own", async () => {
    const now = Math.floor(Date.now() / 1_000);
    const claims = {
      iss: addon.key,
      sub: clientKey,
      iat: now,
      exp: now + 180,
      qsh: addon.jwt.createQueryStringHash(addon.jwt.fromMethodAndUrl("POST", "/site/oauth2/access_token")),
    };
    const token = addon.jwt.encodeSymmetric(claims, addon.info(clientKey)!.sharedSecret, "HS256");
    const answer = await fetch(`${app.url}/site/oauth2/access_token`, {
      method: "POST",
      headers: { authorization: `JWT ${token}` },
      body: new URLSearchParams({ grant_type: "urn:bitbucket:oauth2:jwt" }),
    });
    assert.equal(answer.status, 200);
    const { access_token } = (await answer.json()) as { readonly access_token: string };
    const asApp = restAs(app, `Bearer ${access_token}`);
    assert.equal((await asApp("GET", "/repositories/acme/demo")).status, 200);
  });

  test("knows the address of a page that stands in a frame", async () => {
    const found = await installation();
    const url = `${addon.baseUrl}/panel?of=acme%2Fdemo`;
    const { text } = writeTokenForApp(
      found!,
      new Secret(addon.info(clientKey)!.sharedSecret),
      { method: "GET", url },
      new Date(),
    );
    assert.deepEqual(await (await fetch(`${url}&jwt=${text}`)).json(), { clientKey });
    assert.equal((await fetch(`${url}&other=1&jwt=${text}`)).status, 401);
  });

  test("is gone once it is uninstalled, though it does not answer the call", async () => {
    const found = await installation();
    const told = await uninstallApp(app.ports, operatorBy(app.ports), app.workspace, found!);
    assert.equal(told?.isTaken, false);
    assert.notEqual((await installation())?.state, "installed");
    assert.equal((await addon.call(clientKey, "get", { url: "/2.0/user", json: true })).statusCode, 401);
  });
});
