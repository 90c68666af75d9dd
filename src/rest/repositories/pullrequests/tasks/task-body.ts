import type { BodyOf, TypeBuilder } from "../../../../http/routes/body-schema.ts";
import type { NewTask, TaskEdit } from "../../../../operations/pull-requests/tasks.ts";
import { CommentContentBody, requiredText } from "../../comment-body.ts";

const Pending = (Type: TypeBuilder) => Type.Optional(Type.Union([Type.Boolean(), Type.Null()]));

/** The body of POST. */
export const TaskBody = (Type: TypeBuilder) =>
  Type.Object({
    ...CommentContentBody(Type).properties,
    comment: Type.Optional(
      Type.Union([
        Type.Object({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) }),
        Type.Null(),
      ]),
    ),
    pending: Pending(Type),
  });

/** The body of PUT. */
export const TaskEditBody = (Type: TypeBuilder) =>
  Type.Object({
    ...CommentContentBody(Type).properties,
    state: Type.Optional(Type.Union([Type.Literal("RESOLVED"), Type.Literal("UNRESOLVED")])),
    pending: Pending(Type),
  });

/** @throws Failure invalid-input if there is no text. */
export function parseNewTask(body: BodyOf<typeof TaskBody>): NewTask {
  return { raw: requiredText(body), commentId: body.comment?.id, isPending: body.pending === true };
}

/** @throws Failure invalid-input if the body has a text that is empty. */
export function parseTaskEdit(body: BodyOf<typeof TaskEditBody>): TaskEdit {
  return {
    raw: body.content === undefined ? undefined : requiredText(body),
    isResolved: body.state === undefined ? undefined : body.state === "RESOLVED",
    isPublished: body.pending === false,
  };
}
