import { join, resolve } from "node:path";
import { parseEmailAddress } from "../model/account.ts";
import { Secret } from "../model/secret.ts";
import {
  type Config,
  type DatabaseSettings,
  IDENTITY_MODES,
  LOG_LEVELS,
  type ObjectStoreSettings,
  type SmtpSettings,
  type TlsSettings,
} from "./config.ts";
import type { ConfigFile, SecretVariable } from "./config-file.ts";
import {
  parseAddress,
  parseBaseUrl,
  parseByteCount,
  parseCount,
  parseDrain,
  parseEndpoint,
  parseHost,
  parseObjectStoreUrl,
  parsePort,
  parseRegion,
  parseRetentionDays,
  parseRoom,
  parseSealingKey,
  parseSwitch,
  parseTokenLife,
  parseWorkers,
} from "./parse-setting.ts";
import { API_PREFIX } from "./public-base-urls.ts";
import {
  DATABASE_URL_VARIABLE,
  DEFAULTS,
  PREVIOUS_SEALING_KEY_VARIABLE,
  SEALING_KEY_VARIABLE,
  type SettingName,
  SMTP_URL_VARIABLE,
  SQLITE_FILE,
  settingNamed,
} from "./settings.ts";

/** What the command line's parser has read. Undefined: not given. */
export type Flags = { readonly [name in SettingName]?: string | boolean | readonly string[] | undefined };

export type Environment = Readonly<Record<string, string | undefined>>;

export type ConfigOutcome =
  | { readonly kind: "config"; readonly config: Config }
  /** Each wrong setting by the flag or the variable that it came from, with what it must be. */
  | { readonly kind: "wrong"; readonly problems: readonly string[] };

/**
 * Flags, environment and configuration file become the configuration, or the list of all that is wrong in them. A flag wins
 * over a variable, and a variable over the file.
 */
export function readConfig(flags: Flags, environment: Environment, file?: ConfigFile): ConfigOutcome {
  const reader = openSettingReader(flags, environment, file);
  const dataFolder = resolve(reader.read("data", parsePath, "must be a path") ?? DEFAULTS.data);
  const { publicUrl, publicApiUrl } = readPublicUrls(reader);
  const database = readDatabase(reader, dataFolder);
  const objectStore = readObjectStore(reader, database);
  const config: Config = {
    dataFolder,
    database,
    objectStore,
    objectCacheBytesMax:
      reader.read(
        "objectCacheBytesMax",
        parseByteCount,
        "must be a number of bytes, such as 500MiB or 20GiB",
      ) ?? DEFAULTS.objectCacheBytesMax,
    objectRetentionDays:
      reader.read("objectRetention", parseRetentionDays, "must be a whole number of days from 1 to 3650") ??
      DEFAULTS.objectRetentionDays,
    sealingKey: readSealingKey(reader, SEALING_KEY_VARIABLE),
    previousSealingKey: readSealingKey(reader, PREVIOUS_SEALING_KEY_VARIABLE),
    host: reader.read("host", parseHost, "must be an IP address or a host name") ?? DEFAULTS.host,
    port: reader.read("port", parsePort, "must be a whole number from 0 to 65535") ?? DEFAULTS.port,
    tls: readTls(reader),
    identity:
      reader.read("identity", oneOf(IDENTITY_MODES), mustBeOneOf(IDENTITY_MODES)) ?? DEFAULTS.identity,
    takesBearerApiTokens: reader.read("bearerApiTokens", parseSwitch, "must be true or false") ?? true,
    oauthTokenSeconds:
      reader.read("oauthTokenLife", parseTokenLife, "must be a number of seconds from 60 to 86400") ??
      DEFAULTS.oauthTokenSeconds,
    isOauthHardened: reader.read("oauthHardened", parseSwitch, "must be true or false") ?? false,
    publicUrl,
    publicApiUrl,
    proxiedHosts: readProxiedHosts(reader, [publicUrl, publicApiUrl]),
    mayReachPrivateAddresses:
      reader.read("webhookPrivateTargets", parseSwitch, "must be true or false") ?? false,
    mayImportFromPrivateAddresses:
      reader.read("importPrivateSources", parseSwitch, "must be true or false") ?? false,
    mayCreateWorkspaces: reader.read("workspaceCreation", parseSwitch, "must be true or false") ?? true,
    isBehindProxy: reader.read("behindProxy", parseSwitch, "must be true or false") ?? false,
    logLevel: reader.read("logLevel", oneOf(LOG_LEVELS), mustBeOneOf(LOG_LEVELS)) ?? DEFAULTS.logLevel,
    packBytesMax:
      reader.read(
        "packBytesMax",
        parseByteCount,
        "must be a number of bytes, such as 500000000, 500MiB or 4GiB",
      ) ?? DEFAULTS.packBytesMax,
    addsDefaultReviewers: reader.read("addDefaultReviewers", parseSwitch, "must be true or false") ?? false,
    refusesLeakedTokens: reader.read("refuseLeakedTokens", parseSwitch, "must be true or false") ?? true,
    fetchCacheBytesMax:
      reader.read(
        "fetchCacheBytesMax",
        parseRoom,
        "must be 0 or a number of bytes, such as 500MiB or 2GiB",
      ) ?? DEFAULTS.fetchCacheBytesMax,
    hasRateLimits: reader.read("rateLimits", parseSwitch, "must be true or false") ?? false,
    failedCredentialsMax:
      reader.read("failedCredentialsMax", parseCount, "must be a whole number from 1") ??
      DEFAULTS.failedCredentialsMax,
    workers: reader.read("workers", parseWorkers, "must be a whole number from 1 to 64"),
    drainSeconds:
      reader.read("drainSeconds", parseDrain, "must be a number of seconds from 0 to 3600") ??
      (objectStore === undefined ? 0 : DEFAULTS.drainSecondsOfNode),
    databaseConnectionsMax: reader.read(
      "databaseConnectionsMax",
      parseCount,
      "must be a whole number from 1",
    ),
    smtp: readSmtp(reader),
    metrics: reader.read("metrics", parseAddress, "must be an address and a port, such as 127.0.0.1:9464"),
  };
  const { problems } = reader;
  return problems.length === 0 ? { kind: "config", config } : { kind: "wrong", problems };
}

