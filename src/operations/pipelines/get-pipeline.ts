import type { Pipeline, PipelineStep } from "../../model/pipeline.ts";
import type { Repository } from "../../model/repository.ts";
import { bracedUuid, parseUuid } from "../../model/uuid.ts";
import type { Ports } from "../../ports.ts";
import { findPipeline } from "../../storage/sql/pipelines/pipelines.ts";
import { findStep } from "../../storage/sql/pipelines/steps.ts";
import { BUILD_NUMBER_MAX } from "./config.ts";
import { pipelineNotFound } from "./pipeline-failures.ts";

type GetPorts = Pick<Ports, "database">;

/**
 * A pipeline by what stands in a path: its UUID, in braces or without, or its build number.
 *
 * @throws Failure not-found, with recorded text for a number.
 */
export async function getPipeline(
  { database }: GetPorts,
  repository: Repository,
  text: string,
): Promise<Pipeline> {
  const uuid = parseUuid(text);
  const number = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
  const isNumber = number !== undefined && number <= BUILD_NUMBER_MAX;
  const key = uuid !== undefined ? { uuid } : isNumber ? { buildNumber: number } : undefined;
  const found = key && (await findPipeline(database.kysely, repository.uuid, key));
  if (found !== undefined) return found;
  const what = uuid === undefined ? `build number '${text}'` : `UUID '${bracedUuid(uuid)}'`;
  throw pipelineNotFound(
    `Pipeline with ${what} not found in repository ${bracedUuid(repository.uuid)}`,
    "result-service.pipeline-id.not-found",
  );
}

/** A step with its pipeline. @throws Failure not-found. */
export async function getStep(
  ports: GetPorts,
  repository: Repository,
  names: { readonly pipeline: string; readonly step: string },
): Promise<{ readonly pipeline: Pipeline; readonly step: PipelineStep }> {
  const pipeline = await getPipeline(ports, repository, names.pipeline);
  const uuid = parseUuid(names.step);
  const step = uuid && (await findStep(ports.database.kysely, pipeline.uuid, uuid));
  if (step === undefined)
    throw pipelineNotFound(`Step '${names.step}' not found in pipeline ${bracedUuid(pipeline.uuid)}`);
  return { pipeline, step };
}
