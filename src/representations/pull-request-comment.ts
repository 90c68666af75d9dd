import type { InlineLocation } from "../model/comment.ts";
import type { PullRequest } from "../model/pull-request.ts";
import type { CommentAnchor, PullRequestComment, Resolution } from "../model/pull-request-comment.ts";
import { type CommentContext, representComment, representInline } from "./comment.ts";
import { representEmbeddedAccount } from "./embedded-account.ts";
import { representInstant } from "./instant.ts";
import type { BaseUrls } from "./links.ts";
import { representPullRequestReference } from "./pull-request.ts";
import {
  pullRequestApiUrl,
  pullRequestComparisonUrl,
  pullRequestHtmlUrl,
  shortHash,
} from "./pull-request-links.ts";

export type PullRequestCommentContext = CommentContext & { readonly pullRequest: PullRequest };

export function pullRequestCommentApiUrl(id: number, pullRequest: PullRequest, baseUrls: BaseUrls): string {
  return `${pullRequestApiUrl(pullRequest, baseUrls)}/comments/${id}`;
}

/** A `pullrequest_comment`: contract, pull-requests.md §2.5. */
export function representPullRequestComment(comment: PullRequestComment, context: PullRequestCommentContext) {
  const { pullRequest, baseUrls } = context;
  const { inline, parentId, anchor, resolution } = comment;
  return {
    type: "pullrequest_comment",
    ...representComment(comment, context),
    pending: comment.isPending,
    ...(parentId === undefined ? {} : { parent: representCommentReference(parentId, context) }),
    ...(inline === undefined ? {} : { inline: representPlace(inline, anchor) }),
    ...(resolution === undefined ? {} : { resolution: representResolution(resolution, baseUrls) }),
    pullrequest: representPullRequestReference(pullRequest, baseUrls),
    links: {
      ...representCommentReference(comment.id, context).links,
      ...(inline === undefined
        ? {}
        : {
            code: {
              href: `${pullRequestComparisonUrl("diff", pullRequest, baseUrls)}&path=${encodeURIComponent(inline.path)}`,
            },
          }),
    },
  };
}

/** A comment inside another object. */
export function representCommentReference(
  id: number,
  { pullRequest, baseUrls }: Pick<PullRequestCommentContext, "pullRequest" | "baseUrls">,
) {
  return {
    id,
    links: {
      self: { href: pullRequestCommentApiUrl(id, pullRequest, baseUrls) },
      html: { href: `${pullRequestHtmlUrl(pullRequest, baseUrls)}/_/diff#comment-${id}` },
    },
  };
}

/** Lines are those of `src_rev` and of its common ancestor with `dest_rev`. */
function representPlace(inline: InlineLocation, anchor: CommentAnchor | undefined) {
  return {
    start_from: null,
    start_to: null,
    ...representInline(inline),
    outdated: anchor?.isOutdated ?? false,
    context_lines: "",
    src_rev: anchor === undefined ? null : shortHash(anchor.source),
    dest_rev: anchor?.destination === undefined ? null : shortHash(anchor.destination),
  };
}

/** A `comment_resolution`. */
export function representResolution({ by, at }: Resolution, baseUrls: BaseUrls) {
  return {
    type: "comment_resolution",
    user: by === undefined ? null : representEmbeddedAccount(by, baseUrls),
    created_on: representInstant(at),
  };
}
