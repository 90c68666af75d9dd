import type { Comment, InlineLocation } from "../model/comment.ts";
import { representEmbeddedAccount } from "./embedded-account.ts";
import { representInstant } from "./instant.ts";
import type { BaseUrls } from "./links.ts";
import { representRendered } from "./markdown/rendered.ts";
import type { RenderedMessages } from "./markdown/rendered-messages.ts";

export type CommentContext = { readonly baseUrls: BaseUrls; readonly messages: RenderedMessages };

/** What comments on commits and on pull requests have in common: contract, rest.md §2.14, pull-requests.md §2.5. */
export function representComment(comment: Comment, { baseUrls, messages }: CommentContext) {
  return {
    id: comment.id,
    created_on: representInstant(comment.createdAt),
    updated_on: representInstant(comment.updatedAt),
    content: representRendered(comment.raw, messages),
    user: representEmbeddedAccount(comment.author, baseUrls),
    deleted: comment.isDeleted,
  };
}

export function representInline({ path, from, to, startFrom, startTo }: InlineLocation) {
  return {
    path,
    from: from ?? null,
    to: to ?? null,
    ...(startFrom === undefined ? {} : { start_from: startFrom }),
    ...(startTo === undefined ? {} : { start_to: startTo }),
  };
}
