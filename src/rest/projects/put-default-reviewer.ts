import { jsonAnswer } from "../../http/answer.ts";
import type { ProjectRoute } from "../../http/route.ts";
import { addProjectReviewer } from "../../operations/projects.ts";
import { getSelectedAccount } from "../../operations/selected-account.ts";
import { representEmbeddedAccount } from "../../representations/embedded-account.ts";

/** Its "optional body containing the uuid of the user" is not read: the URL says the same. */
export const putProjectReviewerRoute: ProjectRoute = {
  subject: "project",
  method: "PUT",
  path: "/2.0/workspaces/{workspace}/projects/{project_key}/default-reviewers/{selected_user}",
  scopes: ["admin:project:bitbucket"],
  oauthScopes: ["project:admin"],
  permission: "admin",
  async handle(ports, { project, params, bases }) {
    const account = await getSelectedAccount(ports, params.selected_user!);
    await addProjectReviewer(ports, project, account);
    return jsonAnswer(200, representEmbeddedAccount(account, bases));
  },
};
