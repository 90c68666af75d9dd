import type { Kysely } from "kysely";
import type { NewComment } from "../../model/comment.ts";
import { parseCommentId, unknownComment } from "../../model/comment-id.ts";
import { Failure } from "../../model/failure.ts";
import type { OpenSnippet } from "../../model/snippet.ts";
import type { SnippetComment } from "../../model/snippet-comment.ts";
import { accountOf, requireAccount } from "../../model/who-acts.ts";
import type { By, Ports } from "../../ports.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import {
  findSnippetComment,
  insertSnippetComment,
  updateSnippetComment,
} from "../../storage/sql/snippets/snippet-comments.ts";
import { findAppUser } from "../../storage/sql/tokens/app-users.ts";
import { findMember } from "../../storage/sql/workspaces/members.ts";

type CommentPorts = Pick<Ports, "database" | "clock">;

/** Writes a comment in the caller's name: whoever sees the snippet may. @throws Failure not-found for an unknown parent. */
export async function createSnippetComment(
  { clock }: CommentPorts,
  by: By,
  { uuid }: OpenSnippet,
  { raw, parentId }: Pick<NewComment, "raw" | "parentId">,
): Promise<SnippetComment> {
  return by.transaction(async (tx) => {
    if (parentId !== undefined && (await findSnippetComment(tx, uuid, parentId)) === undefined)
      throw unknownComment(String(parentId));
    const now = clock();
    return insertSnippetComment(tx, {
      snippetUuid: uuid,
      author: requireAccount(by.caller),
      parentId,
      raw,
      inline: undefined,
      isDeleted: false,
      createdAt: now,
      updatedAt: now,
    });
  });
}

/** @throws Failure not-found if there is none on the snippet. Deleted ones are found. */
export async function getSnippetComment(
  { database }: Pick<CommentPorts, "database">,
  { uuid }: OpenSnippet,
  idText: string,
): Promise<SnippetComment> {
  const id = parseCommentId(idText);
  const comment = id === undefined ? undefined : await findSnippetComment(database.kysely, uuid, id);
  if (comment === undefined) throw unknownComment(idText);
  return comment;
}

/** @throws Failure not-found; permission-missing if it is not the caller's own; conflict if it is deleted. */
export async function changeSnippetComment(
  ports: CommentPorts,
  by: By,
  snippet: OpenSnippet,
  idText: string,
  raw: string,
): Promise<SnippetComment> {
  const comment = await getSnippetComment(ports, snippet, idText);
  if (comment.author.uuid !== requireAccount(by.caller).uuid) throw notYours("change", comment);
  return by.transaction(async (tx) => {
    const updatedAt = ports.clock();
    if (!(await updateSnippetComment(tx, comment.id, { raw, updatedAt })))
      throw new Failure("conflict", "Cannot change the comment: it is deleted");
    return { ...comment, raw, updatedAt };
  });
}

/**
 * Clears the text of a comment and marks it deleted, so that replies still have their parent. Its author may, who created the
 * snippet, and owners of the workspace.
 *
 * @throws Failure not-found; permission-missing.
 */
export async function deleteSnippetComment(
  ports: CommentPorts,
  by: By,
  snippet: OpenSnippet,
  idText: string,
): Promise<void> {
  const comment = await getSnippetComment(ports, snippet, idText);
  await by.transaction(async (tx) => {
    if (!(await mayDelete(tx, by, snippet, comment))) throw notYours("delete", comment);
    await updateSnippetComment(tx, comment.id, { raw: "", isDeleted: true, updatedAt: ports.clock() });
  });
}

async function mayDelete(
  tx: Kysely<Schema>,
  by: By,
  { creator, workspace }: OpenSnippet,
  { author }: SnippetComment,
): Promise<boolean> {
  const { uuid } = requireAccount(by.caller);
  if (uuid === author.uuid || uuid === creator?.uuid) return true;
  if (accountOf(by.caller)?.kind !== "user")
    return (await findAppUser(tx, uuid))?.workspaceUuid === workspace.uuid;
  return (await findMember(tx, workspace.uuid, uuid))?.role === "owner";
}

function notYours(action: "change" | "delete", { id }: SnippetComment): Failure {
  return new Failure("permission-missing", `Cannot ${action} comment ${id}: it is somebody else's`);
}