type SettingReader = {
  readonly problems: string[];
  findSecret(variable: SecretVariable): { readonly text: string; readonly source: string } | undefined;
  /** The text that was given and where it came from. An empty variable is one that is not set. */
  find(name: SettingName): { readonly text: string; readonly source: string } | undefined;
  /** The parsed value; undefined if it was not given or is wrong, which `problems` then says. */
  read<T>(name: SettingName, parse: (text: string) => T | undefined, expectation: string): T | undefined;
};

/** Where a setting comes from, if anybody has set it. */
export function findSetting(
  name: SettingName,
  flags: Flags,
  environment: Environment,
  file: ConfigFile | undefined,
): { readonly text: string; readonly source: string } | undefined {
  const { flags: flagText, variable } = settingNamed(name);
  const flag = flags[name];
  if (flag !== undefined) return { text: String(flag), source: flagText.split(" ")[0]! };
  const text = environment[variable];
  return text === undefined || text === "" ? file?.values.get(name) : { text, source: variable };
}

/** The same of what holds a password, which no flag sets. */
export function findSecret(
  variable: SecretVariable,
  environment: Environment,
  file: ConfigFile | undefined,
): { readonly text: string; readonly source: string } | undefined {
  const text = environment[variable];
  return text === undefined || text === "" ? file?.secrets.get(variable) : { text, source: variable };
}

function openSettingReader(
  flags: Flags,
  environment: Environment,
  file: ConfigFile | undefined,
): SettingReader {
  const problems: string[] = [...(file?.problems ?? [])];
  const find = (name: SettingName) => findSetting(name, flags, environment, file);
  return {
    problems,
    find,
    findSecret: (variable) => findSecret(variable, environment, file),
    read(name, parse, expectation) {
      const given = find(name);
      if (given === undefined) return undefined;
      const value = parse(given.text);
      if (value === undefined) problems.push(`${given.source}: ${expectation}`);
      return value;
    },
  };
}

/** The files are read when the server starts: a command that works beside it needs none. */
function readTls(reader: SettingReader): TlsSettings | undefined {
  const certFile = reader.read("tlsCert", parsePath, "must be the path of a file");
  const keyFile = reader.read("tlsKey", parsePath, "must be the path of a file");
  const [cert, key] = [reader.find("tlsCert"), reader.find("tlsKey")];
  if (cert !== undefined && key === undefined)
    reader.problems.push(`${cert.source}: needs --tls-key (PAIL_TLS_KEY) beside it`);
  if (key !== undefined && cert === undefined)
    reader.problems.push(`${key.source}: needs --tls-cert (PAIL_TLS_CERT) beside it`);
  if (certFile === undefined || keyFile === undefined) return undefined;
  return { certFile: resolve(certFile), keyFile: resolve(keyFile) };
}

/** A URL that is wrong is not repeated in any message: it may hold a password. */
function readDatabase({ problems, findSecret }: SettingReader, dataFolder: string): DatabaseSettings {
  const given = findSecret(DATABASE_URL_VARIABLE);
  if (given === undefined) return { kind: "sqlite", path: join(dataFolder, SQLITE_FILE) };
  if (!/^postgres(?:ql)?:\/\//.test(given.text)) {
    problems.push(`${given.source}: must begin with postgres:// or postgresql:// (SQLite needs no URL)`);
  }
  return { kind: "postgres", url: new Secret(given.text) };
}

