import type { Kysely } from "kysely";
import type { Deployment, DeploymentEnvironment } from "../../model/deployment.ts";
import { Failure } from "../../model/failure.ts";
import type { Repository } from "../../model/repository.ts";
import { parseUuid } from "../../model/uuid.ts";
import type { Ports } from "../../ports.ts";
import {
  findDeployment,
  insertDeployment,
  type NewDeployment,
} from "../../storage/sql/deployments/deployments.ts";
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

/**
 * Creates the deployment of a step, which has not started. To be called in the transaction that creates the pipeline;
 * `setDeploymentStarted` and `setDeploymentCompleted` then follow the step.
 */
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
