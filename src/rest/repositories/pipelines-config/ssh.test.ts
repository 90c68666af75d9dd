import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { after, test } from "node:test";
import { ownerOf, restAs } from "../../../../tests/support/clients/rest-callers.ts";
import { startTestApp } from "../../../../tests/support/server/test-app.ts";
import { KNOWN_HOSTS_MAX } from "../../../operations/pipelines/known-hosts.ts";
import { openSealed } from "../../../storage/keys/seal.ts";
import { listAuditEvents } from "../../../storage/sql/audit/audit-events.ts";

const app = await startTestApp();
after(() => app.close());
const { rest } = await ownerOf(app);
const { kysely } = app.ports.database;
const SSH = "/repositories/acme/demo/pipelines_config/ssh";
// GitHub's, whose fingerprints are published.
const KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
const PUBLIC_KEY = `ssh-ed25519 ${KEY} build@example.com`;
const INSIDE = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU";
const PRIVATE_KEY = `-----BEGIN OPENSSH PRIVATE KEY-----\n${INSIDE}\n-----END OPENSSH PRIVATE KEY-----\n`;

test("a key pair is set, replaced, shown without its private key, which is sealed, and deleted", async () => {
  const missing = await rest("GET", `${SSH}/key_pair`);
  assert.deepEqual([missing.status, missing.json.error.message], [404, "Not found"]);
  const shown = { type: "pipeline_ssh_key_pair", public_key: PUBLIC_KEY };
  for (const _again of [1, 2]) {
    const set = await rest("PUT", `${SSH}/key_pair`, { private_key: PRIVATE_KEY, public_key: PUBLIC_KEY });
    assert.deepEqual([set.status, set.json], [200, shown]);
  }
  assert.deepEqual((await rest("GET", `${SSH}/key_pair/`)).json, shown);
  const row = await kysely.selectFrom("pipeline_key_pair").selectAll().executeTakeFirstOrThrow();
  assert.ok(!row.sealed_private_key.includes(INSIDE));
  const place = { purpose: "pail pipeline private keys", owner: app.repository.uuid };
  const opened = openSealed(await app.ports.keys.get("pipelines"), place, row.sealed_private_key);
  assert.equal(opened.toString(), PRIVATE_KEY);
  const [event] = await listAuditEvents(kysely, { limit: 1 });
  assert.equal(event!.action, "pipeline-key-pair.set");
  assert.ok(!JSON.stringify(event).includes(INSIDE));
  const statuses = [];
  for (const method of ["DELETE", "GET", "DELETE"])
    statuses.push((await rest(method, `${SSH}/key_pair`)).status);
  assert.deepEqual(statuses, [204, 404, 404]);
});

for (const [what, body, field] of [
  ["no private key", { public_key: PUBLIC_KEY }, "private_key"],
  ["a private key that is none", { private_key: "secret", public_key: PUBLIC_KEY }, "private_key"],
  ["a public key that is none", { private_key: PRIVATE_KEY, public_key: "ssh-ed25519 AAAA" }, "public_key"],
  ["its private key as both", { private_key: PRIVATE_KEY, public_key: PRIVATE_KEY }, "public_key"],
] as const) {
  test(`a key pair with ${what} is refused`, async () => {
    const { status, json, text } = await rest("PUT", `${SSH}/key_pair`, body);
    assert.deepEqual([status, Object.keys(json.error.fields)], [400, [field]]);
    assert.ok(!text.includes(INSIDE));
    assert.equal((await rest("GET", `${SSH}/key_pair`)).status, 404);
  });
}

const HOSTS = `${SSH}/known_hosts`;
const host = (hostname: string, public_key: object = { key_type: "ssh-ed25519", key: KEY }) => ({
  type: "",
  hostname,
  public_key,
});

