import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import type { Secret } from "../../model/secret.ts";
import { PROXY_USER } from "../../stand-in/proxy/run-proxy.ts";
import { isNamedBy, parseNoProxy } from "../../stand-in/proxy/upstream-proxy.ts";
import { TRUST_STORE_PASSWORD, writeJavaTrustStore } from "./java-trust-store.ts";
import { writeNodePreload } from "./node-preload.ts";
import { writePythonStart } from "./python-start.ts";
import { ROOTS_VARIABLES, readCertificates, readTrustedRoots } from "./trusted-roots.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export type ChildSettings = {
  /** A folder that is the owner's alone, for what the variables name. */
  readonly folder: string;
  /** Host names that are Pail's. */
  readonly names: readonly string[];
  readonly proxyPort: number;
  readonly proxyPassword: Secret;
  /** The certificate of the run's authority, as PEM. */
  readonly authority: string;
  readonly now: Date;
  readonly credentialsFile: string;
  /** By which `pail control` finds this server. */
  readonly control: Readonly<Record<string, string>>;
  /** Whether git asks the credential helpers that are configured here. */
  readonly keepsCredentialHelpers: boolean;
};

/**
 * The environment in which clients reach the names at the proxy and trust its certificate. What is set already is kept as far as it
 * can be: lists get entries, files of roots are joined. Writes the files.
 */
export function createChildEnvironment(inherited: Environment, settings: ChildSettings): NodeJS.ProcessEnv {
  const { credentialsFile, control } = settings;
  return {
    ...withoutPailsOwn(inherited),
    ...proxyVariables(inherited, settings),
    ...rootsVariables(inherited, settings),
    ...nodeVariables(inherited, settings),
    ...pythonVariables(inherited, settings),
    ...wgetVariables(inherited, settings),
    ...javaVariables(inherited, settings),
    ...gitVariables(inherited, settings),
    PAIL_CREDENTIALS: credentialsFile,
    ...control,
  };
}

/** What `bin/pail` sets for Pail's own Node, and what an outer run has set. */
function withoutPailsOwn(inherited: Environment): Environment {
  const { PAIL_CONTROL: _control, PAIL_CREDENTIALS: _credentials, ...rest } = inherited;
  const { NODE_COMPILE_CACHE: cache, ...others } = rest;
  return cache?.endsWith(join(".cache", "pail")) === true ? others : rest;
}

function proxyVariables(inherited: Environment, { names, proxyPort, proxyPassword }: ChildSettings) {
  const url = `http://${PROXY_USER}:${proxyPassword.reveal()}@127.0.0.1:${proxyPort}`;
  const excepted = parseNoProxy(
    [inherited.no_proxy, inherited.NO_PROXY].filter((text) => text !== undefined).join(","),
  ).filter((entry) => !names.some((name) => isNamedBy(name, entry)));
  const noProxy = [...new Set(["localhost", "127.0.0.1", "::1", ...excepted])].join(",");
  const variables = ["http_proxy", "https_proxy", "all_proxy"].flatMap((name) => [name, name.toUpperCase()]);
  return {
    ...Object.fromEntries(variables.map((name) => [name, url])),
    no_proxy: noProxy,
    NO_PROXY: noProxy,
  };
}

const ROOTS_FILE = "roots.pem";

function rootsVariables(inherited: Environment, { folder, authority }: ChildSettings) {
  const roots = writeText(join(folder, ROOTS_FILE), [...readTrustedRoots(inherited), authority]);
  const php = writeText(join(folder, "php", "pail.ini"), [
    `curl.cainfo = "${roots}"`,
    `openssl.cafile = "${roots}"`,
  ]);
  return {
    ...Object.fromEntries(ROOTS_VARIABLES.map((name) => [name, roots])),
    // An empty entry is PHP's own folder.
    PHP_INI_SCAN_DIR: [inherited.PHP_INI_SCAN_DIR ?? "", join(php, "..")].join(delimiter),
  };
}

