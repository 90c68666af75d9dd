import type { Kysely } from "kysely";
import type { Deployment, DeploymentEnvironment, DeploymentStatus } from "../../model/deployment.ts";
import { Failure } from "../../model/failure.ts";
import { type Pipeline, type PipelineStep, type StepResult, stepResultOf } from "../../model/pipeline.ts";
import type { Repository } from "../../model/repository.ts";
import { parseUuid } from "../../model/uuid.ts";
import type { Ports } from "../../ports.ts";
import {
  findDeployment,
  insertDeployment,
  type NewDeployment,
  setDeploymentCompleted,
  setDeploymentStarted,
} from "../../storage/sql/deployments/deployments.ts";
import { findEnvironmentByName } from "../../storage/sql/deployments/environments.ts";
import type { Schema } from "../../storage/sql/schema.ts";

/** @throws Failure not-found. */
export async function getDeployment(
  { database }: Pick<Ports, "database">,
  repository: Repository,
  text: string,
): Promise<Deployment> {
  const uuid = parseUuid(text);
  const found = uuid === undefined ? undefined : await findDeployment(database.kysely, repository.uuid, uuid);
  if (found === undefined)
    throw new Failure("not-found", "Not found", { detail: `There is no deployment ${text}` });
  return found;
}

/** Creates the deployment of a step, which has not started. To be called in the transaction that creates the pipeline. */
export async function createDeployment(
  { clock, newUuid }: Pick<Ports, "clock" | "newUuid">,
  tx: Kysely<Schema>,
  { uuid, repositoryUuid }: DeploymentEnvironment,
  step: Pick<NewDeployment, "pipelineUuid" | "buildNumber" | "stepUuid" | "commit">,
): Promise<void> {
  await insertDeployment(tx, {
    ...step,
    uuid: newUuid(),
    releaseUuid: newUuid(),
    repositoryUuid,
    environmentUuid: uuid,
    createdAt: clock(),
  });
}

/** Those of all steps that name an environment which the repository has. Others deploy nothing (our choice). */
export async function createDeploymentsOf(
  ports: Pick<Ports, "clock" | "newUuid">,
  tx: Kysely<Schema>,
  { uuid: pipelineUuid, repositoryUuid, buildNumber, commit }: Pipeline,
  steps: readonly PipelineStep[],
): Promise<void> {
  for (const { uuid: stepUuid, deployment } of steps) {
    if (deployment === undefined) continue;
    const environment = await findEnvironmentByName(tx, repositoryUuid, deployment);
    if (environment !== undefined)
      await createDeployment(ports, tx, environment, { pipelineUuid, buildNumber, stepUuid, commit });
  }
}

const STATUS: Readonly<Record<Exclude<StepResult, "NOT_RUN">, DeploymentStatus>> = {
  SUCCESSFUL: "SUCCESSFUL",
  FAILED: "FAILED",
  ERROR: "FAILED",
  EXPIRED: "FAILED",
  STOPPED: "STOPPED",
};

/** Moves the deployment of a step that has moved. One of a step that never starts stays undeployed. */
export async function followStep(
  tx: Kysely<Schema>,
  { creator }: Pick<Pipeline, "creator">,
  { uuid, deployment, status, startedAt }: PipelineStep,
  now: Date,
): Promise<void> {
  if (deployment === undefined || startedAt === undefined) return;
  await setDeploymentStarted(tx, uuid, { at: startedAt, deployerUuid: creator?.uuid });
  const result = stepResultOf(status);
  if (result === undefined || result === "NOT_RUN") return;
  await setDeploymentCompleted(tx, uuid, { at: now, status: STATUS[result] });
}