/** Nodes that share a store share its rows, which only PostgreSQL gives to more than one machine. */
function readObjectStore(reader: SettingReader, database: DatabaseSettings): ObjectStoreSettings | undefined {
  const place = reader.read("objectStore", parseObjectStoreUrl, "must be s3://BUCKET or s3://BUCKET/PREFIX");
  const endpoint = reader.read(
    "s3Endpoint",
    parseEndpoint,
    "must be an http or https URL without a user name, query or fragment",
  );
  const region = reader.read("s3Region", parseRegion, "must be the name of a region, such as eu-central-1");
  const forcePathStyle = reader.read("s3ForcePathStyle", parseSwitch, "must be true or false") ?? false;
  const given = reader.find("objectStore");
  if (given === undefined) {
    for (const name of ["s3Endpoint", "s3Region", "s3ForcePathStyle"] as const) {
      const alone = reader.find(name);
      if (alone !== undefined)
        reader.problems.push(
          `${alone.source}: needs an object store beside it, so set ${settingNamed("objectStore").variable}`,
        );
    }
    return undefined;
  }
  if (database.kind === "sqlite") {
    reader.problems.push(
      `${given.source}: needs PostgreSQL, so set ${DATABASE_URL_VARIABLE}: SQLite cannot be shared by nodes`,
    );
  }
  return place && { ...place, endpoint, region, forcePathStyle };
}

/** It is not repeated in a message either. Without an object store keys are files, which nothing seals. */
function readSealingKey(
  reader: SettingReader,
  variable: typeof SEALING_KEY_VARIABLE | typeof PREVIOUS_SEALING_KEY_VARIABLE,
): Secret | undefined {
  const given = reader.findSecret(variable);
  if (given === undefined) return undefined;
  const key = parseSealingKey(given.text);
  if (key === undefined)
    reader.problems.push(`${given.source}: must be 64 hex digits (openssl rand -hex 32)`);
  if (reader.find("objectStore") === undefined)
    reader.problems.push(
      `${given.source}: needs an object store beside it, so set ${settingNamed("objectStore").variable}`,
    );
  if (variable !== SEALING_KEY_VARIABLE && reader.findSecret(SEALING_KEY_VARIABLE) === undefined)
    reader.problems.push(
      `${given.source}: needs the key that takes its place, ${SEALING_KEY_VARIABLE}, beside it`,
    );
  return key === undefined ? undefined : new Secret(key);
}

/** The same holds for the URL of the mail server. */
function readSmtp(reader: SettingReader): SmtpSettings | undefined {
  const { problems } = reader;
  const from = reader.read(
    "mailFrom",
    parseEmailAddress,
    "must be an e-mail address, such as pail@example.com",
  );
  const given = reader.findSecret(SMTP_URL_VARIABLE);
  if (given === undefined) {
    if (from !== undefined)
      problems.push(`${reader.find("mailFrom")!.source}: needs ${SMTP_URL_VARIABLE} beside it`);
    return undefined;
  }
  const parsed = URL.parse(given.text);
  if (parsed === null || !/^smtps?:$/.test(parsed.protocol) || parsed.hostname === "")
    problems.push(`${given.source}: must begin with smtp:// or smtps://, and name a server`);
  if (reader.find("mailFrom") === undefined)
    problems.push(`${given.source}: needs --mail-from (PAIL_MAIL_FROM) beside it`);
  return { url: new Secret(given.text), from: from ?? "" };
}

function readPublicUrls(reader: SettingReader) {
  const expectation = "must be an http or https URL without a user name, path, query or fragment";
  const publicUrl = reader.read("publicUrl", (text) => parseBaseUrl(text), expectation);
  const publicApiUrl = reader.read(
    "publicApiUrl",
    (text) => parseBaseUrl(text, API_PREFIX),
    `${expectation}, but for ${API_PREFIX}`,
  );
  if (reader.find("publicUrl") === undefined && publicApiUrl !== undefined) {
    reader.problems.push(
      `${reader.find("publicApiUrl")!.source}: needs --public-url (PAIL_PUBLIC_URL) beside it`,
    );
  }
  return { publicUrl, publicApiUrl: publicApiUrl && publicApiUrl + API_PREFIX };
}

/** Who names a public host means this server by it, so requests that name it in absolute form are ours. */
function readProxiedHosts(
  reader: SettingReader,
  publicUrls: readonly (string | undefined)[],
): readonly string[] {
  const expectation = "must be host names, separated by commas";
  const named = reader.read("proxiedHost", parseHosts, expectation) ?? [];
  const hosts = publicUrls.flatMap((url) => (url === undefined ? [] : [new URL(url).hostname]));
  return [...new Set([...named, ...hosts])];
}

function parseHosts(text: string): readonly string[] | undefined {
  const hosts = text.split(",").map((part) => parseHost(part.trim().toLowerCase()));
  return hosts.every((host) => host !== undefined) ? hosts : undefined;
}

function parsePath(text: string): string | undefined {
  return text === "" || text.includes("\0") ? undefined : text;
}

function oneOf<T extends string>(words: readonly T[]): (text: string) => T | undefined {
  return (text) => words.find((word) => word === text);
}

function mustBeOneOf(words: readonly string[]): string {
  return `must be ${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
