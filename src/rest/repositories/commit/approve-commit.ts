import type { RepositoryAccountRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { approveCommit } from "../../../operations/commits/commit-approvals.ts";
import { representParticipant } from "../../../representations/participant.ts";

/** Allowed for readers with explicit access, as the reference has it: an approval changes nothing in the repository. */
export const approveCommitRoute: RepositoryAccountRoute = {
  subject: "repository",
  method: "POST",
  path: "/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/approve",
  successStatuses: [200],
  apiTokenScopes: ["read:repository:bitbucket", "write:repository:bitbucket"],
  oauthScopes: ["repository:write"],
  permission: "read",
  access: "explicit",
  async handle(ports, { by, repository, params, baseUrls }) {
    const participant = await approveCommit(ports, by, repository, params.commit!);
    return jsonAnswer(200, representParticipant(participant, baseUrls));
  },
};
