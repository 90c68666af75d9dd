import type { Annotation, Report, ReportData } from "../model/report.ts";
import { bracedUuid } from "../model/uuid.ts";
import { representInstant } from "./instant.ts";

/** A `report`: the reference's definition of that name. What its tool did not say is left out. */
export function representReport(report: Report) {
  const { result, reporter, link, logoUrl, isRemoteLinkEnabled } = report;
  return {
    type: "report",
    uuid: bracedUuid(report.uuid),
    external_id: report.externalId,
    title: report.title,
    details: report.details,
    report_type: report.type,
    ...(result === undefined ? {} : { result }),
    ...(reporter === undefined ? {} : { reporter }),
    ...(link === undefined ? {} : { link }),
    ...(logoUrl === undefined ? {} : { logo_url: logoUrl }),
    ...(isRemoteLinkEnabled === undefined ? {} : { remote_link_enabled: isRemoteLinkEnabled }),
    data: report.data.map(representData),
    created_on: representInstant(report.createdAt),
    updated_on: representInstant(report.updatedAt),
  };
}

function representData({ type, title, value }: ReportData) {
  return { ...(type === undefined ? {} : { type }), title, value };
}

/** A `report_annotation`: the reference's definition of that name. */
export function representAnnotation(annotation: Annotation) {
  const { details, path, line, result, severity, link } = annotation;
  return {
    type: "report_annotation",
    uuid: bracedUuid(annotation.uuid),
    external_id: annotation.externalId,
    annotation_type: annotation.type,
    summary: annotation.summary,
    ...(details === undefined ? {} : { details }),
    ...(path === undefined ? {} : { path }),
    ...(line === undefined ? {} : { line }),
    ...(result === undefined ? {} : { result }),
    ...(severity === undefined ? {} : { severity }),
    ...(link === undefined ? {} : { link }),
    created_on: representInstant(annotation.createdAt),
    updated_on: representInstant(annotation.updatedAt),
  };
}
