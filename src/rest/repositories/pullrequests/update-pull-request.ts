import type { PullRequestAccountRoute } from "../../../http/routes/subjects/pull-request.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { editPullRequest } from "../../../operations/pull-requests/edit-pull-request.ts";
import { PullRequestEditBody, parseEditable } from "./pull-request-body.ts";
import { showPullRequest } from "./show-pull-request.ts";

export const updatePullRequestRoute: PullRequestAccountRoute<typeof PullRequestEditBody> = {
  subject: "pull-request",
  method: "PUT",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}",
  apiTokenScopes: ["read:pullrequest:bitbucket", "write:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest:write"],
  permission: "write",
  isAuthorExempt: true,
  access: "account",
  body: PullRequestEditBody,
  async handle(ports, { by, repository, pullRequest, body, baseUrls, fields }) {
    const whole = await editPullRequest(ports, by, repository, pullRequest, parseEditable(body));
    return jsonAnswer(200, await showPullRequest(whole, { baseUrls, fields }));
  },
};
