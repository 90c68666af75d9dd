import type { Kysely } from "kysely";
import type { Uuid } from "../../../model/uuid.ts";
import type { Schema } from "../schema.ts";

/** A variable of one run: either its value, or what it is sealed into. */
export type StoredRunVariable = {
  readonly key: string;
  readonly value: string | undefined;
  readonly sealedValue: Buffer | undefined;
};

export async function insertRunVariables(
  tx: Kysely<Schema>,
  pipelineUuid: Uuid,
  variables: readonly StoredRunVariable[],
): Promise<void> {
  if (variables.length === 0) return;
  await tx
    .insertInto("pipeline_run_variable")
    .values(
      variables.map(({ key, value, sealedValue }, position) => ({
        pipeline_uuid: pipelineUuid,
        position,
        key,
        value: value ?? null,
        sealed_value: sealedValue ?? null,
      })),
    )
    .execute();
}

export async function listRunVariables(
  db: Kysely<Schema>,
  pipelineUuid: Uuid,
): Promise<readonly StoredRunVariable[]> {
  const rows = await db
    .selectFrom("pipeline_run_variable")
    .selectAll()
    .where("pipeline_uuid", "=", pipelineUuid)
    .orderBy("position")
    .execute();
  return rows.map(({ key, value, sealed_value }) => ({
    key,
    value: value ?? undefined,
    sealedValue: sealed_value ?? undefined,
  }));
}
