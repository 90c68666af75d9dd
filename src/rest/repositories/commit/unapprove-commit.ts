import type { RepositoryAccountRoute } from "../../../http/routes/subjects/repository.ts";
import { noContentAnswer } from "../../../http/server/answer.ts";
import { unapproveCommit } from "../../../operations/commits/commit-approvals.ts";

/** Answers 204 also where there was no approval: the reference knows 404 for the commit and the repository only. */
export const unapproveCommitRoute: RepositoryAccountRoute = {
  subject: "repository",
  method: "DELETE",
  path: "/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/approve",
  apiTokenScopes: ["write:repository:bitbucket"],
  oauthScopes: ["repository:write"],
  permission: "read",
  access: "explicit",
  async handle(ports, { by, repository, params }) {
    await unapproveCommit(ports, by, repository, params.commit!);
    return noContentAnswer();
  },
};
