import type { Insertable, Kysely, Selectable } from "kysely";
import type { Account } from "../../../model/account.ts";
import type { ObjectId } from "../../../model/object-id.ts";
import type {
  Pipeline,
  PipelineError,
  PipelineSort,
  PipelineStatus,
  PipelineTarget,
  PipelineTrigger,
  SelectorType,
} from "../../../model/pipeline.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { aliasedAccountColumns, toAliasedAccount } from "../accounts/aliased-account.ts";
import { instant, optionalInstant } from "../columns.ts";
import type { PipelineRow } from "../schema/pipelines.ts";
import type { Schema } from "../schema.ts";

function pipelineQuery(db: Kysely<Schema>, repositoryUuid: Uuid) {
  return db
    .selectFrom("pipeline")
    .leftJoin("account as creator", "creator.uuid", "pipeline.creator_uuid")
    .leftJoin("account as terminator", "terminator.uuid", "pipeline.terminator_uuid")
    .where("pipeline.repository_uuid", "=", repositoryUuid);
}

function selectPipelines(query: ReturnType<typeof pipelineQuery>) {
  return query
    .selectAll("pipeline")
    .select(aliasedAccountColumns("creator"))
    .select(aliasedAccountColumns("terminator"));
}

type Row = Awaited<ReturnType<ReturnType<typeof selectPipelines>["execute"]>>[number];

function toPipeline(row: Row): Pipeline {
  return {
    uuid: row.uuid as Uuid,
    repositoryUuid: row.repository_uuid as Uuid,
    buildNumber: row.build_number,
    creator: toAliasedAccount(row, "creator"),
    trigger: row.trigger_kind as PipelineTrigger,
    target: toTarget(row),
    commit: row.commit_id as ObjectId,
    selector:
      row.selector_type === null
        ? undefined
        : { type: row.selector_type as SelectorType, pattern: row.selector_pattern ?? undefined },
    status: row.status as PipelineStatus,
    error: toPipelineError(row),
    terminator: toAliasedAccount(row, "terminator"),
    createdAt: instant(row.created_at),
    completedAt: optionalInstant(row.completed_at),
    buildSeconds: row.build_seconds,
  };
}

export function toPipelineError(
  row: Pick<Selectable<PipelineRow>, "error_key" | "error_message">,
): PipelineError | undefined {
  return row.error_key === null ? undefined : { key: row.error_key, message: row.error_message ?? "" };
}

function toTarget(row: Selectable<PipelineRow>): PipelineTarget {
  switch (row.target_kind as PipelineTarget["kind"]) {
    case "commit":
      return { kind: "commit" };
    case "ref":
      return { kind: "ref", refType: row.ref_type as "branch" | "tag", refName: row.ref_name! };
    case "pull-request":
      return {
        kind: "pull-request",
        pullRequestId: row.pull_request_id!,
        title: row.pull_request_title ?? "",
        source: row.ref_name!,
        destination: row.destination_name!,
        destinationCommit: (row.destination_commit_id ?? undefined) as ObjectId | undefined,
      };
  }
}

type TargetColumns = Pick<
  Insertable<PipelineRow>,
  | "target_kind"
  | "ref_type"
  | "ref_name"
  | "pull_request_id"
  | "pull_request_title"
  | "destination_name"
  | "destination_commit_id"
>;

function targetColumns(target: PipelineTarget): TargetColumns {
  const none = {
    ref_type: null,
    ref_name: null,
    pull_request_id: null,
    pull_request_title: null,
    destination_name: null,
    destination_commit_id: null,
  };
  switch (target.kind) {
    case "commit":
      return { target_kind: target.kind, ...none };
    case "ref":
      return { target_kind: target.kind, ...none, ref_type: target.refType, ref_name: target.refName };
    case "pull-request":
      return {
        target_kind: target.kind,
        ref_type: null,
        ref_name: target.source,
        pull_request_id: target.pullRequestId,
        pull_request_title: target.title,
        destination_name: target.destination,
        destination_commit_id: target.destinationCommit ?? null,
      };
  }
}

/** Refused by a unique key if the number is taken. */
export async function insertPipeline(tx: Kysely<Schema>, pipeline: Pipeline): Promise<void> {
  await tx
    .insertInto("pipeline")
    .values({
      uuid: pipeline.uuid,
      repository_uuid: pipeline.repositoryUuid,
      build_number: pipeline.buildNumber,
      creator_uuid: pipeline.creator?.uuid ?? null,
      trigger_kind: pipeline.trigger,
      ...targetColumns(pipeline.target),
      commit_id: pipeline.commit,
      selector_type: pipeline.selector?.type ?? null,
      selector_pattern: pipeline.selector?.pattern ?? null,
      status: pipeline.status,
      error_key: pipeline.error?.key ?? null,
      error_message: pipeline.error?.message ?? null,
      terminator_uuid: pipeline.terminator?.uuid ?? null,
      created_at: pipeline.createdAt.getTime(),
      completed_at: pipeline.completedAt?.getTime() ?? null,
      build_seconds: pipeline.buildSeconds,
    })
    .execute();
}

