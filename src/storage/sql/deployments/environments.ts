import type { Kysely, Selectable } from "kysely";
import type { DeploymentEnvironment, EnvironmentType } from "../../../model/deployment.ts";
import type { Filter, Sort } from "../../../model/filter.ts";
import { foldCase } from "../../../model/fold-case.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { flag, instant } from "../columns.ts";
import { compileFilter, compileSort, type FieldMap } from "../compile-filter.ts";
import type { DeploymentEnvironmentRow } from "../schema/deployments.ts";
import type { Schema } from "../schema.ts";

const FIELDS: FieldMap = {
  uuid: { column: "uuid", type: "uuid" },
  name: { column: "name", type: "text" },
  slug: { column: "slug", type: "text" },
  rank: { column: "rank", type: "integer" },
  "environment_type.name": { column: "environment_type", type: "text" },
};

function toEnvironment(row: Selectable<DeploymentEnvironmentRow>): DeploymentEnvironment {
  return {
    uuid: row.uuid as Uuid,
    repositoryUuid: row.repository_uuid as Uuid,
    name: row.name,
    slug: row.slug,
    type: row.environment_type as EnvironmentType,
    rank: row.rank,
    isAdminOnly: row.is_admin_only === 1,
    createdAt: instant(row.created_at),
  };
}

/** Refused by a unique key if the repository has one with this name. */
export async function insertEnvironment(
  tx: Kysely<Schema>,
  environment: DeploymentEnvironment,
): Promise<void> {
  await tx
    .insertInto("deployment_environment")
    .values({
      uuid: environment.uuid,
      repository_uuid: environment.repositoryUuid,
      name: environment.name,
      name_key: foldCase(environment.name),
      slug: environment.slug,
      environment_type: environment.type,
      rank: environment.rank,
      is_admin_only: flag(environment.isAdminOnly),
      created_at: environment.createdAt.getTime(),
    })
    .execute();
}

/** Refused like `insertEnvironment`. */
export async function updateEnvironment(
  tx: Kysely<Schema>,
  { uuid, name, slug, isAdminOnly }: DeploymentEnvironment,
): Promise<void> {
  await tx
    .updateTable("deployment_environment")
    .set({ name, name_key: foldCase(name), slug, is_admin_only: flag(isAdminOnly) })
    .where("uuid", "=", uuid)
    .execute();
}

/** Deletes it with its deployments and variables. @returns false if it did not exist. */
export async function deleteEnvironment(tx: Kysely<Schema>, uuid: Uuid): Promise<boolean> {
  const result = await tx.deleteFrom("deployment_environment").where("uuid", "=", uuid).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

export async function findEnvironment(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  uuid: Uuid,
): Promise<DeploymentEnvironment | undefined> {
  const row = await db
    .selectFrom("deployment_environment")
    .selectAll()
    .where("repository_uuid", "=", repositoryUuid)
    .where("uuid", "=", uuid)
    .executeTakeFirst();
  return row && toEnvironment(row);
}

/** As the YAML of a pipeline names one: by its name in any case, else by its slug. */
export async function findEnvironmentByName(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  text: string,
): Promise<DeploymentEnvironment | undefined> {
  const nameKey = foldCase(text);
  const rows = await db
    .selectFrom("deployment_environment")
    .selectAll()
    .where("repository_uuid", "=", repositoryUuid)
    .where((where) => where.or([where("name_key", "=", nameKey), where("slug", "=", nameKey)]))
    .orderBy("rank")
    .orderBy("uuid")
    .execute();
  const row = rows.find(({ name_key }) => name_key === nameKey) ?? rows[0];
  return row && toEnvironment(row);
}

/** How many a repository has, and the rank for the next one. */
export async function countEnvironments(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
): Promise<{ readonly size: number; readonly nextRank: number }> {
  const { size, highest } = await db
    .selectFrom("deployment_environment")
    .select((eb) => [eb.fn.countAll<number>().as("size"), eb.fn.max("rank").as("highest")])
    .where("repository_uuid", "=", repositoryUuid)
    .executeTakeFirstOrThrow();
  return { size: Number(size), nextRank: highest === null ? 0 : highest + 1 };
}

export type EnvironmentListOptions = {
  readonly filter?: Filter | undefined;
  readonly sort?: Sort | undefined;
  /** From 1. */
  readonly page: number;
  readonly pagelen: number;
};

/** By rank unless sorted. Two statements. */
export async function listEnvironments(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  { filter, sort, page, pagelen }: EnvironmentListOptions,
): Promise<{ readonly values: readonly DeploymentEnvironment[]; readonly size: number }> {
  let listed = db.selectFrom("deployment_environment").where("repository_uuid", "=", repositoryUuid);
  if (filter !== undefined) listed = listed.where(compileFilter(filter, FIELDS));
  const { size } = await listed.select((eb) => eb.fn.countAll<number>().as("size")).executeTakeFirstOrThrow();
  const sorted = sort === undefined ? listed.orderBy("rank") : listed.orderBy(compileSort(sort, FIELDS));
  const rows = await sorted
    .orderBy("uuid")
    .selectAll()
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  return { values: rows.map(toEnvironment), size: Number(size) };
}
