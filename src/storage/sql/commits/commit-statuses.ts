import type { Insertable, Kysely, Selectable } from "kysely";
import type { CommitStatus, CommitStatusState } from "../../../model/commit-status.ts";
import type { Filter, Sort } from "../../../model/filter.ts";
import type { ObjectId } from "../../../model/object-id.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { instant } from "../columns.ts";
import { compileFilter, compileSort, type FieldMap } from "../compile-filter.ts";
import type { CommitStatusRow } from "../schema/reviews.ts";
import type { Schema } from "../schema.ts";

/** The fields by which lists of statuses are filtered and sorted. */
const FIELDS: FieldMap = {
  key: { column: "commit_status.key", type: "text" },
  state: { column: "commit_status.state", type: "text" },
  name: { column: "commit_status.name", type: "text" },
  description: { column: "commit_status.description", type: "text" },
  url: { column: "commit_status.url", type: "text" },
  refname: { column: "commit_status.refname", type: "text", nullable: true },
  created_on: { column: "commit_status.created_at", type: "instant" },
  updated_on: { column: "commit_status.updated_at", type: "instant" },
};

function toCommitStatus(row: Selectable<CommitStatusRow>): CommitStatus {
  return {
    repositoryUuid: row.repository_uuid as Uuid,
    commit: row.commit_id as ObjectId,
    key: row.key,
    state: row.state as CommitStatusState,
    name: row.name,
    description: row.description,
    url: row.url,
    refname: row.refname ?? undefined,
    createdAt: instant(row.created_at),
    updatedAt: instant(row.updated_at),
  };
}

function toRow(status: CommitStatus): Insertable<CommitStatusRow> {
  return {
    repository_uuid: status.repositoryUuid,
    commit_id: status.commit,
    key: status.key,
    state: status.state,
    name: status.name,
    description: status.description,
    url: status.url,
    refname: status.refname ?? null,
    created_at: status.createdAt.getTime(),
    updated_at: status.updatedAt.getTime(),
  };
}

/** Stores a status, replacing the one with the same key, whose `createdAt` stays. */
export async function upsertCommitStatus(db: Kysely<Schema>, status: CommitStatus): Promise<CommitStatus> {
  const row = toRow(status);
  const { created_at: _kept, ...changed } = row;
  const stored = await db
    .insertInto("commit_status")
    .values(row)
    .onConflict((conflict) => conflict.columns(["repository_uuid", "commit_id", "key"]).doUpdateSet(changed))
    .returningAll()
    .executeTakeFirstOrThrow();
  return toCommitStatus(stored);
}

export type CommitStatusSelector = Pick<CommitStatus, "repositoryUuid" | "commit" | "key">;

export async function findCommitStatus(
  db: Kysely<Schema>,
  { repositoryUuid, commit, key }: CommitStatusSelector,
): Promise<CommitStatus | undefined> {
  const row = await db
    .selectFrom("commit_status")
    .selectAll()
    .where("repository_uuid", "=", repositoryUuid)
    .where("commit_id", "=", commit)
    .where("key", "=", key)
    .executeTakeFirst();
  return row && toCommitStatus(row);
}

export type CommitStatusListOptions = {
  /** Those of all of them. */
  readonly repositoryUuids: readonly Uuid[];
  readonly commit: ObjectId;
  /** Only statuses of this ref, and those without a ref. */
  readonly refname?: string | undefined;
  readonly filter?: Filter | undefined;
  readonly sort?: Sort | undefined;
  /** From 1. */
  readonly page: number;
  readonly pagelen: number;
};