test("a known host is created, shown with its fingerprints, changed and deleted", async () => {
  const made = await rest("POST", HOSTS, host("[example.com]:22"));
  assert.equal(made.status, 201, made.text);
  const { uuid, public_key } = made.json;
  assert.deepEqual(public_key, {
    type: "pipeline_ssh_public_key",
    key_type: "ssh-ed25519",
    key: KEY,
    md5_fingerprint: "65:96:2d:fc:e8:d5:a9:11:64:0c:0f:ea:00:6e:5b:bd",
    sha256_fingerprint: "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU",
  });
  const url = `${app.url}/2.0${HOSTS}/${encodeURIComponent(uuid)}`;
  assert.equal(made.headers.get("location"), url);
  assert.deepEqual((await rest("GET", url)).json, made.json);
  assert.equal((await rest("POST", HOSTS, host("[EXAMPLE.com]:22"))).status, 409);
  const changed = await rest("PUT", url, host("[example.com]"));
  assert.deepEqual(changed.json, { ...made.json, hostname: "[example.com]" });
  assert.deepEqual((await rest("GET", HOSTS)).json.values, [changed.json]);
  const statuses = [];
  for (const method of ["DELETE", "GET", "DELETE"]) statuses.push((await rest(method, url)).status);
  assert.deepEqual(statuses, [204, 404, 404]);
});

for (const [what, body, field] of [
  ["no name", { public_key: { key_type: "ssh-ed25519", key: KEY } }, "hostname"],
  ["a name with a space", host("a b"), "hostname"],
  ["a name that Bitbucket knows", host("GitHub.com"), "hostname"],
  ["a name and port that Bitbucket knows", host("[bitbucket.org]:22"), "hostname"],
  ["no key", { hostname: "h" }, "public_key"],
  ["another key type", host("h", { key_type: "ssh-rsa", key: KEY }), "public_key"],
  ["an unknown key type", host("h", { key_type: "ssh-new", key: KEY }), "public_key"],
  ["a comment behind its key", host("h", { key_type: "ssh-ed25519", key: `${KEY} c` }), "public_key"],
] as const) {
  test(`a known host with ${what} is refused`, async () => {
    const { status, json } = await rest("POST", HOSTS, body);
    assert.deepEqual([status, Object.keys(json.error.fields)], [400, [field]]);
    if (what === "a name that Bitbucket knows")
      assert.equal(
        json.error.message,
        "hostname-not-allowed: SSH for this hostname is already configured by Bitbucket",
      );
    assert.equal((await rest("GET", HOSTS)).json.size, 0);
  });
}

test(`a repository has at most ${KNOWN_HOSTS_MAX} known hosts, in pages`, async () => {
  for (let number = 0; number < KNOWN_HOSTS_MAX; number += 1)
    assert.equal((await rest("POST", HOSTS, host(`h${number}`))).status, 201);
  assert.equal((await rest("POST", HOSTS, host("more"))).status, 409);
  const { json } = await rest("GET", `${HOSTS}?page=10&pagelen=11`);
  assert.deepEqual([json.size, json.values.length, json.next], [KNOWN_HOSTS_MAX, 1, undefined]);
});

test("the documents of OpenID Connect are there for everyone, and name one key", async () => {
  const anyone = restAs(app);
  const issuer = `${app.url}/2.0/workspaces/acme/pipelines-config/identity/oidc`;
  const { status, json } = await anyone("GET", `${issuer}/.well-known/openid-configuration`);
  assert.deepEqual([status, json.issuer, json.jwks_uri], [200, issuer, `${issuer}/keys.json`]);
  assert.deepEqual(json.id_token_signing_alg_values_supported, ["RS256"]);
  const { keys } = (await anyone("GET", json.jwks_uri)).json;
  assert.equal(keys.length, 1);
  assert.deepEqual([keys[0].use, keys[0].alg, keys[0].d], ["sig", "RS256", undefined]);
  const published = createPublicKey({ key: keys[0], format: "jwk" });
  assert.ok(published.equals(createPublicKey((await app.ports.keys.get("oidc")).reveal())));
  for (const path of ["/.well-known/openid-configuration", "/keys.json"]) {
    const other = await anyone("GET", `${issuer.replace("/acme/", "/none/")}${path}`);
    assert.deepEqual([other.status, other.json.error.message], [404, "No workspace with identifier 'none'."]);
  }
});

test("variables of users and teams are refused for whoever sends a credential", async () => {
  for (const path of [`/users/{${app.owner.uuid}}`, "/teams/acme"])
    for (const [method, below] of [
      ["GET", ""],
      ["POST", ""],
      ["DELETE", `/{${app.owner.uuid}}`],
    ] as const) {
      const url = `${path}/pipelines_config/variables${below}`;
      const refused = await rest(method, url);
      assert.equal(refused.status, 403);
      const text = "This resource does not support authentication using the provided token";
      assert.equal(refused.json.error.message, text);
      assert.equal((await restAs(app)(method, url)).status, 401);
    }
});
