import { pullRequestPath } from "../../../links.ts";
import { type PullRequestPage, redirect } from "../../../page.ts";

/** Where links of comments and tasks lead that REST gives: to the changes, where a browser looks for the same fragment. */
export const pullRequestDiffPage: PullRequestPage = {
  path: "/{workspace}/{repo_slug}/pull-requests/{pull_request_id}/_/diff",
  subject: "pull-request",
  permission: "read",
  async get(_ports, { repository, pullRequest }) {
    return redirect(pullRequestPath(repository, pullRequest.id));
  },
};
