import type { NewComment } from "../../model/comment.ts";
import { parseCommentId, unknownComment } from "../../model/comment-id.ts";
import type { CommitComment } from "../../model/commit-comment.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type { Repository } from "../../model/repository.ts";
import { requireAccount } from "../../model/who-acts.ts";
import type { By, Ports } from "../../ports.ts";
import {
  findComment,
  findCommentedCommit,
  insertComment,
  markCommentDeleted,
  updateCommentText,
} from "../../storage/sql/commits/commit-comments.ts";
import { findPermission } from "../../storage/sql/permissions/permissions.ts";
import { type CommitPorts, getCommit } from "./commits.ts";

/** Identifies a comment, in the words of the caller. */
export type CommentSelector = {
  readonly commit: string;
  readonly commentId: string;
};

/**
 * Writes a comment in the caller's name. Read access to the repository is enough.
 *
 * @throws Failure not-found for an unknown commit or parent; invalid-input if the parent is about another commit.
 */
export async function createComment(
  ports: CommitPorts & Pick<Ports, "database">,
  by: By,
  repository: Repository,
  { commit: revision, raw, inline, parentId }: NewComment & { readonly commit: string },
): Promise<CommitComment> {
  const { id: commit } = await getCommit(ports, repository, revision);
  return by.transaction(async (tx, record) => {
    if (parentId !== undefined) {
      const commented = await findCommentedCommit(tx, repository.uuid, parentId);
      if (commented === undefined) throw unknownComment(String(parentId));
      if (commented !== commit) throw invalidField("parent.id", "a comment on another commit");
    }
    const now = ports.clock();
    const comment = await insertComment(tx, {
      repositoryUuid: repository.uuid,
      commit,
      author: requireAccount(by.caller),
      parentId,
      raw,
      inline,
      isDeleted: false,
      createdAt: now,
      updatedAt: now,
    });
    const kind = "repo:commit_comment_created";
    record.event(repository, { kind, repositoryUuid: repository.uuid, comment });
    return comment;
  });
}

/** @throws Failure not-found if there is no such commit, or no such comment on it. Deleted ones are found. */
export async function getComment(
  ports: CommitPorts,
  repository: Repository,
  { commit: revision, commentId }: CommentSelector,
): Promise<CommitComment> {
  const { id: commit } = await getCommit(ports, repository, revision);
  const id = parseCommentId(commentId);
  const comment =
    id === undefined ? undefined : await findComment(ports.database.kysely, repository.uuid, commit, id);
  if (comment === undefined) throw unknownComment(commentId);
  return comment;
}

/** @throws Failure not-found; permission-missing if the comment is not the caller's own; conflict if it is deleted. */
export async function changeComment(
  ports: CommitPorts & Pick<Ports, "database">,
  by: By,
  repository: Repository,
  { raw, ...selector }: CommentSelector & { readonly raw: string },
): Promise<CommitComment> {
  const { id, commit } = await getComment(ports, repository, selector);
  return by.transaction(async (tx) => {
    const comment = await findComment(tx, repository.uuid, commit, id);
    if (comment === undefined) throw unknownComment(String(id));
    if (comment.author.uuid !== requireAccount(by.caller).uuid) throw notYours("change", comment);
    const updatedAt = ports.clock();
    // The update has this condition too: a change must not bring back a comment that was deleted meanwhile.
    if (comment.isDeleted || !(await updateCommentText(tx, id, raw, updatedAt)))
      throw new Failure("conflict", "Cannot change the comment: it is deleted");
    return { ...comment, raw, updatedAt };
  });
}

/**
 * Clears the text of a comment and marks it deleted. The comment stays in lists, so that replies still have their
 * parent. Deleting it again changes nothing.
 *
 * @throws Failure not-found; permission-missing for those who neither wrote it nor administer the repository.
 */
export async function deleteComment(
  ports: CommitPorts & Pick<Ports, "database">,
  by: By,
  repository: Repository,
  selector: CommentSelector,
): Promise<void> {
  const comment = await getComment(ports, repository, selector);
  await by.transaction(async (tx) => {
    if (comment.author.uuid !== requireAccount(by.caller).uuid) {
      const held = await findPermission(tx, repository.uuid, requireAccount(by.caller).uuid);
      if (held !== "admin") throw notYours("delete", comment);
    }
    await markCommentDeleted(tx, comment.id, ports.clock());
  });
}

function notYours(action: "change" | "delete", { id }: CommitComment): Failure {
  return new Failure("permission-missing", `Cannot ${action} comment ${id}: it is somebody else's`);
}
