import type { Insertable, Kysely, Selectable } from "kysely";
import type { Filter, Sort } from "../../../model/filter.ts";
import type { Annotation, AnnotationResult, AnnotationType, Severity } from "../../../model/report.ts";
import { parseUuid, type Uuid } from "../../../model/uuid.ts";
import { instant } from "../columns.ts";
import { compileFilter, compileSort, type FieldMap } from "../compile-filter.ts";
import type { ReportAnnotationRow } from "../schema/reviews.ts";
import type { Schema } from "../schema.ts";

/** The fields by which lists of annotations are filtered and sorted. */
const FIELDS: FieldMap = {
  uuid: { column: "report_annotation.uuid", type: "uuid" },
  external_id: { column: "report_annotation.external_id", type: "text" },
  annotation_type: { column: "report_annotation.annotation_type", type: "text" },
  summary: { column: "report_annotation.summary", type: "text" },
  path: { column: "report_annotation.path", type: "text", nullable: true },
  line: { column: "report_annotation.line", type: "integer", nullable: true },
  result: { column: "report_annotation.result", type: "text", nullable: true },
  severity: { column: "report_annotation.severity", type: "text", nullable: true },
  created_on: { column: "report_annotation.created_at", type: "instant" },
  updated_on: { column: "report_annotation.updated_at", type: "instant" },
};

function toAnnotation(row: Selectable<ReportAnnotationRow>): Annotation {
  return {
    uuid: row.uuid as Uuid,
    reportUuid: row.report_uuid as Uuid,
    externalId: row.external_id,
    type: row.annotation_type as AnnotationType,
    summary: row.summary,
    details: row.details ?? undefined,
    path: row.path ?? undefined,
    line: row.line ?? undefined,
    result: (row.result ?? undefined) as AnnotationResult | undefined,
    severity: (row.severity ?? undefined) as Severity | undefined,
    link: row.link ?? undefined,
    createdAt: instant(row.created_at),
    updatedAt: instant(row.updated_at),
  };
}

function toRow(annotation: Annotation): Insertable<ReportAnnotationRow> {
  return {
    uuid: annotation.uuid,
    report_uuid: annotation.reportUuid,
    external_id: annotation.externalId,
    annotation_type: annotation.type,
    summary: annotation.summary,
    details: annotation.details ?? null,
    path: annotation.path ?? null,
    line: annotation.line ?? null,
    result: annotation.result ?? null,
    severity: annotation.severity ?? null,
    link: annotation.link ?? null,
    created_at: annotation.createdAt.getTime(),
    updated_at: annotation.updatedAt.getTime(),
  };
}

/**
 * Stores annotations, replacing those with the same report and external id, whose UUID and `createdAt` stay. No
 * external id may occur twice. One statement: 100 of them have 1,300 values, of which SQLite takes 32,766.
 *
 * @returns them as they are stored, in the given order.
 */
export async function upsertAnnotations(
  db: Kysely<Schema>,
  annotations: readonly Annotation[],
): Promise<readonly Annotation[]> {
  if (annotations.length === 0) return [];
  const rows = await db
    .insertInto("report_annotation")
    .values(annotations.map(toRow))
    .onConflict((conflict) =>
      conflict.columns(["report_uuid", "external_id"]).doUpdateSet((eb) => ({
        annotation_type: eb.ref("excluded.annotation_type"),
        summary: eb.ref("excluded.summary"),
        details: eb.ref("excluded.details"),
        path: eb.ref("excluded.path"),
        line: eb.ref("excluded.line"),
        result: eb.ref("excluded.result"),
        severity: eb.ref("excluded.severity"),
        link: eb.ref("excluded.link"),
        updated_at: eb.ref("excluded.updated_at"),
      })),
    )
    .returningAll()
    .execute();
  // Neither database guarantees the order of returned rows.
  const stored = new Map(rows.map((row) => [row.external_id, toAnnotation(row)]));
  return annotations.flatMap(({ externalId }) => stored.get(externalId) ?? []);
}

export async function countAnnotations(db: Kysely<Schema>, reportUuid: Uuid): Promise<number> {
  const { size } = await db
    .selectFrom("report_annotation")
    .select((eb) => eb.fn.countAll<number>().as("size"))
    .where("report_uuid", "=", reportUuid)
    .executeTakeFirstOrThrow();
  return size;
}

/**
 * Found by its UUID, or by the id that its tool chose. If the text is the UUID of one annotation and the id of another,
 * the UUID wins.
 */
export async function findAnnotation(
  db: Kysely<Schema>,
  reportUuid: Uuid,
  id: string,
): Promise<Annotation | undefined> {
  const uuid = parseUuid(id);
  const rows = await db
    .selectFrom("report_annotation")
    .selectAll()
    .where("report_uuid", "=", reportUuid)
    .where((eb) =>
      uuid === undefined
        ? eb("external_id", "=", id)
        : eb.or([eb("external_id", "=", id), eb("uuid", "=", uuid)]),
    )
    .execute();
  const row = rows.find((candidate) => candidate.uuid === uuid) ?? rows[0];
  return row && toAnnotation(row);
}

/** @returns false if there was none. */
export async function deleteAnnotationRow(db: Kysely<Schema>, uuid: Uuid): Promise<boolean> {
  const result = await db.deleteFrom("report_annotation").where("uuid", "=", uuid).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

export type AnnotationListOptions = {
  readonly reportUuid: Uuid;
  readonly filter?: Filter | undefined;
  readonly sort?: Sort | undefined;
  /** From 1. */
  readonly page: number;
  readonly pagelen: number;
};

/** A page of a report's annotations, oldest first unless sorted. Two statements. */
export async function listAnnotations(
  db: Kysely<Schema>,
  { reportUuid, filter, sort, page, pagelen }: AnnotationListOptions,
): Promise<{ readonly values: readonly Annotation[]; readonly size: number }> {
  let listed = db.selectFrom("report_annotation").where("report_uuid", "=", reportUuid);
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
  return { values: rows.map(toAnnotation), size };
}
