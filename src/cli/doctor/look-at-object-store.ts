import { randomBytes } from "node:crypto";
import type { Kysely } from "kysely";
import type { Config, ObjectStoreSettings } from "../../config/config.ts";
import { Failure } from "../../model/failure.ts";
import { openLateStore } from "../../storage/content/late-store.ts";
import type { ObjectStore } from "../../storage/object-store/object-store.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import { describeProblem, type Finding, failing, ok, warning } from "./finding.ts";
import type { Migrations } from "./look-at-database.ts";
import { lookAtKeys } from "./look-at-keys.ts";

const CHECK = "object store";

type StoreConfig = Pick<Config, "objectStore" | "database" | "sealingKey" | "previousSealingKey">;

type LookPorts = {
  /** Undefined: the database does not answer. */
  readonly migrations: Migrations | undefined;
  readonly clock: () => Date;
};

/**
 * What a server tries at its start, with objects that are removed again; whether the store is the database's; and whether the
 * keys in the database can be opened. Nothing of it without an object store.
 */
export async function lookAtObjectStore(
  config: StoreConfig,
  { migrations, clock }: LookPorts,
): Promise<readonly Finding[]> {
  const { objectStore } = config;
  if (objectStore === undefined) return [];
  const problem = await probe(objectStore, clock);
  if (migrations !== "all" && migrations !== "none") return [problem ?? unknownPair(objectStore)];
  const [{ withUnmigrated }, { openS3ObjectStore }] = await Promise.all([
    import("../../storage/sql/database-state.ts"),
    import("../../storage/object-store/s3-object-store.ts"),
  ]);
  return withUnmigrated(config.database, async ({ kysely }) => {
    const database = migrations === "none" ? undefined : kysely;
    let store: ObjectStore;
    try {
      store = await openS3ObjectStore(objectStore);
    } catch (error) {
      return [problem ?? failing(CHECK, describeProblem(error), SETTINGS_REMEDY)];
    }
    try {
      const pair = problem ?? (await lookAtPair(database, store));
      return [pair, await lookAtKeys(config, database, pair.state === "ok" ? store : unusable(store))];
    } finally {
      store.close();
    }
  });
}

const SETTINGS_REMEDY =
  "check PAIL_OBJECT_STORE, PAIL_S3_ENDPOINT and the credentials of AWS (AWS_ACCESS_KEY_ID …): docs/many-nodes.md";

function urlOf({ bucket, prefix }: ObjectStoreSettings): string {
  return `s3://${bucket}${prefix === "" ? "" : `/${prefix}`}`;
}

/** Undefined if the store does all that is needed. */
async function probe(objectStore: ObjectStoreSettings, clock: () => Date): Promise<Finding | undefined> {
  const { probeObjectStore } = await import("../../storage/object-store/probe-object-store.ts");
  try {
    await probeObjectStore(objectStore, { clock, newName: () => randomBytes(10).toString("hex") });
    return undefined;
  } catch (error) {
    return failing(CHECK, describeProblem(error), SETTINGS_REMEDY);
  }
}

function unknownPair(objectStore: ObjectStoreSettings): Finding {
  return warning(
    CHECK,
    `${urlOf(objectStore)} does all that is needed; whether it is that of the database is not known`,
    "see what is said of the database, and run pail doctor again",
  );
}

async function lookAtPair(database: Kysely<Schema> | undefined, store: ObjectStore): Promise<Finding> {
  const own = await import("../../storage/content/own-store.ts");
  try {
    const pair = await own.lookAtPair(database, store);
    return ok(
      CHECK,
      pair === "new"
        ? `${store.url} does all that is needed, and belongs to no database yet: pail serve begins with it`
        : `${store.url} does all that is needed, and is that of the database`,
    );
  } catch (error) {
    return failing(
      CHECK,
      describeProblem(error),
      "set what belongs together: docs/many-nodes.md, What you need",
    );
  }
}

function unusable(store: ObjectStore): ObjectStore {
  return openLateStore(store, async () => {
    throw new Failure("unavailable", "Cannot open the keys: what seals them is in the object store");
  });
}
