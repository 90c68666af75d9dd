import { noContentAnswer } from "../../http/answer.ts";
import type { ProjectRoute } from "../../http/route.ts";
import { removeProjectReviewer } from "../../operations/projects.ts";
import { getSelectedAccount } from "../../operations/selected-account.ts";

export const deleteProjectReviewerRoute: ProjectRoute = {
  subject: "project",
  method: "DELETE",
  path: "/2.0/workspaces/{workspace}/projects/{project_key}/default-reviewers/{selected_user}",
  scopes: ["admin:project:bitbucket"],
  oauthScopes: ["project:admin"],
  permission: "admin",
  async handle(ports, { project, params }) {
    const account = await getSelectedAccount(ports, params.selected_user!);
    await removeProjectReviewer(ports, project, account);
    return noContentAnswer();
  },
};
