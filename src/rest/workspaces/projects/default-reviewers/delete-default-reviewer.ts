import type { ProjectRoute } from "../../../../http/routes/subjects/project.ts";
import { noContentAnswer } from "../../../../http/server/answer.ts";
import { getSelectedAccount } from "../../../../operations/accounts/named-accounts.ts";
import { removeProjectReviewer } from "../../../../operations/pull-requests/default-reviewers.ts";

export const deleteProjectDefaultReviewerRoute: ProjectRoute = {
  subject: "project",
  method: "DELETE",
  path: "/2.0/workspaces/{workspace}/projects/{project_key}/default-reviewers/{selected_user}",
  apiTokenScopes: ["admin:project:bitbucket"],
  oauthScopes: ["project:admin"],
  permission: "admin",
  async handle(ports, { by, project, params }) {
    const account = await getSelectedAccount(ports, params.selected_user!, { takesUsername: true });
    await removeProjectReviewer(by, project, account);
    return noContentAnswer();
  },
};
