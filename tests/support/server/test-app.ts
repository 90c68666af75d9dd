import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { startApp, startJobs } from "../../../src/app.ts";
import { operatorBy } from "../../../src/authorization/operator-by.ts";
import type { Config } from "../../../src/config/config.ts";
import type { Account } from "../../../src/model/account.ts";
import type { Repository } from "../../../src/model/repository.ts";
import { type GrantedScope, SCOPES } from "../../../src/model/scope.ts";
import type { RepositorySlug } from "../../../src/model/slug.ts";
import type { Project, Workspace } from "../../../src/model/workspace.ts";
import { type OpenedPorts, openPorts } from "../../../src/open-ports.ts";
import { createAccount } from "../../../src/operations/accounts/accounts.ts";
import { createRepository } from "../../../src/operations/repositories/repositories.ts";
import { createApiToken } from "../../../src/operations/tokens/api-tokens.ts";
import { createWorkspace } from "../../../src/operations/workspaces/workspaces.ts";
import type { By, Ports } from "../../../src/ports.ts";
import type { DeliveryOptions } from "../../../src/webhooks/deliver-webhook.ts";
import {
  createMigratedDatabaseSettings,
  SERVER_DIALECT,
  type TestDatabaseSettings,
} from "../database/test-database.ts";
import { openMemoryObjectStore } from "../object-store/memory-object-store.ts";
import { IS_IN_OBJECT_STORE } from "../object-store/only-folders.ts";
import { refuseUndeclaredStatuses } from "./declared-statuses.ts";
import {
  noteRandomBytes,
  refuseTokens,
  refuseTokensInDatabase,
  refuseTokensInPostgres,
} from "./token-search.ts";

/** For tests that are about the store, with `objectStore`: it is in memory too. */
export const TEST_OBJECT_STORE: Config["objectStore"] = {
  bucket: "test",
  prefix: "",
  endpoint: undefined,
  region: undefined,
  forcePathStyle: true,
};

export type TestApp = {
  readonly ports: Ports;
  /** The operator. */
  readonly by: By;
  readonly url: string;
  readonly owner: Account;
  readonly workspace: Workspace;
  readonly project: Project;
  readonly repository: Repository;
  /** A token of the owner with these scopes: all 35 if none are named. */
  token(scopes?: readonly GrantedScope[]): Promise<string>;
  /** Each line of the log, parsed. */
  readonly logLines: readonly Record<string, unknown>[];
  /** Ends it. Fails if a token stands in its log, or in its database unless a caller has put one into a row there. */
  close(options?: { readonly hasTokenInRows?: boolean }): Promise<void>;
};

async function databaseForServer(folder: string): Promise<TestDatabaseSettings> {
  if (SERVER_DIALECT === "postgres") return createMigratedDatabaseSettings("postgres");
  return { settings: { kind: "sqlite", path: join(folder, "pail.sqlite") }, async remove() {} };
}

async function refuseTokensInPlace(database: Config["database"]): Promise<void> {
  if (database.kind === "sqlite") refuseTokensInDatabase(database.path);
  else await refuseTokensInPostgres(database.url.reveal());
}

/** What is between the ports and the server, for a server that stands in for Bitbucket. */
export type Stand = {
  readonly clock?: () => Date;
  watch(ports: OpenedPorts): Ports;
  start(ports: Ports, deliveryOptions: DeliveryOptions | undefined): Promise<{ close(): Promise<void> }>;
};

const PLAIN: Stand = { watch: (ports) => ports, start: async (ports, options) => startJobs(ports, options) };

/** What a server of the tests is set to. */
export function testConfig(
  dataFolder: string,
  database: Config["database"],
  settings: Partial<Config> = {},
): Config {
  return {
    dataFolder,
    database,
    objectStore: undefined,
    objectCacheBytesMax: 1024 ** 3,
    objectRetentionDays: 7,
    sealingKey: undefined,
    previousSealingKey: undefined,
    host: "127.0.0.1",
    port: 0,
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
    packBytesMax: 1024 ** 3,
    fetchCacheBytesMax: 1024 ** 3,
    hasRateLimits: false,
    // Tests try many, and all from one address.
    failedCredentialsMax: 1_000_000,
    workers: 1,
    drainSeconds: 0,
    databaseConnectionsMax: undefined,
    smtp: undefined,
    metrics: undefined,
    refusesLeakedTokens: true,
    addsDefaultReviewers: false,
    ...settings,
  };
}

/** A whole server in this process, on a free port, with workspace `acme` and an empty private repository `acme/demo`. */
export async function startTestApp(
  settings: Partial<Config> = {},
  deliveryOptions?: DeliveryOptions,
  stand: Stand = PLAIN,
): Promise<TestApp> {
  const folder = await mkdtemp(join(tmpdir(), "pail-test-"));
  const testDatabase = await databaseForServer(folder);
  const logLines: Record<string, unknown>[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void logLines.push(JSON.parse(line)) });
  const objectStore = IS_IN_OBJECT_STORE ? TEST_OBJECT_STORE : undefined;
  const opened = await openPorts(
    testConfig(folder, testDatabase.settings, { objectStore, ...settings }),
    log,
    {
      ...(stand.clock === undefined ? {} : { clock: stand.clock }),
      openObjectStore: async () => openMemoryObjectStore(),
    },
  );
  const ports = stand.watch({ ...opened, randomBytes: noteRandomBytes(opened.randomBytes) });
  const by = operatorBy(ports);
  const owner = await createAccount(ports, by, {
    email: "owner@example.com",
    username: "owner",
    displayName: "Olive Owner",
  });
  const { workspace, project } = await createWorkspace(ports, by, { slug: "acme", name: "Acme", owner });
  const repository = await createRepository(ports, by, {
    workspace,
    project,
    slug: "demo" as RepositorySlug,
  });
  const app = await startApp(ports, { sharesPort: false });
  const jobs = await stand.start(ports, deliveryOptions);
  return {
    ports,
    by,
    url: app.url,
    owner,
    workspace,
    project,
    repository,
    logLines,
    async token(scopes = SCOPES) {
      const made = await createApiToken(ports, by, {
        accountUuid: owner.uuid,
        name: "test",
        scopes,
        ageDays: 30,
      });
      return made.text.reveal();
    },
    async close({ hasTokenInRows = false } = {}) {
      await app.close();
      await jobs.close();
      await opened.close();
      try {
        refuseUndeclaredStatuses(logLines);
        refuseTokens("the log", logLines.map((line) => JSON.stringify(line)).join("\n"));
        const { database } = ports.config;
        if (!hasTokenInRows) await refuseTokensInPlace(database);
      } finally {
        await testDatabase.remove();
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}
