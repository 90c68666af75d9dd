import type { ProjectRoute } from "../../../../http/routes/subjects/project.ts";
import { jsonAnswer } from "../../../../http/server/answer.ts";
import { getSelectedAccount } from "../../../../operations/accounts/named-accounts.ts";
import { requireProjectReviewer } from "../../../../operations/pull-requests/default-reviewers.ts";
import { representEmbeddedAccount } from "../../../../representations/embedded-account.ts";

export const getProjectDefaultReviewerRoute: ProjectRoute = {
  subject: "project",
  method: "GET",
  path: "/2.0/workspaces/{workspace}/projects/{project_key}/default-reviewers/{selected_user}",
  apiTokenScopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["project:admin"],
  permission: "admin",
  async handle(ports, { project, params, baseUrls }) {
    const account = await getSelectedAccount(ports, params.selected_user!, { takesUsername: true });
    await requireProjectReviewer(ports, project, account);
    return jsonAnswer(200, representEmbeddedAccount(account, baseUrls));
  },
};
