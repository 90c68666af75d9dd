import type { Kysely } from "kysely";
import { repositorySubject } from "../../model/audit.ts";
import {
  type DeploymentEnvironment,
  ENVIRONMENT_TYPES,
  type EnvironmentType,
  slugifyEnvironmentName,
} from "../../model/deployment.ts";
import { Failure } from "../../model/failure.ts";
import type { Repository } from "../../model/repository.ts";
import { bracedUuid, parseUuid, type Uuid } from "../../model/uuid.ts";
import type { By, Ports } from "../../ports.ts";
import { isUniqueViolation } from "../../storage/sql/database-failure.ts";
import {
  countEnvironments,
  deleteEnvironment,
  findEnvironment,
  findEnvironmentByName,
  insertEnvironment,
  updateEnvironment,
} from "../../storage/sql/deployments/environments.ts";
import { lockRows } from "../../storage/sql/lock-rows.ts";
import type { Schema } from "../../storage/sql/schema.ts";

/** Documented: 10 at first, and more with some plans. Ours is enough for all of them. */
export const ENVIRONMENTS_MAX = 100;

export type EnvironmentInput = {
  readonly name: string;
  readonly type: EnvironmentType;
  readonly isAdminOnly: boolean;
};

type EnvironmentPorts = Pick<Ports, "clock" | "newUuid">;

/** @throws Failure not-found. */
export async function getEnvironment(
  { database }: Pick<Ports, "database">,
  repository: Repository,
  text: string,
): Promise<DeploymentEnvironment> {
  const uuid = parseUuid(text);
  const found =
    uuid === undefined ? undefined : await findEnvironment(database.kysely, repository.uuid, uuid);
  if (found === undefined) throw noSuchEnvironment(text);
  return found;
}

export function noSuchEnvironment(text: string): Failure {
  return new Failure("not-found", "Not found", { detail: `There is no environment ${text}` });
}

/** @throws Failure conflict if there is one with this name, or if there are too many. */
export async function createEnvironment(
  ports: EnvironmentPorts,
  by: By,
  repository: Repository,
  input: EnvironmentInput,
): Promise<DeploymentEnvironment> {
  return refusingSameName(input.name, () =>
    by.transaction(async (tx, record) => {
      await lockRows(tx, [{ table: "repository", uuid: repository.uuid, strength: "update" }]);
      const { size, nextRank } = await countEnvironments(tx, repository.uuid);
      if (size >= ENVIRONMENTS_MAX)
        throw new Failure("conflict", `Cannot create the environment: there are ${ENVIRONMENTS_MAX} already`);
      const environment = newEnvironment(ports, repository.uuid, nextRank, input);
      await insertEnvironment(tx, environment);
      record.audit("environment.created", repositorySubject(repository), environmentDetails(environment));
      return environment;
    }),
  );
}

/** Changes what is given. @throws Failure conflict as `createEnvironment`, not-found if it has just been deleted. */
export async function changeEnvironment(
  by: By,
  repository: Repository,
  uuid: Uuid,
  { name, isAdminOnly }: Partial<Pick<EnvironmentInput, "name" | "isAdminOnly">>,
): Promise<void> {
  await refusingSameName(name ?? "", () =>
    by.transaction(async (tx, record) => {
      const before = await findEnvironment(tx, repository.uuid, uuid);
      if (before === undefined) throw noSuchEnvironment(bracedUuid(uuid));
      const changed = {
        ...before,
        ...(name === undefined ? {} : { name, slug: slugOf(name, uuid) }),
        ...(isAdminOnly === undefined ? {} : { isAdminOnly }),
      };
      await updateEnvironment(tx, changed);
      record.audit("environment.changed", repositorySubject(repository), environmentDetails(changed));
    }),
  );
}

/** With its deployments and variables. @throws Failure not-found if it has just been deleted. */
export async function removeEnvironment(
  by: By,
  repository: Repository,
  environment: DeploymentEnvironment,
): Promise<void> {
  await by.transaction(async (tx, record) => {
    if (!(await deleteEnvironment(tx, environment.uuid)))
      throw noSuchEnvironment(bracedUuid(environment.uuid));
    record.audit("environment.deleted", repositorySubject(repository), environmentDetails(environment));
  });
}

/**
 * Those that a repository gets when Pipelines is enabled for the first time: one of each type, named by it (reported of the
 * web page; of the API nothing is known, and it does the same here).
 */
export async function createDefaultEnvironments(
  ports: EnvironmentPorts,
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
): Promise<void> {
  const { nextRank } = await countEnvironments(tx, repositoryUuid);
  let rank = nextRank;
  for (const type of ENVIRONMENT_TYPES) {
    if ((await findEnvironmentByName(tx, repositoryUuid, type)) !== undefined) continue;
    await insertEnvironment(
      tx,
      newEnvironment(ports, repositoryUuid, rank, { name: type, type, isAdminOnly: false }),
    );
    rank += 1;
  }
}

function newEnvironment(
  { clock, newUuid }: EnvironmentPorts,
  repositoryUuid: Uuid,
  rank: number,
  { name, type, isAdminOnly }: EnvironmentInput,
): DeploymentEnvironment {
  const uuid = newUuid();
  const createdAt = clock();
  return { uuid, repositoryUuid, name, slug: slugOf(name, uuid), type, rank, isAdminOnly, createdAt };
}

/** A name without a letter or digit of ASCII has the UUID as its slug. */
function slugOf(name: string, uuid: Uuid): string {
  return slugifyEnvironmentName(name) || uuid;
}

function environmentDetails({ uuid, name, type, isAdminOnly }: DeploymentEnvironment) {
  return { environment: uuid, name, type, admin_only: isAdminOnly };
}

async function refusingSameName<T>(name: string, store: () => Promise<T>): Promise<T> {
  try {
    return await store();
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new Failure("conflict", "Conflict", {
      detail: `An environment with the name "${name}" already exists`,
      fields: { name: ["already exists"] },
    });
  }
}
