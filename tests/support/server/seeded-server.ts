import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { type RunningApp, startApp } from "../../../src/app.ts";
import { operatorBy } from "../../../src/authorization/operator-by.ts";
import { openPorts } from "../../../src/open-ports.ts";
import type { By, Ports } from "../../../src/ports.ts";
import type { Dialect } from "../../../src/storage/sql/migrations/migration.ts";
import { createMigratedDatabaseSettings } from "../database/test-database.ts";
import { openMemoryObjectStore } from "../object-store/memory-object-store.ts";
import { TEST_OBJECT_STORE, testConfig } from "./test-app.ts";

export type EmptyData = {
  readonly folder: string;
  readonly ports: Ports;
  readonly by: By;
  /** Serves what is in it. */
  serve(): Promise<RunningApp>;
  close(): Promise<void>;
};

/**
 * A new data folder and database, opened: for seeds.
 *
 * @param clock without one, the machine's.
 * @param isInStore whether objects are kept in a store, which is in memory.
 */
export async function openEmptyData(
  dialect: Dialect,
  clock?: () => Date,
  isInStore = false,
): Promise<EmptyData> {
  const folder = await mkdtemp(join(tmpdir(), "pail-seeded-"));
  const database = await createMigratedDatabaseSettings(dialect);
  const ports = await openPorts(
    testConfig(folder, database.settings, {
      mayReachPrivateAddresses: true,
      ...(isInStore ? { objectStore: TEST_OBJECT_STORE } : {}),
    }),
    pino({ level: "silent" }),
    {
      ...(clock === undefined ? {} : { clock }),
      openObjectStore: async () => openMemoryObjectStore(),
    },
  );
  const apps: RunningApp[] = [];
  return {
    folder,
    ports,
    by: operatorBy(ports),
    async serve() {
      const app = await startApp(ports, { sharesPort: false });
      apps.push(app);
      return app;
    },
    async close() {
      for (const app of apps) await app.close();
      await ports.close();
      await database.remove();
      await rm(folder, { recursive: true });
    },
  };
}
