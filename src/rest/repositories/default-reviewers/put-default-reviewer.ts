import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { getSelectedAccount } from "../../../operations/accounts/named-accounts.ts";
import { addRepositoryReviewer } from "../../../operations/pull-requests/default-reviewers.ts";
import { representEmbeddedAccount } from "../../../representations/embedded-account.ts";

export const putDefaultReviewerRoute: RepositoryRoute = {
  subject: "repository",
  method: "PUT",
  path: "/2.0/repositories/{workspace}/{repo_slug}/default-reviewers/{target_username}",
  apiTokenScopes: ["admin:repository:bitbucket"],
  oauthScopes: ["repository:admin"],
  permission: "admin",
  async handle(ports, { by, repository, params, baseUrls }) {
    const account = await getSelectedAccount(ports, params.target_username!, { takesUsername: true });
    await addRepositoryReviewer(ports, by, repository, account);
    return jsonAnswer(200, representEmbeddedAccount(account, baseUrls));
  },
};
