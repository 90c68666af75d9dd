import { jsonAnswer } from "../../http/answer.ts";
import type { RepositoryRoute } from "../../http/route.ts";
import { approveCommit } from "../../operations/commit-approvals.ts";
import { representParticipant } from "../../representations/participant.ts";

/** Open to readers with explicit access, as the reference has it: to approve changes nothing in the repository. */
export const approveCommitRoute: RepositoryRoute = {
  subject: "repository",
  method: "POST",
  path: "/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/approve",
  scopes: ["read:repository:bitbucket", "write:repository:bitbucket"],
  oauthScopes: ["repository:write"],
  permission: "read",
  async handle(ports, { caller, repository, params, bases }) {
    const participant = await approveCommit(ports, caller, repository, params.commit!);
    return jsonAnswer(200, representParticipant(participant, bases));
  },
};
