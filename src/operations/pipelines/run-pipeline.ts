import type { Pipeline, PipelineStep, PipelineTrigger, RunVariable } from "../../model/pipeline.ts";
import type { Repository } from "../../model/repository.ts";
import { accountOf } from "../../model/who-acts.ts";
import type { By, Ports } from "../../ports.ts";
import { SEAL_NONCE_BYTES, seal } from "../../storage/keys/seal.ts";
import { lockRows } from "../../storage/sql/lock-rows.ts";
import { isPipelinesEnabled, nextBuildNumber } from "../../storage/sql/pipelines/config.ts";
import { insertPipeline } from "../../storage/sql/pipelines/pipelines.ts";
import { insertRunVariables, type StoredRunVariable } from "../../storage/sql/pipelines/run-variables.ts";
import { insertSteps } from "../../storage/sql/pipelines/steps.ts";
import type { CommitPorts } from "../commits/commits.ts";
import { createDeploymentsOf } from "../deployments/deployments.ts";
import { derivePipeline } from "./derive-pipeline.ts";
import { type DefinedStep, findSelector, readSteps } from "./parse-definition.ts";
import { pipelineBadRequest } from "./pipeline-failures.ts";
import { readDefinition } from "./read-definition.ts";
import { type ResolvedTarget, resolveTarget, type WantedTarget } from "./resolve-target.ts";

export type RunPorts = CommitPorts & Pick<Ports, "keys" | "randomBytes" | "newUuid">;

export type RunRequest = {
  readonly target: WantedTarget;
  readonly variables: readonly RunVariable[];
  /** MANUAL, if not given. */
  readonly trigger?: PipelineTrigger;
};

/**
 * Creates a pipeline with the steps that the file says for its target. Nothing runs it: it is pending until `move-step.ts` moves it.
 * One whose file cannot be read has ended with ERROR.
 *
 * @throws Failure not-found if the target is not there; invalid-input if pipelines are disabled, the commit has no file, or the file
 * no such selector.
 */
export async function runPipeline(
  ports: RunPorts,
  by: By,
  repository: Repository,
  { target: wanted, variables, trigger = "MANUAL" }: RunRequest,
): Promise<Pipeline> {
  // The text is ours: no recording has it.
  if (!(await isPipelinesEnabled(ports.database.kysely, repository.uuid)))
    throw pipelineBadRequest("Pipelines are not enabled for this repository");
  const resolved = await resolveTarget(ports, repository, wanted);
  const planned = await planSteps(ports, repository, resolved, by.signal);
  const now = ports.clock();
  const uuid = ports.newUuid();
  const steps = planned.steps.map((step, position) => newStep(ports, { uuid, position }, step));
  const first = derivePipeline("PENDING", steps);
  const pipeline: Omit<Pipeline, "buildNumber"> = {
    uuid,
    repositoryUuid: repository.uuid,
    creator: accountOf(by.caller),
    trigger,
    target: resolved.target,
    commit: resolved.commit,
    selector: planned.selector,
    status: planned.error === undefined ? first.status : "ERROR",
    error: planned.error,
    terminator: undefined,
    createdAt: now,
    completedAt: planned.error === undefined ? undefined : now,
    buildSeconds: 0,
  };
  const sealed = await sealVariables(ports, uuid, variables);
  return by.transaction(async (tx) => {
    await lockRows(tx, [{ table: "repository", uuid: repository.uuid, strength: "update" }]);
    const numbered = { ...pipeline, buildNumber: await nextBuildNumber(tx, repository.uuid) };
    await insertPipeline(tx, numbered);
    await insertSteps(tx, first.steps);
    await createDeploymentsOf(ports, tx, numbered, first.steps);
    await insertRunVariables(tx, uuid, sealed);
    return numbered;
  });
}

type Planned = Pick<Pipeline, "selector" | "error"> & { readonly steps: readonly DefinedStep[] };

async function planSteps(
  ports: RunPorts,
  repository: Repository,
  { commit, selectors }: ResolvedTarget,
  signal: AbortSignal,
): Promise<Planned> {
  const definition = await readDefinition(ports, repository, commit, signal);
  // The text is ours too.
  if (definition === undefined)
    throw pipelineBadRequest(`The commit ${commit} has no bitbucket-pipelines.yml`);
  if (definition.kind === "broken") return { selector: undefined, error: definition.error, steps: [] };
  for (const wanted of selectors) {
    const selector = findSelector(definition.value, wanted);
    if (selector === undefined) continue;
    const steps = await readSteps(definition.value, selector);
    return steps.kind === "broken"
      ? { selector, error: steps.error, steps: [] }
      : { selector, error: undefined, steps: steps.value };
  }
  // Recorded: contract, rest-of-api.md §3.5.
  throw pipelineBadRequest(
    "Requested selector is not found in bitbucket-pipelines.yml.",
    "result-service.pipeline.selector-not-found",
  );
}

function newStep(
  { newUuid }: RunPorts,
  { uuid, position }: { readonly uuid: Pipeline["uuid"]; readonly position: number },
  defined: DefinedStep,
): PipelineStep {
  return {
    ...defined,
    uuid: newUuid(),
    pipelineUuid: uuid,
    position,
    status: "PENDING",
    error: undefined,
    startedAt: undefined,
    completedAt: undefined,
    logBytes: undefined,
  };
}

const SEAL_PURPOSE = "pail variables of a pipeline";

async function sealVariables(
  { keys, randomBytes }: RunPorts,
  pipelineUuid: Pipeline["uuid"],
  variables: readonly RunVariable[],
): Promise<readonly StoredRunVariable[]> {
  if (!variables.some(({ isSecured }) => isSecured))
    return variables.map(({ key, value }) => ({ key, value, sealedValue: undefined }));
  const sealingKey = await keys.get("pipelines");
  return variables.map(({ key, value, isSecured }, position) => {
    if (!isSecured) return { key, value, sealedValue: undefined };
    const place = { purpose: SEAL_PURPOSE, owner: `${pipelineUuid}/${position}` };
    const sealedValue = seal(sealingKey, place, Buffer.from(value), randomBytes(SEAL_NONCE_BYTES));
    return { key, value: undefined, sealedValue };
  });
}
