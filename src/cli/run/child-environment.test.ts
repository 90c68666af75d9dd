import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Secret } from "../../model/secret.ts";
import { createChildEnvironment } from "./child-environment.ts";

const folder = mkdtempSync(join(tmpdir(), "pail-environment-"));
after(() => rmSync(folder, { recursive: true }));

const certificate = (text: string) =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(text).toString("base64")}\n-----END CERTIFICATE-----`;
const PROXY = "http://run:the-password@127.0.0.1:4000";

function environmentFor(
  inherited: Readonly<Record<string, string>>,
  options: { readonly keepsCredentialHelpers?: boolean } = {},
) {
  return createChildEnvironment(inherited, {
    folder: join(folder, "files"),
    names: ["bitbucket.org", "api.bitbucket.org"],
    proxyPort: 4000,
    proxyPassword: new Secret("the-password"),
    authority: certificate("authority of the run"),
    now: new Date(0),
    credentialsFile: "/files/credentials.json",
    control: { PAIL_CONTROL: "/files/socket" },
    keepsCredentialHelpers: options.keepsCredentialHelpers ?? false,
  });
}

test("files of the run are for their owner alone", () => {
  environmentFor({});
  for (const name of readdirSync(join(folder, "files"), { recursive: true, encoding: "utf8" })) {
    const { mode } = statSync(join(folder, "files", name));
    assert.equal(mode & 0o077, 0, name);
  }
});

test("proxies are named in both cases, and no entry leads past them to the names", () => {
  const made = environmentFor({
    https_proxy: "http://other",
    NO_PROXY: "*, .ORG,intranet.example",
    no_proxy: "API.bitbucket.org:443",
  });
  for (const name of ["http_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]) assert.equal(made[name], PROXY);
  for (const name of ["no_proxy", "NO_PROXY"])
    assert.equal(made[name], "localhost,127.0.0.1,::1,intranet.example");
});

test("lists of authorities have the system's, those that were named, and the run's", () => {
  const named = join(folder, "corporate.pem");
  writeFileSync(named, `${certificate("corporate")}\n${certificate("corporate")}\n`);
  const made = environmentFor({
    REQUESTS_CA_BUNDLE: named,
    CURL_CA_BUNDLE: "/no/such/file",
    NODE_EXTRA_CA_CERTS: named,
  });
  const roots = readFileSync(made.SSL_CERT_FILE!, "utf8").match(/-----BEGIN/g)!;
  assert.equal(made.REQUESTS_CA_BUNDLE, made.SSL_CERT_FILE);
  assert.ok(roots.length > 50, `${roots.length} authorities`);
  for (const path of [made.SSL_CERT_FILE!, made.NODE_EXTRA_CA_CERTS!]) {
    const text = readFileSync(path, "utf8");
    assert.equal(text.split(certificate("corporate")).length, 2, path);
    assert.equal(text.split(certificate("authority of the run")).length, 2, path);
  }
});

test("what is configured already for Node, Java, Python and git is kept before it", () => {
  const made = environmentFor({
    NODE_OPTIONS: "--max-old-space-size=100",
    JAVA_TOOL_OPTIONS: "-Xmx100m",
    PYTHONPATH: "/own",
    PHP_INI_SCAN_DIR: "/php",
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "user.name",
    GIT_CONFIG_VALUE_0: "Ada",
  });
  assert.match(made.NODE_OPTIONS!, /^--max-old-space-size=100 --require "\S+\.cjs"$/);
  assert.match(made.JAVA_TOOL_OPTIONS!, /^-Xmx100m -D/);
  assert.match(made.PYTHONPATH!, /^\S+:\/own$/);
  assert.match(made.PHP_INI_SCAN_DIR!, /^\/php:\S+$/);
  assert.deepEqual([made.GIT_CONFIG_KEY_0, made.GIT_CONFIG_VALUE_0], ["user.name", "Ada"]);
  const last = Number(made.GIT_CONFIG_COUNT) - 1;
  assert.deepEqual(
    [made[`GIT_CONFIG_KEY_${last}`], made[`GIT_CONFIG_VALUE_${last}`]],
    ["credential.helper", ""],
  );
});

test("git's credential helpers can be left on", () => {
  const made = environmentFor({}, { keepsCredentialHelpers: true });
  assert.ok(!Object.values(made).includes("credential.helper"));
});

test("Java, which prints its options, finds the password in a file", () => {
  const made = environmentFor({});
  assert.doesNotMatch(made.JAVA_TOOL_OPTIONS!, /the-password/);
  const [, file] = /-XX:VMOptionsFile=(\S+)/.exec(made.JAVA_TOOL_OPTIONS!)!;
  assert.match(readFileSync(file!, "utf8"), /-Dhttps\.proxyPassword=the-password/);
});

test("what Pail sets for its own Node, and what an outer run has set, is not handed on", () => {
  const made = environmentFor({
    NODE_COMPILE_CACHE: "/pail/node_modules/.cache/pail",
    PAIL_CONTROL: "/outer",
    PAIL_CREDENTIALS: "/outer",
    HOME: "/home/ada",
  });
  assert.equal(made.NODE_COMPILE_CACHE, undefined);
  assert.deepEqual([made.PAIL_CONTROL, made.PAIL_CREDENTIALS], ["/files/socket", "/files/credentials.json"]);
  assert.equal(made.HOME, "/home/ada");
  assert.equal(environmentFor({ NODE_COMPILE_CACHE: "/own" }).NODE_COMPILE_CACHE, "/own");
});
