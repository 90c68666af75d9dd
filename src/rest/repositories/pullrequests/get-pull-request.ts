import type { PullRequestRoute } from "../../../http/routes/subjects/pull-request.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { listParticipants } from "../../../storage/sql/pull-requests/participants.ts";
import { showPullRequest } from "./show-pull-request.ts";

export const getPullRequestRoute: PullRequestRoute = {
  subject: "pull-request",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}",
  apiTokenScopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest"],
  permission: "read",
  isAnswerCached: true,
  async handle({ database }, { pullRequest, baseUrls, fields }) {
    const participants = await listParticipants(database.kysely, pullRequest);
    return jsonAnswer(200, await showPullRequest({ pullRequest, participants }, { baseUrls, fields }));
  },
};
