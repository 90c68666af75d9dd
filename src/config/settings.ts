import type { Config } from "./config.ts";

/** A setting's name as a flag, in camel case: what the command line's parser calls it. */
export type SettingName =
  | "data"
  | "host"
  | "port"
  | "tlsCert"
  | "tlsKey"
  | "identity"
  | "bearerApiTokens"
  | "oauthTokenLife"
  | "oauthHardened"
  | "publicUrl"
  | "publicApiUrl"
  | "proxiedHost"
  | "behindProxy"
  | "webhookPrivateTargets"
  | "importPrivateSources"
  | "workspaceCreation"
  | "logLevel"
  | "packBytesMax"
  | "refuseLeakedTokens"
  | "addDefaultReviewers"
  | "fetchCacheBytesMax"
  | "rateLimits"
  | "failedCredentialsMax"
  | "workers"
  | "drainSeconds"
  | "databaseConnectionsMax"
  | "objectStore"
  | "s3Endpoint"
  | "s3Region"
  | "s3ForcePathStyle"
  | "objectCacheBytesMax"
  | "objectRetention"
  | "mailFrom"
  | "metrics";

export type Setting = {
  readonly name: SettingName;
  /** As in a help text: `--port <number>`. */
  readonly flags: string;
  /** The environment variable, which a flag overrides. */
  readonly variable: string;
  readonly description: string;
  /** What holds when neither is given, in words for people. */
  readonly fallback?: string;
  readonly isRepeatable?: true;
};

/** Holds a password, so it comes by the environment only: arguments are seen by everyone on the machine. */
export const DATABASE_URL_VARIABLE = "DATABASE_URL";

/** Holds a password too, as a rule. */
export const SMTP_URL_VARIABLE = "PAIL_SMTP_URL";

/** A secret itself. */
export const SEALING_KEY_VARIABLE = "PAIL_SEALING_KEY";
export const PREVIOUS_SEALING_KEY_VARIABLE = "PAIL_PREVIOUS_SEALING_KEY";

/** Found in the data folder, if no other file is named. */
export const CONFIG_FILE = "pail.yaml";
export const CONFIG_VARIABLE = "PAIL_CONFIG";

export const SQLITE_FILE = "pail.sqlite";

const GIB = 1024 ** 3;

export const DEFAULTS = {
  data: "./data",
  host: "127.0.0.1",
  port: 8080,
  identity: "strict",
  logLevel: "info",
  packBytesMax: 4 * GIB,
  fetchCacheBytesMax: 2 * GIB,
  objectCacheBytesMax: 20 * GIB,
  objectRetentionDays: 7,
  oauthTokenSeconds: 7_200,
  failedCredentialsMax: 100,
  databaseConnectionsMax: 64,
  drainSecondsOfNode: 5,
} as const satisfies Record<string, string | number> & Pick<Config, "identity" | "logLevel">;

