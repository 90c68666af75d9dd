import type { BodyOf, TypeBuilder } from "../../http/routes/body-schema.ts";
import type { InlineLocation, NewComment } from "../../model/comment.ts";
import { invalidField } from "../../model/failure.ts";

/** Our choice: the reference gives no limit. In UTF-16 code units. */
export const COMMENT_LENGTH_MAX = 32_768;
/** Linux's PATH_MAX: no checkout has a longer one. */
const PATH_LENGTH_MAX = 4096;
/** What the databases' four-byte integers hold. */
const LINE_MAX = 2 ** 31 - 1;

const Line = (Type: TypeBuilder) =>
  Type.Optional(Type.Union([Type.Integer({ minimum: 1, maximum: LINE_MAX }), Type.Null()]));
const Content = (Type: TypeBuilder) =>
  Type.Optional(Type.Object({ raw: Type.Optional(Type.String({ maxLength: COMMENT_LENGTH_MAX })) }));

/** The body of PUT: only the content of a comment can be changed. */
export const CommentContentBody = (Type: TypeBuilder) => Type.Object({ content: Content(Type) });

/** The body of POST. */
export const CommentBody = (Type: TypeBuilder) =>
  Type.Object({
    content: Content(Type),
    inline: Type.Optional(
      Type.Union([
        Type.Object({
          path: Type.String({ minLength: 1, maxLength: PATH_LENGTH_MAX }),
          from: Line(Type),
          to: Line(Type),
          start_from: Line(Type),
          start_to: Line(Type),
        }),
        Type.Null(),
      ]),
    ),
    parent: Type.Optional(
      Type.Union([
        Type.Object({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) }),
        Type.Null(),
      ]),
    ),
  });

/** @throws Failure invalid-input if there is no text, or none but white space. */
export function requiredText(body: BodyOf<typeof CommentContentBody>): string {
  const raw = body.content?.raw;
  if (raw === undefined) throw invalidField("content.raw", "required");
  if (raw.trim() === "") throw invalidField("content.raw", "must not be empty");
  return raw;
}

/** @throws Failure as `requiredText`. */
export function parseNewComment(body: BodyOf<typeof CommentBody>): NewComment {
  return {
    raw: requiredText(body),
    inline: body.inline == null ? undefined : toInlineLocation(body.inline),
    parentId: body.parent?.id,
  };
}

function toInlineLocation(inline: NonNullable<BodyOf<typeof CommentBody>["inline"]>): InlineLocation {
  return {
    path: inline.path,
    from: inline.from ?? undefined,
    to: inline.to ?? undefined,
    startFrom: inline.start_from ?? undefined,
    startTo: inline.start_to ?? undefined,
  };
}
