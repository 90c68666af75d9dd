import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { pino } from "pino";
import type { Config } from "../../../src/config/config.ts";
import { type OpenedPorts, type OpenOptions, openPorts } from "../../../src/open-ports.ts";
import { createTestDatabaseSettings } from "../database/test-database.ts";
import { type MemoryObjectStore, openMemoryObjectStore } from "../object-store/memory-object-store.ts";
import { testConfig } from "./test-app.ts";

/** Where the data of an installation is. */
export type InstallationKind = "a folder" | "a folder and PostgreSQL" | "an object store";

/** Places for an installation, which are empty at first. */
export type TestInstallation = {
  readonly kind: InstallationKind;
  readonly config: Config;
  /** What lies in the object store, if it has one. */
  readonly store: MemoryObjectStore;
  readonly openObjectStore: () => Promise<MemoryObjectStore>;
  /** Opens it; what is open is closed after the tests. */
  open(options?: OpenOptions): Promise<OpenedPorts>;
  /** The same database with another object store, or the other way round. */
  with(
    changes: Partial<Pick<TestInstallation, "store"> & Pick<Config, "database">>,
  ): Promise<TestInstallation>;
};

export const SILENT_LOG = pino({ level: "silent" });

const STORE_SETTINGS: NonNullable<Config["objectStore"]> = {
  bucket: "memory",
  prefix: "",
  endpoint: undefined,
  region: undefined,
  forcePathStyle: true,
};

/** All of it is removed after the tests. */
export async function newInstallation(kind: InstallationKind): Promise<TestInstallation> {
  const folder = await mkdtemp(join(tmpdir(), "pail-installation-"));
  const database = await createTestDatabaseSettings(kind === "a folder" ? "sqlite" : "postgres");
  const opened: OpenedPorts[] = [];
  after(async () => {
    for (const ports of opened) await ports.close();
    await database.remove();
    await rm(folder, { recursive: true, force: true });
  });
  let folders = 0;

  function make(settings: Config["database"] | undefined, store: MemoryObjectStore): TestInstallation {
    folders += 1;
    const dataFolder = join(folder, `data-${folders}`);
    const placed = settings ?? { kind: "sqlite", path: join(dataFolder, "pail.sqlite") };
    const objectStore = kind === "an object store" ? STORE_SETTINGS : undefined;
    const config = testConfig(dataFolder, placed, { objectStore, mayReachPrivateAddresses: true });
    const openObjectStore = async () => store;
    return {
      kind,
      config,
      store,
      openObjectStore,
      async open(options = {}) {
        const ports = await openPorts(config, SILENT_LOG, { openObjectStore, ...options });
        let isOpen = true;
        const close = async () => {
          if (isOpen) await ports.close();
          isOpen = false;
        };
        opened.push({ ...ports, close });
        return { ...ports, close };
      },
      with: async (changes) => make(changes.database ?? settings, changes.store ?? store),
    };
  }
  return make(kind === "a folder" ? undefined : database.settings, openMemoryObjectStore());
}