/** Every setting but the database's, in the order of the help text. */
export const SETTINGS: readonly Setting[] = [
  {
    name: "data",
    flags: "--data <folder>",
    variable: "PAIL_DATA",
    description: "the folder for repositories, keys and the SQLite database",
    fallback: DEFAULTS.data,
  },
  {
    name: "host",
    flags: "--host <address>",
    variable: "PAIL_HOST",
    description: "the address to listen on",
    fallback: DEFAULTS.host,
  },
  {
    name: "port",
    flags: "--port <number>",
    variable: "PAIL_PORT",
    description: "the port to listen on; 0 picks a free one",
    fallback: String(DEFAULTS.port),
  },
  {
    name: "tlsCert",
    flags: "--tls-cert <file>",
    variable: "PAIL_TLS_CERT",
    description:
      "the certificate for HTTPS in PEM, followed by those of its authorities; read again when it changes. Needs --tls-key",
    fallback: "plain HTTP",
  },
  {
    name: "tlsKey",
    flags: "--tls-key <file>",
    variable: "PAIL_TLS_KEY",
    description: "the private key of --tls-cert in PEM, without a passphrase",
  },
  {
    name: "identity",
    flags: "--identity <mode>",
    variable: "PAIL_IDENTITY",
    description:
      "which user names a token accepts. strict: those that Bitbucket accepts; lenient: any name of the account",
    fallback: DEFAULTS.identity,
  },
  {
    name: "bearerApiTokens",
    flags: "--no-bearer-api-tokens",
    variable: "PAIL_BEARER_API_TOKENS",
    description: "refuse API tokens sent as Bearer (the variable: true or false)",
    fallback: "accepted",
  },
  {
    name: "oauthTokenLife",
    flags: "--oauth-token-life <seconds>",
    variable: "PAIL_OAUTH_TOKEN_LIFE",
    description: "how long an access token of OAuth lives, in seconds, from 60 to 86400",
    fallback: String(DEFAULTS.oauthTokenSeconds),
  },
  {
    name: "oauthHardened",
    flags: "--oauth-hardened",
    variable: "PAIL_OAUTH_HARDENED",
    description:
      "take only the very callback that an OAuth consumer has registered, and ask consumers that are not private for PKCE, which Bitbucket does not (the variable: true or false)",
    fallback: "no",
  },
  {
    name: "publicUrl",
    flags: "--public-url <url>",
    variable: "PAIL_PUBLIC_URL",
    description:
      "the base URL that people use; links begin with it, and requests for other host names are refused",
    fallback: "the host name of each request",
  },
  {
    name: "publicApiUrl",
    flags: "--public-api-url <url>",
    variable: "PAIL_PUBLIC_API_URL",
    description: "the base URL of the REST API, if it has a host name of its own",
    fallback: "/2.0 below the public URL",
  },
  {
    name: "proxiedHost",
    flags: "--proxied-host <name>",
    variable: "PAIL_PROXIED_HOSTS",
    description:
      "one more host name to answer for, even to clients that use Pail as their HTTP proxy. The names of this machine, of Bitbucket and of the public URLs are always answered (repeatable; the variable: a comma-separated list)",
    isRepeatable: true,
  },
  {
    name: "behindProxy",
    flags: "--behind-proxy",
    variable: "PAIL_BEHIND_PROXY",
    description:
      "trust X-Forwarded-* headers; the proxy in front must set them (the variable: true or false)",
    fallback: "no",
  },
  {
    name: "webhookPrivateTargets",
    flags: "--webhook-private-targets",
    variable: "PAIL_WEBHOOK_PRIVATE_TARGETS",
    description: "allow webhooks to private, loopback and link-local addresses (the variable: true or false)",
    fallback: "no",
  },
  {
    name: "importPrivateSources",
    flags: "--import-private-sources",
    variable: "PAIL_IMPORT_PRIVATE_SOURCES",
    description:
      "allow imports on the pages from private, loopback and link-local addresses (the variable: true or false)",
    fallback: "no",
  },
  {
    name: "workspaceCreation",
    flags: "--no-workspace-creation",
    variable: "PAIL_WORKSPACE_CREATION",
    description:
      "let only the operator create workspaces, on the command line; otherwise every account may, on the pages (the variable: true or false)",
    fallback: "every account may",
  },
  {
    name: "logLevel",
    flags: "--log-level <level>",
    variable: "PAIL_LOG_LEVEL",
    description: "trace, debug, info, warn, error or silent",
    fallback: DEFAULTS.logLevel,
  },
  {
    name: "packBytesMax",
    flags: "--pack-bytes-max <size>",
    variable: "PAIL_PACK_BYTES_MAX",
    description: "the largest pack in one push, in bytes or as a number with KiB, MiB or GiB",
    fallback: "4GiB",
  },
  {
    name: "refuseLeakedTokens",
    flags: "--no-refuse-leaked-tokens",
    variable: "PAIL_REFUSE_LEAKED_TOKENS",
    description: "accept pushes that contain an API token of this server (the variable: true or false)",
    fallback: "refused",
  },
  {
    name: "addDefaultReviewers",
    flags: "--add-default-reviewers",
    variable: "PAIL_ADD_DEFAULT_REVIEWERS",
    description:
      "add the default reviewers to pull requests that are created over REST without a list of reviewers, which Bitbucket does on its pages alone (the variable: true or false)",
    fallback: "not added",
  },
  {
    name: "fetchCacheBytesMax",
    flags: "--fetch-cache-bytes-max <size>",
    variable: "PAIL_FETCH_CACHE_BYTES_MAX",
    description:
      "disk space for cached responses to fetches, in bytes or as a number with KiB, MiB or GiB; 0 turns the cache off",
    fallback: "2GiB",
  },
  {
    name: "rateLimits",
    flags: "--rate-limits",
    variable: "PAIL_RATE_LIMITS",
    description:
      "limit requests per hour as Bitbucket does: per account, or per address if there is no credential (the variable: true or false)",
    fallback: "no",
  },
  {
    name: "failedCredentialsMax",
    flags: "--failed-credentials-max <number>",
    variable: "PAIL_FAILED_CREDENTIALS_MAX",
    description:
      "failed authentications from one address in ten minutes, after which further ones get 429; valid credentials always work",
    fallback: String(DEFAULTS.failedCredentialsMax),
  },
  {
    name: "workers",
    flags: "--workers <number>",
    variable: "PAIL_WORKERS",
    description: "how many processes serve, 1 to 64",
    fallback: "the number of cores, at most 64; for demo, 1",
  },
  {
    name: "drainSeconds",
    flags: "--drain-seconds <number>",
    variable: "PAIL_DRAIN_SECONDS",
    description:
      "how long the server goes on serving after SIGTERM, while /-/ready answers 503, so that a proxy sends requests elsewhere",
    fallback: `${DEFAULTS.drainSecondsOfNode} with an object store, else 0`,
  },
  {
    name: "databaseConnectionsMax",
    flags: "--database-connections-max <number>",
    variable: "PAIL_DATABASE_CONNECTIONS_MAX",
    description:
      "connections to PostgreSQL for all processes of the server together; at least one for each worker",
    fallback: "64, but no more than 10 per process",
  },
  {
    name: "objectStore",
    flags: "--object-store <url>",
    variable: "PAIL_OBJECT_STORE",
    description: `where the objects of repositories lie, as s3://BUCKET or s3://BUCKET/PREFIX, for many nodes at once. Needs PostgreSQL (${DATABASE_URL_VARIABLE}); credentials are found as the SDK of AWS finds them, such as in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`,
    fallback: "the data folder",
  },
  {
    name: "s3Endpoint",
    flags: "--s3-endpoint <url>",
    variable: "PAIL_S3_ENDPOINT",
    description: "the URL of the object store, if it is not that of AWS",
    fallback: "AWS",
  },
  {
    name: "s3Region",
    flags: "--s3-region <region>",
    variable: "PAIL_S3_REGION",
    description: "the region of the object store",
    fallback: "that of AWS_REGION or the profile of AWS; us-east-1 with --s3-endpoint",
  },
  {
    name: "s3ForcePathStyle",
    flags: "--s3-force-path-style",
    variable: "PAIL_S3_FORCE_PATH_STYLE",
    description:
      "name the bucket in the path of URLs, and not in their host name, as most object stores need it (the variable: true or false)",
    fallback: "no",
  },
  {
    name: "objectCacheBytesMax",
    flags: "--object-cache-bytes-max <size>",
    variable: "PAIL_OBJECT_CACHE_BYTES_MAX",
    description:
      "disk space for what has been brought from the object store, in bytes or as a number with KiB, MiB or GiB",
    fallback: "20GiB",
  },
  {
    name: "objectRetention",
    flags: "--object-retention <days>",
    variable: "PAIL_OBJECT_RETENTION",
    description:
      "for how many days an object is kept in the object store after nothing names it any more: as far back as the database alone can be restored (1 to 3650)",
    fallback: String(DEFAULTS.objectRetentionDays),
  },
  {
    name: "mailFrom",
    flags: "--mail-from <address>",
    variable: "PAIL_MAIL_FROM",
    description: `the sender of mails, which go by the server that ${SMTP_URL_VARIABLE} names (only there, for it holds a password), such as smtps://user:password@mail.example.com`,
    fallback: "no mail is sent; links are printed by commands",
  },
  {
    name: "metrics",
    flags: "--metrics <address>",
    variable: "PAIL_METRICS",
    description:
      "the address and port on which /metrics is served to Prometheus, such as 127.0.0.1:9464; there is no access control",
    fallback: "none",
  },
];

export function settingNamed(name: SettingName): Setting {
  return SETTINGS.find((setting) => setting.name === name)!;
}

/** What a setting is called in the file: as its flag, without `--` and `no-`. */
export function fileNameOf(name: SettingName): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
