import type { DefaultReviewer } from "../model/default-reviewer.ts";
import type { MatchFields } from "../model/match-filter.ts";
import { accountFields } from "./account-fields.ts";

/** The fields by which lists of default reviewers are filtered and sorted. */
export const DEFAULT_REVIEWER_FIELDS: MatchFields<DefaultReviewer> = {
  ...accountFields<DefaultReviewer>("user.", ({ account }) => account),
  reviewer_type: { type: "text", read: ({ source }) => source },
};
