import type { TypeBuilder } from "../../../http/routes/body-schema.ts";
import type { PullRequestAccountRoute } from "../../../http/routes/subjects/pull-request.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { declinePullRequest } from "../../../operations/pull-requests/decline-pull-request.ts";
import { showPullRequest } from "./show-pull-request.ts";

/** Our choice. In UTF-16 code units. */
const REASON_LENGTH_MAX = 32_768;

/** Many send no body, or one with other keys. */
const DeclineBody = (Type: TypeBuilder) =>
  Type.Object({
    message: Type.Optional(Type.Union([Type.String({ maxLength: REASON_LENGTH_MAX }), Type.Null()])),
  });

export const declinePullRequestRoute: PullRequestAccountRoute<typeof DeclineBody> = {
  subject: "pull-request",
  method: "POST",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}/decline",
  successStatuses: [200],
  apiTokenScopes: ["read:pullrequest:bitbucket", "write:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest:write"],
  permission: "write",
  isAuthorExempt: true,
  access: "account",
  body: DeclineBody,
  async handle(ports, { by, repository, pullRequest, body, baseUrls, fields }) {
    const whole = await declinePullRequest(ports, by, repository, pullRequest, body.message ?? "");
    return jsonAnswer(200, await showPullRequest(whole, { baseUrls, fields }));
  },
};