/** A page of a commit's statuses, oldest first unless sorted. Two statements. */
export async function listCommitStatuses(
  db: Kysely<Schema>,
  options: CommitStatusListOptions,
): Promise<{ readonly values: readonly CommitStatus[]; readonly size: number }> {
  const { refname, filter, sort, page, pagelen } = options;
  let listed = db
    .selectFrom("commit_status")
    .where("repository_uuid", "in", options.repositoryUuids)
    .where("commit_id", "=", options.commit);
  if (refname !== undefined) {
    listed = listed.where((eb) => eb.or([eb("refname", "is", null), eb("refname", "=", refname)]));
  }
  if (filter !== undefined) listed = listed.where(compileFilter(filter, FIELDS));
  const { size } = await listed.select((eb) => eb.fn.countAll<number>().as("size")).executeTakeFirstOrThrow();
  const sorted =
    sort === undefined ? listed.orderBy("created_at") : listed.orderBy(compileSort(sort, FIELDS));
  const rows = await sorted
    .orderBy("key")
    .orderBy("repository_uuid")
    .selectAll()
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  return { values: rows.map(toCommitStatus), size };
}

/** Those of all commits of a repository, by commit and key. */
export async function listStatusesOfRepository(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
): Promise<readonly CommitStatus[]> {
  const rows = await db
    .selectFrom("commit_status")
    .selectAll()
    .where("repository_uuid", "=", repositoryUuid)
    .orderBy("commit_id")
    .orderBy("key")
    .execute();
  return rows.map(toCommitStatus);
}

/** How many statuses a commit has in each state, in these repositories together. */
export async function countCommitStatuses(
  db: Kysely<Schema>,
  repositoryUuids: readonly Uuid[],
  commit: ObjectId,
): Promise<ReadonlyMap<CommitStatusState, number>> {
  const rows = await db
    .selectFrom("commit_status")
    .select((eb) => ["state", eb.fn.countAll<number>().as("size")])
    .where("repository_uuid", "in", [...repositoryUuids])
    .where("commit_id", "=", commit)
    .groupBy("state")
    .execute();
  return new Map(rows.map(({ state, size }) => [state as CommitStatusState, size]));
}

/** How many statuses of each state these commits have. Commits without any are left out. One statement. */
export async function countStatesOfCommits(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  commits: readonly ObjectId[],
): Promise<ReadonlyMap<ObjectId, ReadonlyMap<CommitStatusState, number>>> {
  const counts = new Map<ObjectId, Map<CommitStatusState, number>>();
  if (commits.length === 0) return counts;
  const rows = await db
    .selectFrom("commit_status")
    .select(["commit_id", "state"])
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("repository_uuid", "=", repositoryUuid)
    .where("commit_id", "in", commits)
    .groupBy(["commit_id", "state"])
    .execute();
  for (const { commit_id, state, count } of rows) {
    const ofCommit = counts.get(commit_id as ObjectId) ?? new Map<CommitStatusState, number>();
    counts.set(commit_id as ObjectId, ofCommit.set(state as CommitStatusState, Number(count)));
  }
  return counts;
}

/** How many statuses a commit has in a state, in one repository. */
export type CommitStatusCount = Pick<CommitStatus, "repositoryUuid" | "commit" | "state"> & {
  readonly size: number;
};

/** The same for several commits at once. One statement. */
export async function countStatusesOfCommits(
  db: Kysely<Schema>,
  repositoryUuids: readonly Uuid[],
  commits: readonly ObjectId[],
): Promise<readonly CommitStatusCount[]> {
  if (repositoryUuids.length === 0 || commits.length === 0) return [];
  const rows = await db
    .selectFrom("commit_status")
    .select((eb) => ["repository_uuid", "commit_id", "state", eb.fn.countAll<number>().as("size")])
    .where("repository_uuid", "in", [...new Set(repositoryUuids)])
    .where("commit_id", "in", [...new Set(commits)])
    .groupBy(["repository_uuid", "commit_id", "state"])
    .execute();
  return rows.map((row) => ({
    repositoryUuid: row.repository_uuid as Uuid,
    commit: row.commit_id as ObjectId,
    state: row.state as CommitStatusState,
    size: Number(row.size),
  }));
}
