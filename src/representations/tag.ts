import type { Tag } from "../git/objects/commit.ts";
import type { RefDetails } from "../git/objects/ref-details.ts";
import { representTruncated } from "./bounded-texts.ts";
import { representTarget } from "./branch.ts";
import { type CommitContext, representCommitDate } from "./commit.ts";
import { isIdentityCut, representCommitAuthor } from "./commit-author.ts";
import { representRefLinks } from "./ref-links.ts";

/** Which parts of a tag were cut. */
export function truncatedOfTag(tag: Tag | undefined) {
  const isTaggerCut = tag?.tagger !== undefined && isIdentityCut(tag.tagger);
  return representTruncated([tag?.isMessageCut && "message", isTaggerCut && "tagger.raw"]);
}

/** A `tag`: contract, rest.md §2.7. A lightweight one has no message, date or tagger of its own. */
export function representTag(details: RefDetails, context: CommitContext) {
  const { name, tag } = details;
  const tagger = tag?.tagger;
  return {
    type: "tag",
    name,
    target: representTarget(details, context),
    links: representRefLinks(context.repository, context.baseUrls, name, {
      api: "tags",
      html: "commits/tag",
    }),
    message: tag?.message ?? null,
    date: tagger === undefined ? null : representCommitDate(tagger.date),
    tagger: tagger === undefined ? null : representCommitAuthor("author", tagger, context),
    ...truncatedOfTag(tag),
  };
}
