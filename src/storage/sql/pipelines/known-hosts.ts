import type { Kysely, Selectable } from "kysely";
import type { Filter, Sort } from "../../../model/filter.ts";
import type { KnownHost } from "../../../model/pipeline-ssh.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { instant } from "../columns.ts";
import { compileFilter, compileSort, type FieldMap } from "../compile-filter.ts";
import type { PipelineKnownHostRow } from "../schema/pipelines-config.ts";
import type { Schema } from "../schema.ts";

const FIELDS: FieldMap = {
  uuid: { column: "uuid", type: "uuid" },
  hostname: { column: "hostname", type: "text" },
  "public_key.key_type": { column: "key_type", type: "text" },
};

function toKnownHost(row: Selectable<PipelineKnownHostRow>): KnownHost {
  return {
    uuid: row.uuid as Uuid,
    hostname: row.hostname,
    keyType: row.key_type,
    key: row.key,
    createdAt: instant(row.created_at),
  };
}

function toColumns({ hostname, keyType, key }: KnownHost) {
  return { hostname, hostname_key: hostname.toLowerCase(), key_type: keyType, key };
}

/** Refused by a unique key if the repository has one with this name. */
export async function insertKnownHost(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
  host: KnownHost,
): Promise<void> {
  await tx
    .insertInto("pipeline_known_host")
    .values({
      uuid: host.uuid,
      repository_uuid: repositoryUuid,
      ...toColumns(host),
      created_at: host.createdAt.getTime(),
    })
    .execute();
}

/** Refused like `insertKnownHost`. */
export async function updateKnownHost(tx: Kysely<Schema>, host: KnownHost): Promise<void> {
  await tx.updateTable("pipeline_known_host").set(toColumns(host)).where("uuid", "=", host.uuid).execute();
}

/** @returns false if it did not exist. */
export async function deleteKnownHost(tx: Kysely<Schema>, uuid: Uuid): Promise<boolean> {
  const result = await tx.deleteFrom("pipeline_known_host").where("uuid", "=", uuid).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

export async function findKnownHost(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  uuid: Uuid,
): Promise<KnownHost | undefined> {
  const row = await db
    .selectFrom("pipeline_known_host")
    .selectAll()
    .where("repository_uuid", "=", repositoryUuid)
    .where("uuid", "=", uuid)
    .executeTakeFirst();
  return row && toKnownHost(row);
}

export async function countKnownHosts(db: Kysely<Schema>, repositoryUuid: Uuid): Promise<number> {
  const { size } = await db
    .selectFrom("pipeline_known_host")
    .select((eb) => eb.fn.countAll<number>().as("size"))
    .where("repository_uuid", "=", repositoryUuid)
    .executeTakeFirstOrThrow();
  return Number(size);
}

export type KnownHostListOptions = {
  readonly filter?: Filter | undefined;
  readonly sort?: Sort | undefined;
  /** From 1. */
  readonly page: number;
  readonly pagelen: number;
};

/** Oldest first unless sorted. Two statements. */
export async function listKnownHosts(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  { filter, sort, page, pagelen }: KnownHostListOptions,
): Promise<{ readonly values: readonly KnownHost[]; readonly size: number }> {
  let listed = db.selectFrom("pipeline_known_host").where("repository_uuid", "=", repositoryUuid);
  if (filter !== undefined) listed = listed.where(compileFilter(filter, FIELDS));
  const { size } = await listed.select((eb) => eb.fn.countAll<number>().as("size")).executeTakeFirstOrThrow();
  const sorted =
    sort === undefined ? listed.orderBy("created_at") : listed.orderBy(compileSort(sort, FIELDS));
  const rows = await sorted
    .orderBy("hostname_key")
    .selectAll()
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  return { values: rows.map(toKnownHost), size: Number(size) };
}
