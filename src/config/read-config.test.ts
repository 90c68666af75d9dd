import assert from "node:assert/strict";
import { resolve } from "node:path";
import { test } from "node:test";
import { inspect } from "node:util";
import { Secret } from "../model/secret.ts";
import { type Environment, type Flags, readConfig } from "./read-config.ts";
import { SETTINGS } from "./settings.ts";

function configOf(flags: Flags, environment: Environment = {}) {
  const outcome = readConfig(flags, environment);
  assert.ok(outcome.kind === "config", inspect(outcome));
  return outcome.config;
}

function problemsOf(flags: Flags, environment: Environment = {}): readonly string[] {
  const outcome = readConfig(flags, environment);
  assert.ok(outcome.kind === "wrong", inspect(outcome));
  return outcome.problems;
}

test("nothing is needed", () => {
  assert.deepEqual(configOf({}), {
    dataFolder: resolve("data"),
    database: { kind: "sqlite", path: resolve("data/pail.sqlite") },
    objectStore: undefined,
    objectCacheBytesMax: 20 * 1024 ** 3,
    objectRetentionDays: 7,
    sealingKey: undefined,
    previousSealingKey: undefined,
    host: "127.0.0.1",
    port: 8080,
    tls: undefined,
    identity: "strict",
    takesBearerApiTokens: true,
    oauthTokenSeconds: 7_200,
    isOauthHardened: false,
    publicUrl: undefined,
    publicApiUrl: undefined,
    proxiedHosts: [],
    isBehindProxy: false,
    mayReachPrivateAddresses: false,
    mayImportFromPrivateAddresses: false,
    mayCreateWorkspaces: true,
    logLevel: "info",
    packBytesMax: 4 * 1024 ** 3,
    fetchCacheBytesMax: 2 * 1024 ** 3,
    hasRateLimits: false,
    failedCredentialsMax: 100,
    workers: undefined,
    drainSeconds: 0,
    databaseConnectionsMax: undefined,
    smtp: undefined,
    metrics: undefined,
    refusesLeakedTokens: true,
    addsDefaultReviewers: false,
  });
});

const GIVEN = {
  dataFolder: "/srv/pail",
  database: { kind: "postgres", url: new Secret("postgres://pail:hunter2@db/pail") },
  objectStore: {
    bucket: "pail-objects",
    prefix: "main/1",
    endpoint: "https://s3.example.com",
    region: "eu-central-1",
    forcePathStyle: true,
  },
  objectCacheBytesMax: 3 * 1024 ** 2,
  objectRetentionDays: 30,
  sealingKey: new Secret("0a".repeat(32)),
  previousSealingKey: new Secret("0b".repeat(32)),
  host: "::1",
  port: 0,
  tls: { certFile: "/etc/pail/cert.pem", keyFile: "/etc/pail/key.pem" },
  identity: "lenient",
  takesBearerApiTokens: false,
  oauthTokenSeconds: 600,
  isOauthHardened: true,
  publicUrl: "https://git.example.com",
  publicApiUrl: "https://api.example.com:8443/2.0",
  proxiedHosts: ["one.example", "two.example", "git.example.com", "api.example.com"],
  isBehindProxy: true,
  mayReachPrivateAddresses: true,
  mayImportFromPrivateAddresses: true,
  mayCreateWorkspaces: false,
  logLevel: "silent",
  packBytesMax: 500 * 1024 ** 2,
  fetchCacheBytesMax: 0,
  hasRateLimits: true,
  failedCredentialsMax: 7,
  workers: 3,
  drainSeconds: 20,
  databaseConnectionsMax: 20,
  smtp: { url: new Secret("smtps://pail:hunter2@mail.example.com"), from: "pail@example.com" },
  metrics: { host: "::1", port: 9464 },
  refusesLeakedTokens: false,
  addsDefaultReviewers: true,
};