function nodeVariables(inherited: Environment, { folder, names, proxyPort, authority }: ChildSettings) {
  const inheritedRoots = inherited.NODE_EXTRA_CA_CERTS;
  const roots = inheritedRoots === undefined ? [] : readCertificates(inheritedRoots);
  const preload = writeText(join(folder, "node-preload.cjs"), [writeNodePreload(names, proxyPort)]);
  return {
    NODE_EXTRA_CA_CERTS: writeText(join(folder, "node-roots.pem"), [...new Set(roots), authority]),
    NODE_USE_ENV_PROXY: "1",
    NODE_OPTIONS: `${inherited.NODE_OPTIONS ?? ""} --require ${JSON.stringify(preload)}`.trim(),
  };
}

function pythonVariables(inherited: Environment, { folder, names, proxyPort }: ChildSettings) {
  const path = join(folder, "python");
  writeText(join(path, "sitecustomize.py"), [writePythonStart(names, proxyPort)]);
  return { PYTHONPATH: [path, ...(inherited.PYTHONPATH ? [inherited.PYTHONPATH] : [])].join(delimiter) };
}

/** Wget reads no variable for its roots, and one file of the user's own. */
function wgetVariables(inherited: Environment, { folder }: ChildSettings) {
  const own = inherited.WGETRC ?? join(inherited.HOME ?? "", ".wgetrc");
  let lines: string;
  try {
    lines = readFileSync(own, "utf8");
  } catch {
    lines = "";
  }
  return {
    WGETRC: writeText(join(folder, "wgetrc"), [lines, `ca_certificate = ${join(folder, ROOTS_FILE)}`]),
  };
}

/** Java writes JAVA_TOOL_OPTIONS to stderr, so what is secret stands in a file that they name. */
function javaVariables(
  inherited: Environment,
  { folder, proxyPort, proxyPassword, authority, now }: ChildSettings,
) {
  const trustStore = join(folder, "java-roots.jks");
  writePrivate(trustStore, writeJavaTrustStore([...readTrustedRoots(inherited), authority], now));
  const schemes = ["http", "https"];
  const options = writeText(
    join(folder, "java-options"),
    schemes.flatMap((scheme) => [
      `-D${scheme}.proxyUser=${PROXY_USER}`,
      `-D${scheme}.proxyPassword=${proxyPassword.reveal()}`,
    ]),
  );
  return {
    JAVA_TOOL_OPTIONS: [
      ...(inherited.JAVA_TOOL_OPTIONS === undefined ? [] : [inherited.JAVA_TOOL_OPTIONS]),
      ...schemes.flatMap((scheme) => [
        `-D${scheme}.proxyHost=127.0.0.1`,
        `-D${scheme}.proxyPort=${proxyPort}`,
      ]),
      "-Dhttp.nonProxyHosts=localhost|127.*|[::1]",
      `-Djavax.net.ssl.trustStore=${trustStore}`,
      "-Djavax.net.ssl.trustStoreType=JKS",
      `-Djavax.net.ssl.trustStorePassword=${TRUST_STORE_PASSWORD}`,
      // Otherwise Java sends no user name to a proxy that it asks for a tunnel.
      "-Djdk.http.auth.tunneling.disabledSchemes=",
      // Java 8 knows no such file, and goes on without.
      "-XX:+IgnoreUnrecognizedVMOptions",
      `-XX:VMOptionsFile=${options}`,
    ].join(" "),
  };
}

/**
 * Configuration in variables comes after that of all files. The helpers are left out, or git would hand them the run's tokens to keep
 * as those for the real bitbucket.org, and would send what they have for it to Pail.
 */
function gitVariables(
  inherited: Environment,
  { names, proxyPort, proxyPassword, ...settings }: ChildSettings,
) {
  const given = Number.parseInt(inherited.GIT_CONFIG_COUNT ?? "0", 10) || 0;
  const url = `http://${PROXY_USER}:${proxyPassword.reveal()}@127.0.0.1:${proxyPort}`;
  const added = [
    ["http.proxy", url],
    // Those of a URL come before all others.
    ...names.map((name) => [`http.https://${name}.proxy`, url]),
    ...(settings.keepsCredentialHelpers ? [] : [["credential.helper", ""]]),
  ];
  return {
    GIT_CONFIG_COUNT: String(given + added.length),
    ...Object.fromEntries(
      added.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${given + index}`, key],
        [`GIT_CONFIG_VALUE_${given + index}`, value],
      ]),
    ),
  };
}

function writeText(path: string, lines: readonly string[]): string {
  writePrivate(path, `${lines.join("\n")}\n`);
  return path;
}

function writePrivate(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, content, { mode: 0o600 });
}
