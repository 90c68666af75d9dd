import type { Route } from "../../../http/routes/route.ts";
import { approveCommitRoute } from "./approve-commit.ts";
import { createCommentRoute } from "./create-comment.ts";
import { deleteCommentRoute } from "./delete-comment.ts";
import { getCommentRoute } from "./get-comment.ts";
import { listCommentsRoute } from "./list-comments.ts";
import { unapproveCommitRoute } from "./unapprove-commit.ts";
import { updateCommentRoute } from "./update-comment.ts";

/** What people say about commits. */
export const COMMIT_REVIEWS_ROUTES: readonly Route[] = [
  listCommentsRoute,
  createCommentRoute,
  getCommentRoute,
  updateCommentRoute,
  deleteCommentRoute,
  approveCommitRoute,
  unapproveCommitRoute,
];
