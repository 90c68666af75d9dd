import type { CommitParticipant } from "../model/commit-comment.ts";
import { representEmbeddedAccount } from "./embedded-account.ts";
import { representInstant } from "./instant.ts";
import type { BaseUrls } from "./links.ts";

/** A `participant` of a commit: contract, rest.md §2.13. Commits have no reviewers. */
export function representParticipant(participant: CommitParticipant, baseUrls: BaseUrls) {
  return {
    type: "participant",
    user: representEmbeddedAccount(participant.account, baseUrls),
    role: "PARTICIPANT",
    approved: participant.hasApproved,
    state: participant.hasApproved ? "approved" : null,
    participated_on: representInstant(participant.participatedAt),
  };
}
