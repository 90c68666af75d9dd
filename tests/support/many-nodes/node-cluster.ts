import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { Secret } from "../../../src/model/secret.ts";
import { watchedEnvironment } from "../answers/answers-folder.ts";
import { type CommitCutter, openCommitCutter } from "../database/commit-cutter.ts";
import { type PostgresServer, startPostgres } from "../database/postgres.ts";
import type { StoreServer } from "../object-store/ceph.ts";
import { type FaultyProxy, openFaultyProxy } from "../object-store/faulty-proxy.ts";
import { noteTokens, refuseTokens, refuseTokensInPostgres } from "../server/token-search.ts";
import { openNode, type PailNode } from "./pail-node.ts";
import { openRelay, type Relay } from "./relay.ts";

const PAIL = fileURLToPath(new URL("../../../bin/pail", import.meta.url));
export const EMAIL = "ann@example.test";
export const WORKSPACE = "team";
/** Others may have objects in the bucket too. */
export const STORE_PREFIX = "nodes";
/** Ahead and behind: the clocks of nodes may differ by a minute. */
const CLOCKS_AHEAD_MS = [0, 40_000, -20_000];

/** A bucket of a running store. */
export type StoreAccess = StoreServer & { readonly bucket: string };

/** Nodes over one database and one store, with a relay of each node to either. */
export type NodeCluster = {
  readonly nodes: readonly PailNode[];
  readonly postgres: PostgresServer;
  /** Not by way of a relay. */
  readonly databaseUrl: string;
  /** By node: loses the next commit of it. */
  readonly cutters: readonly CommitCutter[];
  /** By node, if there is a store: what happens to its requests. */
  readonly proxies: readonly FaultyProxy[];
  readonly store: StoreAccess | undefined;
  /** Of an account that may do everything in the workspace. */
  readonly token: string;
  /** Opens all ways again, wakes who is frozen, and starts who is dead. */
  recover(): Promise<void>;
  close(): Promise<void>;
};

type NodeParts = {
  readonly node: PailNode;
  readonly cutter: CommitCutter;
  readonly proxy: FaultyProxy | undefined;
  readonly relays: readonly Relay[];
};

/** Without a store there is one node, and its data folder is all there is. */
export async function startCluster({
  nodes: count,
  store,
}: {
  readonly nodes: number;
  readonly store: StoreAccess | undefined;
}): Promise<NodeCluster> {
  assert.ok(store !== undefined || count === 1, "several nodes need a store");
  const postgres = await startPostgres();
  const folder = await mkdtemp(join(tmpdir(), "pail-nodes-"));
  const databaseUrl = await createDatabase(postgres.url, "nodes");
  const settings = { kind: "postgres", url: new Secret(databaseUrl) } as const;
  const parts: NodeParts[] = [];
  const environment = environmentOf(folder, store);
  for (let index = 0; index < count; index += 1) {
    const cutter = await openCommitCutter(settings);
    const cutterUrl = new URL(cutter.settings.url.reveal());
    const database = await openRelay({ host: "127.0.0.1", port: Number(cutterUrl.searchParams.get("port")) });
    const proxy = store && (await openFaultyProxy(store.endpoint));
    const storeRelay = proxy && (await openRelay(addressOf(proxy.endpoint)));
    const node = openNode({
      name: `node-${index + 1}`,
      folder,
      database,
      store: storeRelay,
      environment: {
        ...environment,
        DATABASE_URL: `postgres://postgres@127.0.0.1:${database.port}/nodes`,
        ...(storeRelay && { PAIL_S3_ENDPOINT: `http://127.0.0.1:${storeRelay.port}` }),
      },
      clockAheadMs: CLOCKS_AHEAD_MS[index % CLOCKS_AHEAD_MS.length]!,
    });
    parts.push({ node, cutter, proxy, relays: [database, ...(storeRelay ? [storeRelay] : [])] });
  }
  const nodes = parts.map(({ node }) => node);
  const close = async () => {
    for (const { node, cutter, proxy, relays } of parts) {
      await node.kill();
      cutter.close();
      for (const relay of relays) relay.close();
      await proxy?.close();
    }
    await refuseTokensInPostgres(databaseUrl);
    postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const command = { ...environment, DATABASE_URL: databaseUrl, PAIL_DATA: nodes[0]!.dataFolder };
    await runPail(command, "account", "create", "--email", EMAIL, "--username", "ann");
    await runPail(command, "workspace", "create", "--slug", WORKSPACE, "--owner", EMAIL);
    const token = await runPail(
      command,
      ...["token", "create", "--account", EMAIL, "--name", "all", "--scope", "all"],
    );
    await Promise.all(nodes.map((node) => node.start()));
    return {
      nodes,
      postgres,
      databaseUrl,
      cutters: parts.map(({ cutter }) => cutter),
      proxies: parts.flatMap(({ proxy }) => proxy ?? []),
      store,
      token,
      async recover() {
        for (const { relays, cutter, proxy } of parts) {
          for (const relay of relays) relay.set("open");
          cutter.cutNext(undefined);
          proxy?.decide(() => undefined);
        }
        for (const node of nodes) node.wake();
        await Promise.all(nodes.filter((node) => !node.isRunning()).map((node) => node.start()));
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function addressOf(endpoint: string) {
  const { hostname, port } = new URL(endpoint);
  return { host: hostname, port: Number(port) };
}

/** For a node that is started beside those of a cluster, in the place of one that does not run: of another version, say. */
export function environmentBeside(node: PailNode, store: StoreAccess): Record<string, string> {
  return {
    ...environmentOf(dirname(node.dataFolder), store),
    DATABASE_URL: `postgres://postgres@127.0.0.1:${node.database.port}/nodes`,
    PAIL_S3_ENDPOINT: `http://127.0.0.1:${node.store!.port}`,
  };
}

function environmentOf(folder: string, store: StoreAccess | undefined): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "",
    HOME: folder,
    TMPDIR: folder,
    LC_ALL: "C.UTF-8",
    PAIL_FAILED_CREDENTIALS_MAX: "1000000",
    ...(watchedEnvironment() as Record<string, string>),
    ...(store && {
      PAIL_OBJECT_STORE: `s3://${store.bucket}/${STORE_PREFIX}`,
      PAIL_S3_ENDPOINT: store.endpoint,
      PAIL_S3_REGION: store.region,
      PAIL_S3_FORCE_PATH_STYLE: "true",
      AWS_ACCESS_KEY_ID: store.accessKeyId,
      AWS_SECRET_ACCESS_KEY: store.secretAccessKey,
    }),
  };
}

async function createDatabase(serverUrl: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(`create database ${name} template template0 encoding 'UTF8'`);
  } finally {
    await client.end();
  }
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function runPail(
  environment: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<string> {
  const child = spawn(PAIL, args, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (part: string) => {
      text[name] += part;
    });
  const status = await new Promise((resolve) => child.on("close", resolve));
  noteTokens(text.stdout);
  refuseTokens(`what pail ${args.slice(0, 2).join(" ")} says on stderr`, text.stderr);
  assert.equal(status, 0, text.stderr);
  return text.stdout.trim();
}
