import type { Config } from "../../../src/config/config.ts";
import type { Dialect } from "../../../src/storage/sql/migrations/migration.ts";
import { DIALECTS } from "../database/test-database.ts";
import { TEST_OBJECT_STORE } from "../server/test-app.ts";

export type InstallationKind = {
  readonly dialect: Dialect;
  /** Undefined: repositories are folders. */
  readonly objectStore: Config["objectStore"];
  /** For the names of tests. */
  readonly where: string;
};

/** Each database, with folders and with an object store in memory. */
export const INSTALLATION_KINDS: readonly InstallationKind[] = DIALECTS.flatMap((dialect) => [
  { dialect, objectStore: undefined, where: `${dialect} and folders` },
  { dialect, objectStore: TEST_OBJECT_STORE, where: `${dialect} and an object store` },
]);
