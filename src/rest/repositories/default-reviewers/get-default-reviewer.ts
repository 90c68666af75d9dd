import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { getSelectedAccount } from "../../../operations/accounts/named-accounts.ts";
import { requireRepositoryReviewer } from "../../../operations/pull-requests/default-reviewers.ts";
import { representEmbeddedAccount } from "../../../representations/embedded-account.ts";

export const getDefaultReviewerRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/default-reviewers/{target_username}",
  apiTokenScopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest"],
  permission: "read",
  async handle(ports, { repository, params, baseUrls }) {
    const account = await getSelectedAccount(ports, params.target_username!, { takesUsername: true });
    await requireRepositoryReviewer(ports, repository, account);
    return jsonAnswer(200, representEmbeddedAccount(account, baseUrls));
  },
};
