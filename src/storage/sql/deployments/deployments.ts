import type { Kysely, Selectable } from "kysely";
import type { Deployment, DeploymentState, DeploymentStatus } from "../../../model/deployment.ts";
import type { Filter, Sort } from "../../../model/filter.ts";
import type { ObjectId } from "../../../model/object-id.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { findAccountsByUuids } from "../accounts/accounts.ts";
import { instant, optionalInstant } from "../columns.ts";
import { compileFilter, compileSort, type FieldMap } from "../compile-filter.ts";
import type { DeploymentRow } from "../schema/deployments.ts";
import type { Schema } from "../schema.ts";

const FIELDS: FieldMap = {
  uuid: { column: "uuid", type: "uuid" },
  created_on: { column: "created_at", type: "instant" },
  last_update_time: { column: "updated_at", type: "instant" },
  "environment.uuid": { column: "environment_uuid", type: "uuid" },
  "release.created_on": { column: "created_at", type: "instant" },
  "release.commit.hash": { column: "commit_id", type: "hash" },
  "state.name": { column: "state", type: "text" },
  "state.status.name": { column: "status", type: "text", nullable: true },
  "state.started_on": { column: "started_at", type: "instant", nullable: true },
  "state.start_date": { column: "started_at", type: "instant", nullable: true },
  "state.completion_date": { column: "completed_at", type: "instant", nullable: true },
};

async function toDeployments(
  db: Kysely<Schema>,
  rows: readonly Selectable<DeploymentRow>[],
): Promise<readonly Deployment[]> {
  const uuids = new Set(rows.flatMap(({ deployer_uuid }) => (deployer_uuid ?? []) as Uuid | []));
  const deployers = await findAccountsByUuids(db, uuids);
  return rows.map((row) => ({
    uuid: row.uuid as Uuid,
    repositoryUuid: row.repository_uuid as Uuid,
    environmentUuid: row.environment_uuid as Uuid,
    pipelineUuid: row.pipeline_uuid as Uuid,
    buildNumber: row.build_number,
    stepUuid: row.step_uuid as Uuid,
    releaseUuid: row.release_uuid as Uuid,
    commit: row.commit_id as ObjectId,
    deployer: deployers.get(row.deployer_uuid as Uuid),
    state: toState(row),
    createdAt: instant(row.created_at),
    updatedAt: instant(row.updated_at),
  }));
}

function toState({ state, status, started_at, completed_at }: Selectable<DeploymentRow>): DeploymentState {
  switch (state) {
    case "COMPLETED":
      return {
        name: "COMPLETED",
        status: status as DeploymentStatus,
        startedAt: optionalInstant(started_at),
        completedAt: instant(completed_at!),
      };
    case "IN_PROGRESS":
      return { name: "IN_PROGRESS", startedAt: instant(started_at!) };
    default:
      return { name: "UNDEPLOYED" };
  }
}

export type NewDeployment = Pick<
  Deployment,
  | "uuid"
  | "repositoryUuid"
  | "environmentUuid"
  | "pipelineUuid"
  | "buildNumber"
  | "stepUuid"
  | "releaseUuid"
  | "commit"
  | "createdAt"
>;

/** One that has not been started. */
export async function insertDeployment(tx: Kysely<Schema>, deployment: NewDeployment): Promise<void> {
  const createdAt = deployment.createdAt.getTime();
  await tx
    .insertInto("deployment")
    .values({
      uuid: deployment.uuid,
      repository_uuid: deployment.repositoryUuid,
      environment_uuid: deployment.environmentUuid,
      pipeline_uuid: deployment.pipelineUuid,
      build_number: deployment.buildNumber,
      step_uuid: deployment.stepUuid,
      release_uuid: deployment.releaseUuid,
      commit_id: deployment.commit,
      deployer_uuid: null,
      state: "UNDEPLOYED",
      status: null,
      created_at: createdAt,
      updated_at: createdAt,
      started_at: null,
      completed_at: null,
    })
    .execute();
}

/** @returns false if the step deploys nothing, or has started to already. */
export async function setDeploymentStarted(
  tx: Kysely<Schema>,
  stepUuid: Uuid,
  { at, deployerUuid }: { readonly at: Date; readonly deployerUuid: Uuid | undefined },
): Promise<boolean> {
  const result = await tx
    .updateTable("deployment")
    .set({
      state: "IN_PROGRESS",
      deployer_uuid: deployerUuid ?? null,
      started_at: at.getTime(),
      updated_at: at.getTime(),
    })
    .where("step_uuid", "=", stepUuid)
    .where("state", "=", "UNDEPLOYED")
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** @returns false if the step deploys nothing, or has ended already. */
export async function setDeploymentCompleted(
  tx: Kysely<Schema>,
  stepUuid: Uuid,
  { at, status }: { readonly at: Date; readonly status: DeploymentStatus },
): Promise<boolean> {
  const result = await tx
    .updateTable("deployment")
    .set({ state: "COMPLETED", status, completed_at: at.getTime(), updated_at: at.getTime() })
    .where("step_uuid", "=", stepUuid)
    .where("state", "!=", "COMPLETED")
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function findDeployment(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  uuid: Uuid,
): Promise<Deployment | undefined> {
  const rows = await db
    .selectFrom("deployment")
    .selectAll()
    .where("repository_uuid", "=", repositoryUuid)
    .where("uuid", "=", uuid)
    .execute();
  return (await toDeployments(db, rows))[0];
}

export type DeploymentListOptions = {
  /** Those to it only. */
  readonly environmentUuid?: Uuid | undefined;
  readonly filter?: Filter | undefined;
  readonly sort?: Sort | undefined;
  /** From 1. */
  readonly page: number;
  readonly pagelen: number;
};

/** Oldest first unless sorted. Three statements. */
export async function listDeployments(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  { environmentUuid, filter, sort, page, pagelen }: DeploymentListOptions,
): Promise<{ readonly values: readonly Deployment[]; readonly size: number }> {
  let listed = db.selectFrom("deployment").where("repository_uuid", "=", repositoryUuid);
  if (environmentUuid !== undefined) listed = listed.where("environment_uuid", "=", environmentUuid);
  if (filter !== undefined) listed = listed.where(compileFilter(filter, FIELDS));
  const { size } = await listed.select((eb) => eb.fn.countAll<number>().as("size")).executeTakeFirstOrThrow();
  const sorted = sort === undefined ? listed : listed.orderBy(compileSort(sort, FIELDS));
  const rows = await sorted
    .orderBy("sequence")
    .selectAll()
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  return { values: await toDeployments(db, rows), size: Number(size) };
}
