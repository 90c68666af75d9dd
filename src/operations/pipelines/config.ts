import { repositorySubject } from "../../model/audit.ts";
import { invalidField } from "../../model/failure.ts";
import type { Repository } from "../../model/repository.ts";
import type { By, Ports } from "../../ports.ts";
import {
  isPipelinesEnabled,
  setNextBuildNumber,
  setPipelinesEnabled,
} from "../../storage/sql/pipelines/config.ts";
import { createDefaultEnvironments } from "../deployments/environments.ts";

/** Our choice: numbers above it are not exact in every client. */
export const BUILD_NUMBER_MAX = 2 ** 31 - 1;

/** Enables or disables Pipelines for a repository. What has been configured is kept meanwhile. */
export async function setPipelines(
  ports: Pick<Ports, "clock" | "newUuid">,
  by: By,
  repository: Repository,
  isEnabled: boolean,
): Promise<void> {
  await by.transaction(async (tx, record) => {
    if ((await isPipelinesEnabled(tx, repository.uuid)) === isEnabled) return;
    const isFirstTime = await setPipelinesEnabled(tx, repository.uuid, isEnabled, ports.clock());
    if (isFirstTime) await createDefaultEnvironments(ports, tx, repository.uuid);
    record.audit(isEnabled ? "pipelines.enabled" : "pipelines.disabled", repositorySubject(repository));
  });
}

/** @throws Failure invalid-input if a pipeline has this number already or a higher one. */
export async function changeNextBuildNumber(by: By, repository: Repository, next: number): Promise<void> {
  await by.transaction(async (tx) => {
    if (!(await setNextBuildNumber(tx, repository.uuid, next)))
      throw invalidField("next", "must be higher than the number of the latest pipeline");
  });
}
