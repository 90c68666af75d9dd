import type { ObjectId } from "./object-id.ts";
import type { Uuid } from "./uuid.ts";

export const REPORT_TYPES = ["SECURITY", "COVERAGE", "TEST", "BUG"] as const;
export type ReportType = (typeof REPORT_TYPES)[number];
export const REPORT_RESULTS = ["PASSED", "FAILED", "PENDING"] as const;
export type ReportResult = (typeof REPORT_RESULTS)[number];

export const REPORT_DATA_TYPES = [
  "BOOLEAN",
  "DATE",
  "DURATION",
  "LINK",
  "NUMBER",
  "PERCENTAGE",
  "TEXT",
] as const;
export type ReportDataType = (typeof REPORT_DATA_TYPES)[number];

/** One of the values that a report shows. Dates and durations are in milliseconds. */
export type ReportData = {
  readonly type: ReportDataType | undefined;
  readonly title: string;
  readonly value: boolean | number | string | { readonly text: string; readonly href: string };
};

/** What a tool found out about a commit. */
export type Report = {
  readonly uuid: Uuid;
  readonly repositoryUuid: Uuid;
  readonly commit: ObjectId;
  /** Chosen by the tool; one commit has each once. */
  readonly externalId: string;
  readonly title: string;
  readonly details: string;
  readonly type: ReportType;
  readonly result: ReportResult | undefined;
  readonly reporter: string | undefined;
  readonly link: string | undefined;
  readonly logoUrl: string | undefined;
  readonly isRemoteLinkEnabled: boolean | undefined;
  readonly data: readonly ReportData[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

export const ANNOTATION_TYPES = ["VULNERABILITY", "CODE_SMELL", "BUG"] as const;
export type AnnotationType = (typeof ANNOTATION_TYPES)[number];
export const ANNOTATION_RESULTS = ["PASSED", "FAILED", "SKIPPED", "IGNORED"] as const;
export type AnnotationResult = (typeof ANNOTATION_RESULTS)[number];
export const SEVERITIES = ["CRITICAL", "HIGH", "MEDIUM", "LOW"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The reference: in one report. */
export const ANNOTATIONS_MAX = 1000;

/** One finding of a report. */
export type Annotation = {
  readonly uuid: Uuid;
  readonly reportUuid: Uuid;
  /** Chosen by the tool; one report has each once. */
  readonly externalId: string;
  readonly type: AnnotationType;
  readonly summary: string;
  readonly details: string | undefined;
  readonly path: string | undefined;
  /** From 1. */
  readonly line: number | undefined;
  readonly result: AnnotationResult | undefined;
  readonly severity: Severity | undefined;
  readonly link: string | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};
