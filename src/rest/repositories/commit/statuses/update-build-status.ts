import type { RepositoryAccountRoute } from "../../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../../http/server/answer.ts";
import { invalidField } from "../../../../model/failure.ts";
import { changeCommitStatus } from "../../../../operations/commits/commit-statuses.ts";
import { representCommitStatus } from "../../../../representations/commit-status.ts";
import { CommitStatusBody, parseStatusChanges } from "./commit-status-body.ts";

/** Changes what the body names and creates nothing. */
export const updateBuildStatusRoute: RepositoryAccountRoute<typeof CommitStatusBody> = {
  subject: "repository",
  method: "PUT",
  path: "/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/statuses/build/{key}",
  lastParameterSpans: "some",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  access: "explicit",
  body: CommitStatusBody,
  async handle(ports, { by, repository, params, body, baseUrls }) {
    const key = params.key!;
    // The reference: the key cannot be changed. Clients send it along all the same.
    if (body.key !== undefined && body.key !== key) throw invalidField("key", "cannot be changed");
    const status = await changeCommitStatus(ports, by, repository, {
      commit: params.commit!,
      key,
      changes: parseStatusChanges(body),
    });
    return jsonAnswer(200, representCommitStatus(status, repository, baseUrls));
  },
};
