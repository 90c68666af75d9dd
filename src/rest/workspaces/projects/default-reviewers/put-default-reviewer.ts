import type { ProjectRoute } from "../../../../http/routes/subjects/project.ts";
import { jsonAnswer } from "../../../../http/server/answer.ts";
import { invalidField } from "../../../../model/failure.ts";
import { getSelectedAccount } from "../../../../operations/accounts/named-accounts.ts";
import { addProjectReviewer } from "../../../../operations/pull-requests/default-reviewers.ts";
import { representEmbeddedAccount } from "../../../../representations/embedded-account.ts";
import { AccountReference, readAccountReference } from "../../../named-in-body.ts";

/** Its "optional body containing the uuid of the user" must name the account of the URL, if it names one. */
export const putProjectDefaultReviewerRoute: ProjectRoute<typeof AccountReference> = {
  subject: "project",
  method: "PUT",
  path: "/2.0/workspaces/{workspace}/projects/{project_key}/default-reviewers/{selected_user}",
  apiTokenScopes: ["admin:project:bitbucket"],
  oauthScopes: ["project:admin"],
  permission: "admin",
  body: AccountReference,
  async handle(ports, { by, project, params, baseUrls, body }) {
    const account = await getSelectedAccount(ports, params.selected_user!, { takesUsername: true });
    if (body.uuid || body.account_id || body.username) {
      const named = await readAccountReference(ports, "uuid", body);
      if (named.uuid !== account.uuid) throw invalidField("uuid", "names another account than the URL");
    }
    await addProjectReviewer(ports, by, project, account);
    return jsonAnswer(200, representEmbeddedAccount(account, baseUrls));
  },
};
