import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Logger } from "pino";
import type { Config } from "./config/config.ts";
import { openKeys } from "./config/keys.ts";
import { openObjectReader } from "./git/objects/object-reader.ts";
import { registerGitHttp } from "./git-http/git-http.ts";
import { type AppServer, createHttpServer } from "./http/server.ts";
import { startCursorExpiry } from "./jobs/cursor-expiry.ts";
import { openMaintenance } from "./jobs/maintenance.ts";
import type { Ports } from "./ports.ts";
import { registerRest } from "./rest/rest.ts";
import { openDiskPackStore, sweepDiskPackStore } from "./storage/packs/disk-pack-store.ts";
import { openDatabase } from "./storage/sql/open-database.ts";

/** Everything that the product needs from outside, opened; for the server and for the command line. */
export async function openPorts(config: Config, log: Logger): Promise<Ports & { close(): Promise<void> }> {
  mkdirSync(config.dataFolder, { recursive: true, mode: 0o700 });
  const objects = openObjectReader();
  const database = await openDatabase(config.database);
  const packs = openDiskPackStore(repositoryFolder(config));
  const clock = () => new Date();
  const maintenance = openMaintenance({ database, packs, clock, log });
  return {
    config,
    keys: openKeys(config.dataFolder),
    database,
    packs,
    objects,
    maintenance,
    log,
    clock,
    randomBytes,
    async close() {
      await maintenance.close();
      await objects.close();
      await database.close();
    },
  };
}

function repositoryFolder(config: Config): string {
  return join(config.dataFolder, "repositories");
}

/** The surfaces joined. Serves nothing until it listens; `inject` works at once. */
export async function createApp(ports: Ports): Promise<AppServer> {
  const server = createHttpServer(ports);
  registerRest(server, ports);
  await registerGitHttp(server, ports);
  return server;
}

export type RunningApp = {
  /** Where it listens, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  close(): Promise<void>;
};

/** Sweeps what an earlier end left behind, and serves. */
export async function startApp(ports: Ports): Promise<RunningApp> {
  await sweepDiskPackStore(repositoryFolder(ports.config));
  const server = await createApp(ports);
  await server.listen({ host: ports.config.host, port: ports.config.port });
  const stopCursorExpiry = startCursorExpiry(ports);
  const { address, port, family } = server.server.address() as AddressInfo;
  const host = family === "IPv6" ? `[${address}]` : address;
  return {
    url: `http://${host}:${port}`,
    async close() {
      stopCursorExpiry();
      await server.close();
    },
  };
}
