import type { RepositoryRoute } from "../../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../../http/server/answer.ts";
import { getCommitStatus } from "../../../../operations/commits/commit-statuses.ts";
import { representCommitStatus } from "../../../../representations/commit-status.ts";

export const getBuildStatusRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/statuses/build/{key}",
  // Keys such as ci/unit are asked for with the slash as it is.
  lastParameterSpans: "some",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  async handle(ports, { repository, params, baseUrls }) {
    const status = await getCommitStatus(ports, repository, params.commit!, params.key!);
    return jsonAnswer(200, representCommitStatus(status, repository, baseUrls));
  },
};
