import type { Kysely } from "kysely";
import type { PipelineRunner, RunnerOwner } from "../../../model/pipeline-runner.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { flag, instant } from "../columns.ts";
import type { Schema } from "../schema.ts";

/** Without the digest of the secret, which nothing asks for: no runner ever connects. */
const COLUMNS = ["uuid", "name", "labels", "is_disabled", "client_id", "created_at", "updated_at"] as const;

const columnOf = ({ kind }: RunnerOwner) =>
  kind === "repository" ? ("repository_uuid" as const) : ("workspace_uuid" as const);

function runnerQuery(db: Kysely<Schema>, owner: RunnerOwner) {
  return db.selectFrom("pipeline_runner").where(columnOf(owner), "=", owner.uuid);
}

type Row = {
  readonly uuid: string;
  readonly name: string;
  readonly labels: string;
  readonly is_disabled: number;
  readonly client_id: string;
  readonly created_at: number;
  readonly updated_at: number;
};

const toRunner =
  (owner: RunnerOwner) =>
  (row: Row): PipelineRunner => ({
    uuid: row.uuid as Uuid,
    owner,
    name: row.name,
    labels: JSON.parse(row.labels) as readonly string[],
    isDisabled: row.is_disabled === 1,
    clientId: row.client_id,
    createdAt: instant(row.created_at),
    updatedAt: instant(row.updated_at),
  });

export async function insertRunner(
  tx: Kysely<Schema>,
  runner: PipelineRunner,
  secretDigest: Buffer,
): Promise<void> {
  await tx
    .insertInto("pipeline_runner")
    .values({
      uuid: runner.uuid,
      repository_uuid: runner.owner.kind === "repository" ? runner.owner.uuid : null,
      workspace_uuid: runner.owner.kind === "workspace" ? runner.owner.uuid : null,
      name: runner.name,
      labels: JSON.stringify(runner.labels),
      is_disabled: flag(runner.isDisabled),
      client_id: runner.clientId,
      secret_digest: secretDigest,
      created_at: runner.createdAt.getTime(),
      updated_at: runner.updatedAt.getTime(),
    })
    .execute();
}

export async function countRunners(db: Kysely<Schema>, owner: RunnerOwner): Promise<number> {
  const { size } = await runnerQuery(db, owner)
    .select((eb) => eb.fn.countAll<number>().as("size"))
    .executeTakeFirstOrThrow();
  return Number(size);
}

export async function findRunner(
  db: Kysely<Schema>,
  owner: RunnerOwner,
  uuid: Uuid,
): Promise<PipelineRunner | undefined> {
  const row = await runnerQuery(db, owner).select(COLUMNS).where("uuid", "=", uuid).executeTakeFirst();
  return row && toRunner(owner)(row);
}

/** A page, oldest first. */
export async function listRunners(
  db: Kysely<Schema>,
  owner: RunnerOwner,
  { page, pagelen }: { readonly page: number; readonly pagelen: number },
): Promise<readonly PipelineRunner[]> {
  const rows = await runnerQuery(db, owner)
    .select(COLUMNS)
    .orderBy("created_at")
    .orderBy("uuid")
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  return rows.map(toRunner(owner));
}

export async function updateRunner(
  tx: Kysely<Schema>,
  { uuid, name, labels, isDisabled, updatedAt }: PipelineRunner,
): Promise<void> {
  await tx
    .updateTable("pipeline_runner")
    .set({
      name,
      labels: JSON.stringify(labels),
      is_disabled: flag(isDisabled),
      updated_at: updatedAt.getTime(),
    })
    .where("uuid", "=", uuid)
    .execute();
}

/** @returns false if there is none. */
export async function deleteRunnerRow(tx: Kysely<Schema>, owner: RunnerOwner, uuid: Uuid): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom("pipeline_runner")
    .where(columnOf(owner), "=", owner.uuid)
    .where("uuid", "=", uuid)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