const FLAGS: Flags = {
  data: "/srv/pail",
  host: "::1",
  port: "0",
  tlsCert: "/etc/pail/cert.pem",
  tlsKey: "/etc/pail/key.pem",
  identity: "lenient",
  bearerApiTokens: false,
  oauthTokenLife: "600",
  oauthHardened: true,
  publicUrl: "https://git.example.com/",
  publicApiUrl: "https://api.example.com:8443/2.0/",
  proxiedHost: ["one.example", "Two.Example"],
  behindProxy: true,
  webhookPrivateTargets: true,
  importPrivateSources: true,
  workspaceCreation: false,
  logLevel: "silent",
  packBytesMax: "500MiB",
  fetchCacheBytesMax: "0",
  rateLimits: true,
  failedCredentialsMax: "7",
  workers: "3",
  drainSeconds: "20",
  databaseConnectionsMax: "20",
  objectStore: "s3://pail-objects/main/1/",
  s3Endpoint: "https://s3.example.com/",
  s3Region: "eu-central-1",
  s3ForcePathStyle: true,
  objectCacheBytesMax: "3MiB",
  objectRetention: "30",
  mailFrom: "pail@example.com",
  metrics: "[::1]:9464",
  refuseLeakedTokens: false,
  addDefaultReviewers: true,
};

const ENVIRONMENT: Environment = {
  PAIL_DATA: "/srv/pail",
  PAIL_HOST: "::1",
  PAIL_PORT: "0",
  PAIL_TLS_CERT: "/etc/pail/cert.pem",
  PAIL_TLS_KEY: "/etc/pail/key.pem",
  PAIL_IDENTITY: "lenient",
  PAIL_BEARER_API_TOKENS: "false",
  PAIL_OAUTH_TOKEN_LIFE: "600",
  PAIL_OAUTH_HARDENED: "true",
  PAIL_PUBLIC_URL: "https://git.example.com",
  PAIL_PUBLIC_API_URL: "https://api.example.com:8443",
  PAIL_PROXIED_HOSTS: "one.example, two.example",
  PAIL_BEHIND_PROXY: "yes",
  PAIL_WEBHOOK_PRIVATE_TARGETS: "yes",
  PAIL_IMPORT_PRIVATE_SOURCES: "true",
  PAIL_WORKSPACE_CREATION: "no",
  PAIL_LOG_LEVEL: "silent",
  PAIL_PACK_BYTES_MAX: String(500 * 1024 ** 2),
  PAIL_FETCH_CACHE_BYTES_MAX: "0",
  PAIL_RATE_LIMITS: "true",
  PAIL_FAILED_CREDENTIALS_MAX: "7",
  PAIL_WORKERS: "3",
  PAIL_DRAIN_SECONDS: "20",
  PAIL_DATABASE_CONNECTIONS_MAX: "20",
  PAIL_OBJECT_STORE: "s3://pail-objects/main/1",
  PAIL_S3_ENDPOINT: "https://s3.example.com",
  PAIL_S3_REGION: "eu-central-1",
  PAIL_S3_FORCE_PATH_STYLE: "true",
  PAIL_OBJECT_CACHE_BYTES_MAX: String(3 * 1024 ** 2),
  PAIL_OBJECT_RETENTION: "30",
  PAIL_MAIL_FROM: "pail@example.com",
  PAIL_METRICS: "[::1]:9464",
  PAIL_REFUSE_LEAKED_TOKENS: "false",
  PAIL_ADD_DEFAULT_REVIEWERS: "true",
};

/** By the environment only. */
const SMTP: Environment = { PAIL_SMTP_URL: "smtps://pail:hunter2@mail.example.com" };
const SEALING: Environment = {
  PAIL_SEALING_KEY: "0A".repeat(32),
  PAIL_PREVIOUS_SEALING_KEY: "0b".repeat(32),
};
const POSTGRES: Environment = { DATABASE_URL: "postgres://pail:hunter2@db/pail" };

test("every setting is a flag and a variable", () => {
  assert.deepEqual(Object.keys(FLAGS).sort(), SETTINGS.map(({ name }) => name).sort());
  assert.deepEqual(Object.keys(ENVIRONMENT).sort(), SETTINGS.map(({ variable }) => variable).sort());
  assert.deepEqual(configOf(FLAGS, { ...SMTP, ...SEALING, ...POSTGRES }), GIVEN);
  assert.deepEqual(configOf({}, { ...ENVIRONMENT, ...SMTP, ...SEALING, ...POSTGRES }), GIVEN);
});

test("the sealing key is one of 32 bytes, and printed nowhere", () => {
  const config = configOf({ objectStore: "s3://bucket" }, { ...SEALING, ...POSTGRES });
  assert.equal(config.sealingKey?.reveal(), "0a".repeat(32));
  assert.equal(config.previousSealingKey?.reveal(), "0b".repeat(32));
  assert.doesNotMatch(inspect(config) + JSON.stringify(config), /0a0a|0b0b/i);
});

