import type { BodyOf, TypeBuilder } from "../../../../../http/routes/body-schema.ts";
import { invalidField } from "../../../../../model/failure.ts";
import { ANNOTATION_RESULTS, ANNOTATION_TYPES, SEVERITIES } from "../../../../../model/report.ts";
import type { NewAnnotation } from "../../../../../operations/commits/reports.ts";
import {
  DETAILS_LENGTH_MAX,
  LINE_LENGTH_MAX,
  OptionalText,
  optionalText,
  optionalUrl,
  optionalWord,
  requiredText,
  requiredWord,
} from "../report-fields.ts";

/** The reference: in one upload. */
const ANNOTATIONS_PER_UPLOAD_MAX = 100;
/** Linux's PATH_MAX: no checkout has a longer one. */
const PATH_LENGTH_MAX = 4096;
/** What the databases' four-byte integers hold. */
const LINE_MAX = 2 ** 31 - 1;

/** The body of PUT. The id is that of the URL. */
export const AnnotationBody = (Type: TypeBuilder) =>
  Type.Object({
    external_id: OptionalText(Type),
    annotation_type: OptionalText(Type),
    summary: OptionalText(Type),
    details: OptionalText(Type),
    path: OptionalText(Type),
    // The reference uses 0 for an annotation without a line, so tools send that too.
    line: Type.Optional(Type.Union([Type.Integer({ minimum: 0, maximum: LINE_MAX }), Type.Null()])),
    result: OptionalText(Type),
    severity: OptionalText(Type),
    link: OptionalText(Type),
  });

/** The body of POST. */
export const AnnotationsBody = (Type: TypeBuilder) =>
  Type.Array(AnnotationBody(Type), {
    minItems: 1,
    maxItems: ANNOTATIONS_PER_UPLOAD_MAX,
  });

/**
 * A type and a summary are required, as is reported of Bitbucket.
 *
 * @param externalId from the URL.
 * @param prefix the prefix for the names of fields in a failure.
 * @throws Failure invalid-input that names the field.
 */
export function parseAnnotation(
  body: BodyOf<typeof AnnotationBody>,
  externalId: string | undefined,
  prefix = "",
): NewAnnotation {
  return {
    externalId: requiredText(`${prefix}external_id`, externalId, LINE_LENGTH_MAX),
    type: requiredWord(`${prefix}annotation_type`, body.annotation_type, ANNOTATION_TYPES),
    summary: requiredText(`${prefix}summary`, body.summary, LINE_LENGTH_MAX),
    details: optionalText(`${prefix}details`, body.details, DETAILS_LENGTH_MAX),
    path: optionalText(`${prefix}path`, body.path, PATH_LENGTH_MAX),
    line: body.line || undefined,
    result: optionalWord(`${prefix}result`, body.result, ANNOTATION_RESULTS),
    severity: optionalWord(`${prefix}severity`, body.severity, SEVERITIES),
    link: optionalUrl(`${prefix}link`, body.link),
  };
}

/** @throws Failure invalid-input as `parseAnnotation`, and if two have one id. */
export function parseAnnotations(bodies: BodyOf<typeof AnnotationsBody>): readonly NewAnnotation[] {
  const seen = new Set<string>();
  return bodies.map((body, index) => {
    const annotation = parseAnnotation(body, body.external_id ?? undefined, `${index}.`);
    if (seen.has(annotation.externalId)) throw invalidField(`${index}.external_id`, "given twice");
    seen.add(annotation.externalId);
    return annotation;
  });
}
