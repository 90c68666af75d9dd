import type { Insertable, Kysely, Selectable } from "kysely";
import type { Filter, Sort } from "../../../model/filter.ts";
import type { ObjectId } from "../../../model/object-id.ts";
import type { Report, ReportData, ReportResult, ReportType } from "../../../model/report.ts";
import { parseUuid, type Uuid } from "../../../model/uuid.ts";
import { flag, instant } from "../columns.ts";
import { compileFilter, compileSort, type FieldMap } from "../compile-filter.ts";
import type { ReportRow } from "../schema/reviews.ts";
import type { Schema } from "../schema.ts";

/** The fields by which lists of reports are filtered and sorted. */
const FIELDS: FieldMap = {
  uuid: { column: "report.uuid", type: "uuid" },
  external_id: { column: "report.external_id", type: "text" },
  title: { column: "report.title", type: "text" },
  details: { column: "report.details", type: "text" },
  report_type: { column: "report.report_type", type: "text" },
  result: { column: "report.result", type: "text", nullable: true },
  reporter: { column: "report.reporter", type: "text", nullable: true },
  created_on: { column: "report.created_at", type: "instant" },
  updated_on: { column: "report.updated_at", type: "instant" },
};

function toReport(row: Selectable<ReportRow>): Report {
  return {
    uuid: row.uuid as Uuid,
    repositoryUuid: row.repository_uuid as Uuid,
    commit: row.commit_id as ObjectId,
    externalId: row.external_id,
    title: row.title,
    details: row.details,
    type: row.report_type as ReportType,
    result: (row.result ?? undefined) as ReportResult | undefined,
    reporter: row.reporter ?? undefined,
    link: row.link ?? undefined,
    logoUrl: row.logo_url ?? undefined,
    isRemoteLinkEnabled: row.remote_link_enabled === null ? undefined : row.remote_link_enabled === 1,
    data: JSON.parse(row.data) as readonly ReportData[],
    createdAt: instant(row.created_at),
    updatedAt: instant(row.updated_at),
  };
}

function toRow(report: Report): Insertable<ReportRow> {
  const { isRemoteLinkEnabled } = report;
  return {
    uuid: report.uuid,
    repository_uuid: report.repositoryUuid,
    commit_id: report.commit,
    external_id: report.externalId,
    title: report.title,
    details: report.details,
    report_type: report.type,
    result: report.result ?? null,
    reporter: report.reporter ?? null,
    link: report.link ?? null,
    logo_url: report.logoUrl ?? null,
    remote_link_enabled: isRemoteLinkEnabled === undefined ? null : flag(isRemoteLinkEnabled),
    data: JSON.stringify(report.data),
    created_at: report.createdAt.getTime(),
    updated_at: report.updatedAt.getTime(),
  };
}

/** Stores a report, replacing the one with the same external id, whose UUID, `createdAt` and annotations stay. */
export async function upsertReport(db: Kysely<Schema>, report: Report): Promise<Report> {
  const row = toRow(report);
  const { uuid: _uuid, created_at: _createdAt, ...changed } = row;
  const stored = await db
    .insertInto("report")
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(["repository_uuid", "commit_id", "external_id"]).doUpdateSet(changed),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
  return toReport(stored);
}

export type ReportSelector = {
  readonly repositoryUuid: Uuid;
  readonly commit: ObjectId;
  /**
   * Its UUID, or the id that its tool chose. If the text is the UUID of one report and the id of another, the UUID
   * wins.
   */
  readonly id: string;
};

export async function findReport(
  db: Kysely<Schema>,
  { repositoryUuid, commit, id }: ReportSelector,
): Promise<Report | undefined> {
  const uuid = parseUuid(id);
  const rows = await db
    .selectFrom("report")
    .selectAll()
    .where("repository_uuid", "=", repositoryUuid)
    .where("commit_id", "=", commit)
    .where((eb) =>
      uuid === undefined
        ? eb("external_id", "=", id)
        : eb.or([eb("external_id", "=", id), eb("uuid", "=", uuid)]),
    )
    .execute();
  const row = rows.find((candidate) => candidate.uuid === uuid) ?? rows[0];
  return row && toReport(row);
}

/** With its annotations. @returns false if there was none. */
export async function deleteReportRow(db: Kysely<Schema>, uuid: Uuid): Promise<boolean> {
  const result = await db.deleteFrom("report").where("uuid", "=", uuid).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/**
 * Makes other writers of the report's annotations wait until the transaction ends.
 *
 * @returns false if there is no such report.
 */
export async function lockReport(tx: Kysely<Schema>, uuid: Uuid): Promise<boolean> {
  const result = await tx
    .updateTable("report")
    .set((eb) => ({ updated_at: eb.ref("updated_at") }))
    .where("uuid", "=", uuid)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export type ReportListOptions = {
  readonly repositoryUuid: Uuid;
  readonly commit: ObjectId;
  readonly filter?: Filter | undefined;
  readonly sort?: Sort | undefined;
  /** From 1. */
  readonly page: number;
  readonly pagelen: number;
};

/** A page of a commit's reports, oldest first unless sorted. Two statements. */
export async function listReports(
  db: Kysely<Schema>,
  { repositoryUuid, commit, filter, sort, page, pagelen }: ReportListOptions,
): Promise<{ readonly values: readonly Report[]; readonly size: number }> {
  let listed = db
    .selectFrom("report")
    .where("repository_uuid", "=", repositoryUuid)
    .where("commit_id", "=", commit);
  if (filter !== undefined) listed = listed.where(compileFilter(filter, FIELDS));
  const { size } = await listed.select((eb) => eb.fn.countAll<number>().as("size")).executeTakeFirstOrThrow();
  const sorted =
    sort === undefined ? listed.orderBy("created_at") : listed.orderBy(compileSort(sort, FIELDS));
  const rows = await sorted
    .orderBy("external_id")
    .selectAll()
    .limit(pagelen)
    .offset((page - 1) * pagelen)
    .execute();
  return { values: rows.map(toReport), size };
}
