import type { PipelineStep, TestCaseStatus } from "../../../../../model/pipeline.ts";
import { bracedUuid } from "../../../../../model/uuid.ts";
import { pipelineNotFound } from "../../../../../operations/pipelines/pipeline-failures.ts";
import type { Ports } from "../../../../../ports.ts";
import { countTestCases } from "../../../../../storage/sql/pipelines/test-cases.ts";

/** How many a step has of each kind. @throws Failure not-found if none was reported. */
export async function requireTestCases(
  { database }: Pick<Ports, "database">,
  { uuid }: Pick<PipelineStep, "uuid">,
): Promise<ReadonlyMap<TestCaseStatus, number>> {
  const counts = await countTestCases(database.kysely, uuid);
  if (counts.size === 0) throw pipelineNotFound(`No test reports exist for step ${bracedUuid(uuid)}.`);
  return counts;
}
