import type { BodyOf, TypeBuilder } from "../../../../http/routes/body-schema.ts";
import type { CommentEdit } from "../../../../operations/pull-requests/comments.ts";
import { CommentBody, CommentContentBody, requiredText } from "../../comment-body.ts";

const Pending = (Type: TypeBuilder) => ({
  pending: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
});

/** The body of POST. */
export const PullRequestCommentBody = (Type: TypeBuilder) =>
  Type.Object({ ...CommentBody(Type).properties, ...Pending(Type) });

/** The body of PUT. */
export const PullRequestCommentEditBody = (Type: TypeBuilder) =>
  Type.Object({ ...CommentContentBody(Type).properties, ...Pending(Type) });

/** @throws Failure invalid-input for text that is empty, or missing in a body that does not publish the comment. */
export function parseCommentEdit(body: BodyOf<typeof PullRequestCommentEditBody>): CommentEdit {
  const isPublished = body.pending === false;
  const hasText = body.content !== undefined || !isPublished;
  return { raw: hasText ? requiredText(body) : undefined, isPublished };
}