test("a flag outranks its variable, and an empty variable is none", () => {
  assert.equal(configOf({ port: "1" }, { PAIL_PORT: "not looked at" }).port, 1);
  assert.equal(configOf({}, { PAIL_PORT: "", DATABASE_URL: "" }).port, 8080);
});

test("PAIL_SMTP_URL names a mail server, as a secret", () => {
  const { smtp } = configOf({ mailFrom: "pail@example.com" }, SMTP);
  assert.equal(smtp?.url.reveal(), SMTP.PAIL_SMTP_URL);
  assert.doesNotMatch(inspect(smtp) + JSON.stringify(smtp), /hunter2/);
});

test("DATABASE_URL names a PostgreSQL database, as a secret", () => {
  const { database } = configOf({}, { DATABASE_URL: "postgres://pail:hunter2@db/pail" });
  assert.ok(database.kind === "postgres");
  assert.equal(database.url.reveal(), "postgres://pail:hunter2@db/pail");
  assert.doesNotMatch(inspect(database) + JSON.stringify(database), /hunter2/);
});

for (const [flags, environment, ...problems] of [
  [{ data: "" }, {}, /^--data: must be a path$/],
  [{ host: "two words" }, {}, /^--host: must be an IP address or a host name$/],
  [{}, { PAIL_HOST: "-x.example" }, /^PAIL_HOST: /],
  [{ port: "65536" }, {}, /^--port: must be a whole number from 0 to 65535$/],
  [{ port: "80a" }, {}, /^--port: /],
  [{ port: "-1" }, {}, /^--port: /],
  [{}, { PAIL_PORT: "eighty" }, /^PAIL_PORT: /],
  [{ identity: "loose" }, {}, /^--identity: must be strict or lenient$/],
  [{}, { PAIL_BEARER_API_TOKENS: "perhaps" }, /^PAIL_BEARER_API_TOKENS: must be true or false$/],
  [{ publicUrl: "git.example.com" }, {}, /^--public-url: must be an http or https URL/],
  [{ publicUrl: "ftp://git.example.com" }, {}, /^--public-url: /],
  [{ publicUrl: "https://git.example.com/pail" }, {}, /^--public-url: /],
  [{ publicUrl: "https://git.example.com?x" }, {}, /^--public-url: /],
  [{ publicUrl: "https://a:hunter2@git.example.com" }, {}, /^--public-url: /],
  [
    { publicApiUrl: "https://api.example.com/3.0", publicUrl: "https://x.example" },
    {},
    /^--public-api-url: .*2\.0$/,
  ],
  [{ publicApiUrl: "https://api.example.com" }, {}, /^--public-api-url: needs --public-url/],
  [{ proxiedHost: ["one.example", "http://two"] }, {}, /^--proxied-host: must be host names/],
  [{}, { PAIL_BEHIND_PROXY: "2" }, /^PAIL_BEHIND_PROXY: must be true or false$/],
  [{ logLevel: "loud" }, {}, /^--log-level: must be trace, debug, info, warn, error or silent$/],
  [{ oauthTokenLife: "59" }, {}, /^--oauth-token-life: must be a number of seconds from 60 to 86400$/],
  [{ oauthTokenLife: "86401" }, {}, /^--oauth-token-life: /],
  [{ failedCredentialsMax: "0" }, {}, /^--failed-credentials-max: must be a whole number from 1$/],
  [{ workers: "0" }, {}, /^--workers: must be a whole number from 1 to 64/],
  [{ workers: "65" }, {}, /^--workers: /],
  [{ drainSeconds: "3601" }, {}, /^--drain-seconds: must be a number of seconds from 0 to 3600$/],
  [{ databaseConnectionsMax: "0" }, {}, /^--database-connections-max: must be a whole number from 1$/],
  [{ mailFrom: "pail" }, { PAIL_SMTP_URL: "smtp://mail" }, /^--mail-from: must be an e-mail address/],
  [{ mailFrom: "pail@example.com" }, {}, /^--mail-from: needs PAIL_SMTP_URL beside it$/],
  [{}, { PAIL_SMTP_URL: "smtp://mail" }, /^PAIL_SMTP_URL: needs --mail-from/],
  [
    { mailFrom: "pail@example.com" },
    { PAIL_SMTP_URL: "https://a:hunter2@mail" },
    /^PAIL_SMTP_URL: must begin with smtp/,
  ],
  [{ tlsCert: "a.pem" }, {}, /^--tls-cert: needs --tls-key \(PAIL_TLS_KEY\) beside it/],
  [{}, { PAIL_TLS_KEY: "a.pem" }, /^PAIL_TLS_KEY: needs --tls-cert/],
  [{ metrics: "9464" }, {}, /^--metrics: must be an address and a port/],
  [{ metrics: "::1:9464" }, {}, /^--metrics: /],
  [{ fetchCacheBytesMax: "-1" }, {}, /^--fetch-cache-bytes-max: must be 0 or a number of bytes/],
  [{}, { PAIL_REFUSE_LEAKED_TOKENS: "perhaps" }, /^PAIL_REFUSE_LEAKED_TOKENS: must be true or false$/],
  [{ packBytesMax: "0" }, {}, /^--pack-bytes-max: must be a number of bytes/],
  [{ packBytesMax: "4 TB" }, {}, /^--pack-bytes-max: /],
  [{ packBytesMax: "9007199254740993" }, {}, /^--pack-bytes-max: /],
  [{}, { DATABASE_URL: "mysql://u:hunter2@db/x" }, /^DATABASE_URL: must begin with postgres:\/\//],
  [{ objectStore: "https://bucket/" }, POSTGRES, /^--object-store: must be s3:\/\/BUCKET or s3:/],
  [{ objectStore: "s3://bucket/a//b" }, POSTGRES, /^--object-store: must be s3/],
  [{ objectStore: "s3://bucket/../b" }, POSTGRES, /^--object-store: must be s3/],
  [{}, { PAIL_OBJECT_STORE: "s3://b", ...POSTGRES }, /^PAIL_OBJECT_STORE: must be s3/],
  [
    {},
    { PAIL_OBJECT_STORE: "s3://bucket" },
    /^PAIL_OBJECT_STORE: needs PostgreSQL, so set DATABASE_URL: SQLite cannot be shared by nodes$/,
  ],
  [
    { objectStore: "s3://bucket" },
    { PAIL_S3_ENDPOINT: "https://a:hunter2@s3.example.com", ...POSTGRES },
    /^PAIL_S3_ENDPOINT: must be an http or https URL without a user name/,
  ],
  [{ objectStore: "s3://bucket", s3Region: "eu/1" }, POSTGRES, /^--s3-region: must be the name of a region/],
  [
    { objectStore: "s3://bucket" },
    { PAIL_S3_FORCE_PATH_STYLE: "perhaps", ...POSTGRES },
    /^PAIL_S3_FORCE_PATH_STYLE: must be true or false$/,
  ],
  [
    { s3Region: "eu-central-1" },
    { PAIL_S3_ENDPOINT: "https://s3.example.com" },
    /^PAIL_S3_ENDPOINT: needs an object store beside it, so set PAIL_OBJECT_STORE$/,
    /^--s3-region: needs an object store/,
  ],
  [
    { objectStore: "s3://bucket" },
    { PAIL_SEALING_KEY: "hunter2", ...POSTGRES },
    /^PAIL_SEALING_KEY: must be 64 hex digits \(openssl rand -hex 32\)$/,
  ],
  [
    {},
    { PAIL_SEALING_KEY: "0a".repeat(32) },
    /^PAIL_SEALING_KEY: needs an object store beside it, so set PAIL_OBJECT_STORE/,
  ],
  [
    { objectStore: "s3://bucket" },
    { PAIL_PREVIOUS_SEALING_KEY: "0a".repeat(32), ...POSTGRES },
    /^PAIL_PREVIOUS_SEALING_KEY: needs the key that takes its place, PAIL_SEALING_KEY, beside it$/,
  ],
  [{ objectRetention: "0" }, {}, /^--object-retention: must be a whole number of days from 1 to 3650$/],
  [{ objectRetention: "3651" }, {}, /^--object-retention: must be/],
  [{ objectCacheBytesMax: "0" }, {}, /^--object-cache-bytes-max: must be a number of bytes/],
  [{ port: "x", logLevel: "y" }, { PAIL_HOST: "?" }, /^PAIL_HOST/, /^--port/, /^--log-level/],
] as readonly (readonly [Flags, Environment, ...RegExp[]])[]) {
  test(`refuses ${inspect({ ...flags, ...environment })}`, () => {
    const found = problemsOf(flags, environment);
    assert.equal(found.length, problems.length, found.join("\n"));
    for (const [index, problem] of problems.entries()) assert.match(found[index]!, problem);
    assert.doesNotMatch(found.join("\n"), /hunter2/);
  });
}
