import { jsonAnswer } from "../../http/answer.ts";
import type { RepositoryRoute } from "../../http/route.ts";
import { invalidField } from "../../model/failure.ts";
import { changeCommitStatus } from "../../operations/commit-statuses.ts";
import { representCommitStatus } from "../../representations/commit-status.ts";
import { CommitStatusBody, parseStatusChanges } from "./commit-status-body.ts";

/** Changes what the body names and creates nothing. */
export const updateBuildStatusRoute: RepositoryRoute<typeof CommitStatusBody> = {
  subject: "repository",
  method: "PUT",
  path: "/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}/statuses/build/{key}",
  lastParameterSpans: "some",
  scopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  body: CommitStatusBody,
  async handle(ports, { caller, repository, params, body, bases }) {
    const key = params.key!;
    // The reference: the key cannot be changed. Clients send it along all the same.
    if (body.key !== undefined && body.key !== key) throw invalidField("key", "cannot be changed");
    const status = await changeCommitStatus(ports, caller, repository, {
      commit: params.commit!,
      key,
      changes: parseStatusChanges(body),
      bases,
    });
    return jsonAnswer(200, representCommitStatus(status, repository, bases));
  },
};
