import type { Kysely } from "kysely";
import type { TestCase, TestCaseStatus } from "../../../model/pipeline.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { chunks } from "../chunks.ts";
import type { PipelineTestCaseRow } from "../schema/pipelines.ts";
import type { Schema } from "../schema.ts";

const ROWS_PER_STATEMENT = 500;

function toTestCase(row: PipelineTestCaseRow): TestCase {
  return {
    uuid: row.uuid as Uuid,
    stepUuid: row.step_uuid as Uuid,
    name: row.name,
    fullyQualifiedName: row.fully_qualified_name,
    packageName: row.package_name,
    status: row.status as TestCaseStatus,
    durationMs: Number(row.duration_ms),
    reason: row.reason ?? undefined,
  };
}

/** Behind those that are there. The transaction must hold the lock of the repository's row. */
export async function insertTestCases(
  tx: Kysely<Schema>,
  stepUuid: Uuid,
  cases: readonly TestCase[],
): Promise<void> {
  const { size } = await tx
    .selectFrom("pipeline_test_case")
    .select((eb) => eb.fn.countAll<number>().as("size"))
    .where("step_uuid", "=", stepUuid)
    .executeTakeFirstOrThrow();
  const rows = cases.map((each, index) => ({
    uuid: each.uuid,
    step_uuid: stepUuid,
    position: Number(size) + index,
    name: each.name,
    fully_qualified_name: each.fullyQualifiedName,
    package_name: each.packageName,
    status: each.status,
    duration_ms: each.durationMs,
    reason: each.reason ?? null,
  }));
  for (const part of chunks(rows, ROWS_PER_STATEMENT))
    await tx
      .insertInto("pipeline_test_case")
      .values([...part])
      .execute();
}

/** How many there are in each state. */
export async function countTestCases(
  db: Kysely<Schema>,
  stepUuid: Uuid,
): Promise<ReadonlyMap<TestCaseStatus, number>> {
  const rows = await db
    .selectFrom("pipeline_test_case")
    .select((eb) => ["status", eb.fn.countAll<number>().as("size")])
    .where("step_uuid", "=", stepUuid)
    .groupBy("status")
    .execute();
  return new Map(rows.map(({ status, size }) => [status as TestCaseStatus, Number(size)]));
}

/** A page of them, in the order in which they were reported. `page` counts from 1. */
export async function listTestCases(
  db: Kysely<Schema>,
  stepUuid: Uuid,
  { page, pagelen }: { readonly page: number; readonly pagelen: number },
): Promise<readonly TestCase[]> {
  const rows = await db
    .selectFrom("pipeline_test_case")
    .selectAll()
    .where("step_uuid", "=", stepUuid)
    .orderBy("position")
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  return rows.map(toTestCase);
}

export async function findTestCase(
  db: Kysely<Schema>,
  stepUuid: Uuid,
  uuid: Uuid,
): Promise<TestCase | undefined> {
  const row = await db
    .selectFrom("pipeline_test_case")
    .selectAll()
    .where("step_uuid", "=", stepUuid)
    .where("uuid", "=", uuid)
    .executeTakeFirst();
  return row && toTestCase(row);
}
