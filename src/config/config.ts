import type { Secret } from "../model/secret.ts";

/** `strict` takes the identity names that Bitbucket takes, `lenient` any name that is the account's own. */
export const IDENTITY_MODES = ["strict", "lenient"] as const;
export type IdentityMode = (typeof IDENTITY_MODES)[number];

export type DatabaseSettings =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgres"; readonly url: Secret };

/** A bucket of a store that speaks S3. Its credentials are found as the SDK of AWS finds them. */
export type ObjectStoreSettings = {
  readonly bucket: string;
  /** Before all keys, without slashes at its ends. "": none. */
  readonly prefix: string;
  /** Undefined: that of AWS in the region. */
  readonly endpoint: string | undefined;
  /** Undefined: as the SDK finds it; with an endpoint, us-east-1 if it finds none. */
  readonly region: string | undefined;
  /** Whether the bucket's name stands in the path, and not in the host name. */
  readonly forcePathStyle: boolean;
};

export type SmtpSettings = {
  /** `smtp://` with STARTTLS where the server offers it, or `smtps://`; with user name and password. */
  readonly url: Secret;
  /** The sender's address. */
  readonly from: string;
};

export type TlsSettings = {
  /** In PEM: the server's certificate, then those between it and its authority. */
  readonly certFile: string;
  readonly keyFile: string;
};

/** Every setting, read once at the start. */
export type Config = {
  readonly dataFolder: string;
  readonly database: DatabaseSettings;
  /** Where the objects of repositories lie. Undefined: in the data folder. With it, the data folder is a cache. */
  readonly objectStore: ObjectStoreSettings | undefined;
  /** The size of the cache of objects from the store, in bytes. */
  readonly objectCacheBytesMax: number;
  /** For how many days an object is kept in the store after nothing names it any more. */
  readonly objectRetentionDays: number;
  /** By which the keys in the database are sealed: 64 hex digits. Undefined: by one in the object store. */
  readonly sealingKey: Secret | undefined;
  /** The one that `sealingKey` takes the place of, so that rows sealed by it are sealed anew. */
  readonly previousSealingKey: Secret | undefined;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Undefined: plain HTTP. */
  readonly tls: TlsSettings | undefined;
  readonly identity: IdentityMode;
  /** Whether REST takes an API token as `Authorization: Bearer`, as Bitbucket does since August 2026. */
  readonly takesBearerApiTokens: boolean;
  /** How long an access token of OAuth lives. */
  readonly oauthTokenSeconds: number;
  /** Whether OAuth takes exact callbacks only, and asks consumers that are not private for PKCE. */
  readonly isOauthHardened: boolean;
  /** Base URLs that people use, without a trailing slash. Undefined: taken from each request. */
  readonly publicUrl: string | undefined;
  readonly publicApiUrl: string | undefined;
  /** Host names for which a request in absolute form (a proxy's) is taken. */
  readonly proxiedHosts: readonly string[];
  /** Whether `X-Forwarded-*` is believed. */
  readonly isBehindProxy: boolean;
  /** Whether webhooks may be sent to this machine and its network. */
  readonly mayReachPrivateAddresses: boolean;
  /** Whether imports on the pages may read from this machine and its network. */
  readonly mayImportFromPrivateAddresses: boolean;
  /** Whether every account may create workspaces on the pages, and not only the operator on the command line. */
  readonly mayCreateWorkspaces: boolean;
  readonly logLevel: LogLevel;
  /** The largest pack of one push, in bytes. */
  readonly packBytesMax: number;
  /** Whether a push is refused that has an API token of this server in it. */
  readonly refusesLeakedTokens: boolean;
  /** Whether a pull request gets the default reviewers if it is created over REST without a list of reviewers. */
  readonly addsDefaultReviewers: boolean;
  /** The size of the cache of fetch responses, in bytes. 0: none is cached. */
  readonly fetchCacheBytesMax: number;
  /** Processes that serve. Undefined: as many as are usual for the command. */
  readonly workers: number | undefined;
  /** How long a server goes on serving after SIGTERM, while it says that it is not ready. */
  readonly drainSeconds: number;
  /** Connections to PostgreSQL, of all processes together. Undefined: as many as fit a server that nobody has configured. */
  readonly databaseConnectionsMax: number | undefined;
  /** Whether requests are limited as Bitbucket limits them. */
  readonly hasRateLimits: boolean;
  /** Failed credentials from one network in ten minutes, before more of them are refused unanswered. */
  readonly failedCredentialsMax: number;
  /** By which mail is sent. Undefined: none is. */
  readonly smtp: SmtpSettings | undefined;
  /** Where metrics can be read. Undefined: nowhere. */
  readonly metrics: { readonly host: string; readonly port: number } | undefined;
};

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
