import type { DefaultReviewer } from "../model/default-reviewer.ts";
import { representEmbeddedAccount } from "./embedded-account.ts";
import type { BaseUrls } from "./links.ts";

/** A `default_reviewer`: the reference, GET effective-default-reviewers. */
export function representDefaultReviewer({ account, source }: DefaultReviewer, baseUrls: BaseUrls) {
  return {
    type: "default_reviewer",
    reviewer_type: source,
    user: representEmbeddedAccount(account, baseUrls),
  };
}
