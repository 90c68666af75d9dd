import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "pino";
import type { Config } from "./config/config.ts";
import { openKeys } from "./config/keys.ts";
import { openObjectReader } from "./git/objects/object-reader.ts";
import { openMaintenance } from "./jobs/maintenance.ts";
import { createOutboxSignal } from "./jobs/outbox-signal.ts";
import type { Ports } from "./ports.ts";
import { openDiskPackStore } from "./storage/packs/disk-pack-store.ts";
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
    outbox: createOutboxSignal(),
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

export function repositoryFolder(config: Config): string {
  return join(config.dataFolder, "repositories");
}
