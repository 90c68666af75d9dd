import type { Seed } from "./seed.ts";

/** What `startPail` takes and gives. Times are ISO 8601 texts, durations texts such as `40d` or milliseconds. */

export type PailOptions = {
  /**
   * What it begins with: an object, or the name of a YAML or JSON file (docs/seeds.md). Undefined: the account, workspace and
   * repository of `pail demo`.
   */
  readonly seed?: Seed | string;
  /**
   * Whether it runs in this process, and not in one of its own: it starts sooner, but does not answer while this process
   * waits for another program, as `execFileSync` does.
   */
  readonly inProcess?: boolean;
  /** Whether webhooks are sent too. They are kept either way. */
  readonly sendWebhooks?: boolean;
  /** Settings of `pail serve` by the names of its flags, in camel case: `{ identity: "lenient" }`. */
  readonly settings?: Readonly<Record<string, string | boolean>>;
};

/** The file that `pail demo --credentials` writes. */
export type Credentials = {
  readonly url: string;
  readonly api_url: string;
  readonly email?: string | undefined;
  readonly username?: string | undefined;
  readonly account_uuid?: string | undefined;
  readonly workspace?: string | undefined;
  readonly repository?: string | undefined;
  readonly token?: string | undefined;
  readonly tokens?: Readonly<Record<string, string>>;
};

/** A running Pail. */
export type Pail = {
  /** Such as `http://127.0.0.1:41234`. */
  readonly url: string;
  /** Of REST: `/2.0` below it. */
  readonly apiUrl: string;
  /** The user name for REST, with a token as the password. Empty: the seed has no account. */
  readonly email: string;
  /** The user name for git. */
  readonly username: string;
  /** The first API token of the seed; without a seed, one with all scopes. Empty: the seed has none. */
  readonly token: string;
  /** By their names in the seed. */
  readonly tokens: Readonly<Record<string, string>>;
  readonly credentials: Credentials;
  /** For `pail control` and programs of other languages: the variables of the environment with which they find it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Goes back to the seed: data, clock, faults, caught webhooks. */
  reset(): Promise<void>;
  readonly clock: PailClock;
  readonly faults: PailFaults;
  readonly requests: PailRequests;
  readonly webhooks: PailWebhooks;
  readonly snapshots: PailSnapshots;
  /** Anything else that `pail control` offers: docs/control.md. */
  control(method: "GET" | "POST" | "PUT" | "DELETE", path: string, body?: unknown): Promise<unknown>;
  /** Ends it, and removes its data. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

export type PailClock = {
  now(): Promise<Date>;
  set(at: Date | string): Promise<Date>;
  advance(by: string | number): Promise<Date>;
  freeze(): Promise<Date>;
  resume(): Promise<Date>;
};

/** Which requests, what happens to them, and how often: docs/control.md. */
export type Fault = {
  readonly route?: string;
  readonly method?: string;
  readonly scope?: string;
  readonly credential?: string;
  readonly status?: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly retry_after?: number;
  readonly delay?: string | number;
  readonly cut_off?: number | "headers" | "connection";
  readonly truncate?: boolean;
  readonly times?: number;
  readonly every?: number;
  readonly probability?: number;
  readonly seed?: number;
  readonly force?: boolean;
};

export type PailFaults = {
  /** @returns its id. */
  add(fault: Fault): Promise<number>;
  list(): Promise<
    readonly (Fault & { readonly id: number; readonly seen: number; readonly happened: number })[]
  >;
  remove(id: number): Promise<void>;
  clear(): Promise<void>;
};

export type RecordedRequest = {
  readonly id: number;
  readonly started_on: string;
  readonly duration_ms: number;
  readonly method: string;
  readonly url: string;
  readonly status: number;
  /** The path as it is declared. Null: there is no such operation. */
  readonly route: string | null;
  readonly account_id: string | null;
  readonly credential_kind: string | null;
  readonly credential_id: string | null;
};

export type PailRequests = {
  /** The newest, from the oldest of them on. */
  list(last?: number): Promise<readonly RecordedRequest[]>;
  /** HTTP Archive 1.2. */
  har(): Promise<object>;
  unknownOperations(): Promise<readonly { readonly operation: string; readonly requests: number }[]>;
  /** Of each token that was used, with the command that makes it. */
  leastScopes(): Promise<
    readonly { readonly api_token_scopes: readonly string[]; readonly command: string | null }[]
  >;
  clear(): Promise<void>;
};

export type CaughtWebhook = {
  readonly id: number;
  readonly event: string | null;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** As it was sent. */
  readonly body: string;
};

export type PailWebhooks = {
  list(): Promise<readonly Omit<CaughtWebhook, "headers" | "body">[]>;
  get(id: number): Promise<CaughtWebhook>;
  /** The first of the event after the one with this id. Rejects if none comes in time: 5 seconds if nothing else is said. */
  waitFor(
    event: string | undefined,
    options?: { readonly after?: number; readonly timeout?: string | number },
  ): Promise<CaughtWebhook>;
  /** Sends it again, unchanged. */
  replay(id: number, url: string): Promise<unknown>;
  clear(): Promise<void>;
};

export type PailSnapshots = {
  save(name: string): Promise<void>;
  restore(name: string): Promise<void>;
  remove(name: string): Promise<void>;
  list(): Promise<readonly { readonly name: string }[]>;
};