export type PipelineChanges = Partial<Pick<Pipeline, "status" | "error" | "completedAt" | "buildSeconds">> & {
  readonly terminator?: Pick<Account, "uuid"> | undefined;
};

export async function updatePipeline(
  tx: Kysely<Schema>,
  uuid: Uuid,
  changes: PipelineChanges,
): Promise<void> {
  await tx
    .updateTable("pipeline")
    .set({
      ...(changes.status === undefined ? {} : { status: changes.status }),
      ...(changes.error === undefined
        ? {}
        : { error_key: changes.error.key, error_message: changes.error.message }),
      ...(changes.terminator === undefined ? {} : { terminator_uuid: changes.terminator.uuid }),
      ...(changes.completedAt === undefined ? {} : { completed_at: changes.completedAt.getTime() }),
      ...(changes.buildSeconds === undefined ? {} : { build_seconds: changes.buildSeconds }),
    })
    .where("uuid", "=", uuid)
    .execute();
}

/** By its UUID or its number. */
export type PipelineSelectorKey = { readonly uuid: Uuid } | { readonly buildNumber: number };

export async function findPipeline(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  key: PipelineSelectorKey,
): Promise<Pipeline | undefined> {
  const query = selectPipelines(pipelineQuery(db, repositoryUuid));
  const row = await ("uuid" in key
    ? query.where("pipeline.uuid", "=", key.uuid)
    : query.where("pipeline.build_number", "=", key.buildNumber)
  ).executeTakeFirst();
  return row && toPipeline(row);
}

/** Those of these UUIDs that are there. */
export async function listPipelinesByUuid(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  uuids: readonly Uuid[],
): Promise<readonly Pipeline[]> {
  if (uuids.length === 0) return [];
  const rows = await selectPipelines(pipelineQuery(db, repositoryUuid))
    .where("pipeline.uuid", "in", uuids)
    .execute();
  return rows.map(toPipeline);
}

/** Each that is given must hold. */
export type PipelineFilter = {
  readonly creatorUuid?: Uuid | undefined;
  readonly refType?: "branch" | "tag" | undefined;
  readonly refName?: string | undefined;
  readonly branch?: string | undefined;
  readonly commit?: string | undefined;
  readonly selectorType?: SelectorType | undefined;
  readonly selectorPattern?: string | undefined;
  readonly createdAt?: Date | undefined;
  readonly trigger?: PipelineTrigger | undefined;
  /** One of them. */
  readonly statuses?: readonly PipelineStatus[] | undefined;
};

export type PipelineListOptions = {
  readonly repositoryUuid: Uuid;
  readonly filter: PipelineFilter;
  readonly sort: { readonly field: PipelineSort; readonly isDescending: boolean };
  /** From 1. */
  readonly page: number;
  readonly pagelen: number;
};

function conditionsOf(filter: PipelineFilter) {
  return {
    "pipeline.creator_uuid": filter.creatorUuid,
    "pipeline.ref_type": filter.branch === undefined ? filter.refType : "branch",
    "pipeline.commit_id": filter.commit,
    "pipeline.selector_type": filter.selectorType,
    "pipeline.selector_pattern": filter.selectorPattern,
    "pipeline.created_at": filter.createdAt?.getTime(),
    "pipeline.trigger_kind": filter.trigger,
  } as const;
}

/** A page of a repository's pipelines. Two statements. */
export async function listPipelines(
  db: Kysely<Schema>,
  { repositoryUuid, filter, sort, page, pagelen }: PipelineListOptions,
): Promise<{ readonly values: readonly Pipeline[]; readonly size: number }> {
  let listed = pipelineQuery(db, repositoryUuid);
  for (const [column, value] of Object.entries(conditionsOf(filter)))
    if (value !== undefined)
      listed = listed.where(column as keyof ReturnType<typeof conditionsOf>, "=", value as never);
  for (const name of [filter.refName, filter.branch])
    if (name !== undefined) listed = listed.where("pipeline.ref_name", "=", name);
  if (filter.branch !== undefined && filter.refType === "tag") listed = listed.where((eb) => eb.lit(false));
  if (filter.statuses !== undefined)
    listed =
      filter.statuses.length === 0
        ? listed.where((eb) => eb.lit(false))
        : listed.where("pipeline.status", "in", filter.statuses);
  const { size } = await listed.select((eb) => eb.fn.countAll<number>().as("size")).executeTakeFirstOrThrow();
  const direction = sort.isDescending ? "desc" : "asc";
  const column = sort.field === "creator.uuid" ? "pipeline.creator_uuid" : "pipeline.created_at";
  const rows = await selectPipelines(listed)
    .orderBy(column, direction)
    .orderBy("pipeline.build_number", direction)
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  return { values: rows.map(toPipeline), size: Number(size) };
}
