import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { noContentAnswer } from "../../../http/server/answer.ts";
import { getSelectedAccount } from "../../../operations/accounts/named-accounts.ts";
import { removeRepositoryReviewer } from "../../../operations/pull-requests/default-reviewers.ts";

export const deleteDefaultReviewerRoute: RepositoryRoute = {
  subject: "repository",
  method: "DELETE",
  path: "/2.0/repositories/{workspace}/{repo_slug}/default-reviewers/{target_username}",
  apiTokenScopes: ["admin:repository:bitbucket"],
  oauthScopes: ["repository:admin"],
  permission: "admin",
  async handle(ports, { by, repository, params }) {
    const account = await getSelectedAccount(ports, params.target_username!, { takesUsername: true });
    await removeRepositoryReviewer(by, repository, account);
    return noContentAnswer();
  },
};
