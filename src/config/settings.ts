import type { Config } from "./config.ts";

/** A setting's name as a flag, in camel case: what the command line's parser calls it. */
export type SettingName =
  | "data"
  | "host"
  | "port"
  | "identity"
  | "bearerApiTokens"
  | "publicUrl"
  | "publicApiUrl"
  | "proxiedHost"
  | "behindProxy"
  | "webhookPrivateTargets"
  | "logLevel"
  | "packBytesMax"
  | "refuseLeakedTokens"
  | "fetchCacheBytesMax"
  | "rateLimits"
  | "failedCredentialsMax"
  | "workers"
  | "databaseConnectionsMax"
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
  failedCredentialsMax: 100,
  databaseConnectionsMax: 64,
} as const satisfies Record<string, string | number> & Pick<Config, "identity" | "logLevel">;

/** Every setting but the database's, in the order of the help text. */
export const SETTINGS: readonly Setting[] = [
  {
    name: "data",
    flags: "--data <folder>",
    variable: "PAIL_DATA",
    description: "where packs, keys and the SQLite database lie",
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
    name: "identity",
    flags: "--identity <mode>",
    variable: "PAIL_IDENTITY",
    description: "strict: the identity names that Bitbucket takes; lenient: any name of the account",
    fallback: DEFAULTS.identity,
  },
  {
    name: "bearerApiTokens",
    flags: "--no-bearer-api-tokens",
    variable: "PAIL_BEARER_API_TOKENS",
    description: "refuse API tokens sent as Bearer (the variable: true or false)",
    fallback: "taken",
  },
  {
    name: "publicUrl",
    flags: "--public-url <url>",
    variable: "PAIL_PUBLIC_URL",
    description: "the base URL that people use, for links; requests for other host names are then refused",
    fallback: "what each request used",
  },
  {
    name: "publicApiUrl",
    flags: "--public-api-url <url>",
    variable: "PAIL_PUBLIC_API_URL",
    description: "the base URL of the REST API, if it has a host name of its own",
    fallback: "the public URL and /2.0",
  },
  {
    name: "proxiedHost",
    flags: "--proxied-host <name>",
    variable: "PAIL_PROXIED_HOSTS",
    description:
      "a host name to answer for, also when used as an HTTP proxy, beside those of this machine, Bitbucket and the public URLs (repeatable; the variable: a comma list)",
    isRepeatable: true,
  },
  {
    name: "behindProxy",
    flags: "--behind-proxy",
    variable: "PAIL_BEHIND_PROXY",
    description:
      "believe X-Forwarded-* headers, which a proxy in front must set (the variable: true or false)",
    fallback: "no",
  },
  {
    name: "webhookPrivateTargets",
    flags: "--webhook-private-targets",
    variable: "PAIL_WEBHOOK_PRIVATE_TARGETS",
    description:
      "let webhooks reach private, loopback and link-local addresses (the variable: true or false)",
    fallback: "no",
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
    description: "the largest pack of one push: bytes, or a number with KiB, MiB or GiB",
    fallback: "4GiB",
  },
  {
    name: "refuseLeakedTokens",
    flags: "--no-refuse-leaked-tokens",
    variable: "PAIL_REFUSE_LEAKED_TOKENS",
    description: "take pushes that have an API token of this server in them (the variable: true or false)",
    fallback: "refused",
  },
  {
    name: "fetchCacheBytesMax",
    flags: "--fetch-cache-bytes-max <size>",
    variable: "PAIL_FETCH_CACHE_BYTES_MAX",
    description:
      "room in the data folder for cached responses to fetches, for others who fetch the same: bytes, or a number with KiB, MiB or GiB; 0 caches none",
    fallback: "2GiB",
  },
  {
    name: "rateLimits",
    flags: "--rate-limits",
    variable: "PAIL_RATE_LIMITS",
    description:
      "limit requests in an hour as Bitbucket does, by account, or by address without one (the variable: true or false)",
    fallback: "no",
  },
  {
    name: "failedCredentialsMax",
    flags: "--failed-credentials-max <number>",
    variable: "PAIL_FAILED_CREDENTIALS_MAX",
    description:
      "unknown or wrong credentials from one address in ten minutes, before more are answered 429; those that are right always work",
    fallback: String(DEFAULTS.failedCredentialsMax),
  },
  {
    name: "workers",
    flags: "--workers <number>",
    variable: "PAIL_WORKERS",
    description: "processes that serve, 1 to 64",
    fallback: "the number of cores, at most 64; for demo, 1",
  },
  {
    name: "databaseConnectionsMax",
    flags: "--database-connections-max <number>",
    variable: "PAIL_DATABASE_CONNECTIONS_MAX",
    description:
      "connections to PostgreSQL, for all processes of a server together: at least as many as there are workers",
    fallback: "64, and at most 10 a process",
  },
  {
    name: "metrics",
    flags: "--metrics <address>",
    variable: "PAIL_METRICS",
    description:
      "the address and port, such as 127.0.0.1:9464, on which /metrics tells counts and times to Prometheus; whoever reaches it may read them",
    fallback: "none",
  },
];

export function settingNamed(name: SettingName): Setting {
  return SETTINGS.find((setting) => setting.name === name)!;
}
