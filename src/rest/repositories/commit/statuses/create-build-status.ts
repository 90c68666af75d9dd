import type { RepositoryAccountRoute } from "../../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../../http/server/answer.ts";
import { reportCommitStatus } from "../../../../operations/commits/commit-statuses.ts";
import { commitStatusApiUrl, representCommitStatus } from "../../../../representations/commit-status.ts";
import { CommitStatusBody, parseNewStatus } from "./commit-status-body.ts";

/** Read permission is enough, as the reference's scope says; it must be by membership (our choice). */
export const createBuildStatusRoute: RepositoryAccountRoute<typeof CommitStatusBody> = {
  subject: "repository",
  method: "POST",
  path: "/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/statuses/build",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  access: "explicit",
  body: CommitStatusBody,
  async handle(ports, { by, repository, params, body, baseUrls }) {
    const wanted = { ...parseNewStatus(body), commit: params.commit! };
    const status = await reportCommitStatus(ports, by, repository, wanted);
    // 201 also where a status of the same key is overwritten: the reference knows no other answer.
    return jsonAnswer(201, representCommitStatus(status, repository, baseUrls), {
      location: commitStatusApiUrl(baseUrls, repository, status),
    });
  },
};
