import type { BodyOf, TypeBuilder } from "../../../../http/routes/body-schema.ts";
import { invalidField } from "../../../../model/failure.ts";
import {
  REPORT_DATA_TYPES,
  REPORT_RESULTS,
  REPORT_TYPES,
  type ReportData,
  type ReportDataType,
} from "../../../../model/report.ts";
import { textLength } from "../../../../model/text-length.ts";
import type { NewReport } from "../../../../operations/commits/reports.ts";
import { requireUri } from "../../../web-url.ts";
import {
  DETAILS_LENGTH_MAX,
  LINE_LENGTH_MAX,
  OptionalText,
  optionalText,
  optionalUrl,
  optionalWord,
  requiredText,
  requiredWord,
} from "./report-fields.ts";

/** The reference: at most ten data fields. */
const DATA_MAX = 10;

const DataField = (Type: TypeBuilder) =>
  Type.Object({
    type: OptionalText(Type),
    title: OptionalText(Type),
    value: Type.Optional(Type.Unknown()),
  });

/** The body of PUT. The id is that of the URL, and the UUID and the times are the server's: those sent are ignored. */
export const ReportBody = (Type: TypeBuilder) =>
  Type.Object({
    title: OptionalText(Type),
    details: OptionalText(Type),
    reporter: OptionalText(Type),
    link: OptionalText(Type),
    logo_url: OptionalText(Type),
    remote_link_enabled: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
    report_type: OptionalText(Type),
    result: OptionalText(Type),
    data: Type.Optional(Type.Union([Type.Array(DataField(Type), { maxItems: DATA_MAX }), Type.Null()])),
  });

/**
 * Title, details and type are required. This is our choice: the reference speaks of incomplete reports without saying
 * what completes one, and its example has these.
 *
 * @throws Failure invalid-input that names the field.
 */
export function parseReport(body: BodyOf<typeof ReportBody>): NewReport {
  return {
    title: requiredText("title", body.title, LINE_LENGTH_MAX),
    details: requiredText("details", body.details, DETAILS_LENGTH_MAX),
    type: requiredWord("report_type", body.report_type, REPORT_TYPES),
    result: optionalWord("result", body.result, REPORT_RESULTS),
    reporter: optionalText("reporter", body.reporter, LINE_LENGTH_MAX),
    link: optionalUrl("link", body.link),
    logoUrl: optionalUrl("logo_url", body.logo_url),
    isRemoteLinkEnabled: body.remote_link_enabled ?? undefined,
    data: (body.data ?? []).map(parseData),
  };
}

function parseData({ type, title, value }: BodyOf<typeof DataField>, index: number): ReportData {
  const field = `data.${index}`;
  const known = optionalWord(`${field}.type`, type, REPORT_DATA_TYPES);
  return {
    type: known,
    title: requiredText(`${field}.title`, title, LINE_LENGTH_MAX),
    value: requiredValue(`${field}.value`, known, value),
  };
}

/** The reference's table "Data field formats". */
function requiredValue(field: string, type: ReportDataType | undefined, value: unknown): ReportData["value"] {
  // JSON can represent numbers that are too large for a double.
  const isNumber = typeof value === "number" && Number.isFinite(value);
  switch (type) {
    case "BOOLEAN":
      if (typeof value === "boolean") return value;
      throw invalidField(field, "must be true or false");
    case "DATE":
    case "DURATION":
      if (isNumber) return value;
      throw invalidField(field, "must be a number of milliseconds");
    case "NUMBER":
      if (isNumber) return value;
      throw invalidField(field, "must be a number");
    case "PERCENTAGE":
      if (isNumber && value >= 0 && value <= 100) return value;
      throw invalidField(field, "must be a number from 0 to 100");
    case "LINK":
      return requiredLink(field, value);
    case "TEXT":
      if (typeof value === "string") return requiredLength(field, value);
      throw invalidField(field, "must be text");
    case undefined:
      if (typeof value === "string") return requiredLength(field, value);
      if (isNumber || typeof value === "boolean") return value;
      throw invalidField(field, "must be a number, text, true or false");
  }
}

function requiredLink(field: string, value: unknown): ReportData["value"] {
  const { text, href } = (typeof value === "object" && value !== null ? value : {}) as {
    text?: unknown;
    href?: unknown;
  };
  if (typeof text !== "string" || typeof href !== "string") {
    throw invalidField(field, "must be an object with the texts text and href");
  }
  return { text: requiredLength(`${field}.text`, text), href: requireUri(`${field}.href`, href) };
}

function requiredLength(field: string, text: string): string {
  if (textLength(text) > DETAILS_LENGTH_MAX)
    throw invalidField(field, `longer than ${DETAILS_LENGTH_MAX} characters`);
  return text;
}
