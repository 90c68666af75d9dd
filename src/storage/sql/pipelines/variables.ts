import type { Kysely, Selectable } from "kysely";
import type { Filter, Sort } from "../../../model/filter.ts";
import type { PipelineVariable, VariableOwner } from "../../../model/pipeline-variable.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { instant } from "../columns.ts";
import { compileFilter, compileSort, type FieldMap } from "../compile-filter.ts";
import type { PipelineVariableRow } from "../schema/pipelines-config.ts";
import type { Schema } from "../schema.ts";

/** Not by value: a filter could guess it. */
const FIELDS: FieldMap = {
  uuid: { column: "uuid", type: "uuid" },
  key: { column: "key", type: "text" },
};

function toVariable(row: Selectable<PipelineVariableRow>): PipelineVariable {
  return {
    uuid: row.uuid as Uuid,
    key: row.key,
    content:
      row.sealed_value === null
        ? { kind: "plain", value: row.value ?? "" }
        : { kind: "secured", sealedValue: row.sealed_value },
    createdAt: instant(row.created_at),
  };
}

function contentColumns({ content }: Pick<PipelineVariable, "content">) {
  return content.kind === "plain"
    ? { value: content.value, sealed_value: null }
    : { value: null, sealed_value: content.sealedValue };
}

/**
 * Refused by a unique key if the owner has one with this key, and by a foreign key if the owner has just been deleted.
 */
export async function insertVariable(
  tx: Kysely<Schema>,
  owner: VariableOwner,
  variable: PipelineVariable,
): Promise<void> {
  await tx
    .insertInto("pipeline_variable")
    .values({
      uuid: variable.uuid,
      owner_uuid: owner.uuid,
      workspace_uuid: owner.kind === "workspace" ? owner.uuid : null,
      repository_uuid: owner.kind === "repository" ? owner.uuid : null,
      environment_uuid: owner.kind === "environment" ? owner.uuid : null,
      key: variable.key,
      ...contentColumns(variable),
      created_at: variable.createdAt.getTime(),
    })
    .execute();
}

/** Refused like `insertVariable`. */
export async function updateVariable(tx: Kysely<Schema>, variable: PipelineVariable): Promise<void> {
  await tx
    .updateTable("pipeline_variable")
    .set({ key: variable.key, ...contentColumns(variable) })
    .where("uuid", "=", variable.uuid)
    .execute();
}

/** @returns false if it did not exist. */
export async function deleteVariable(tx: Kysely<Schema>, uuid: Uuid): Promise<boolean> {
  const result = await tx.deleteFrom("pipeline_variable").where("uuid", "=", uuid).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

export async function findVariable(
  db: Kysely<Schema>,
  owner: VariableOwner,
  uuid: Uuid,
): Promise<PipelineVariable | undefined> {
  const row = await db
    .selectFrom("pipeline_variable")
    .selectAll()
    .where("owner_uuid", "=", owner.uuid)
    .where("uuid", "=", uuid)
    .executeTakeFirst();
  return row && toVariable(row);
}

export async function countVariables(db: Kysely<Schema>, owner: VariableOwner): Promise<number> {
  const { size } = await db
    .selectFrom("pipeline_variable")
    .select((eb) => eb.fn.countAll<number>().as("size"))
    .where("owner_uuid", "=", owner.uuid)
    .executeTakeFirstOrThrow();
  return Number(size);
}

export type VariableListOptions = {
  readonly filter?: Filter | undefined;
  readonly sort?: Sort | undefined;
  /** From 1. */
  readonly page: number;
  readonly pagelen: number;
};

/** Oldest first unless sorted. Two statements. */
export async function listVariables(
  db: Kysely<Schema>,
  owner: VariableOwner,
  { filter, sort, page, pagelen }: VariableListOptions,
): Promise<{ readonly values: readonly PipelineVariable[]; readonly size: number }> {
  let listed = db.selectFrom("pipeline_variable").where("owner_uuid", "=", owner.uuid);
  if (filter !== undefined) listed = listed.where(compileFilter(filter, FIELDS));
  const { size } = await listed.select((eb) => eb.fn.countAll<number>().as("size")).executeTakeFirstOrThrow();
  const sorted =
    sort === undefined ? listed.orderBy("created_at") : listed.orderBy(compileSort(sort, FIELDS));
  const rows = await sorted
    .orderBy("key")
    .selectAll()
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  return { values: rows.map(toVariable), size: Number(size) };
}
