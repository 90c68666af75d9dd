import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { noContentAnswer } from "../../../http/server/answer.ts";
import { deleteRunner } from "../../../operations/pipelines/runners.ts";

export const deleteRepositoryRunnerRoute: RepositoryRoute = {
  subject: "repository",
  method: "DELETE",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines-config/runners/{runner_uuid}",
  apiTokenScopes: ["write:runner:bitbucket"],
  oauthScopes: ["runner:write"],
  permission: "admin",
  async handle(_ports, { by, repository, params }) {
    await deleteRunner(by, { kind: "repository", repository }, params.runner_uuid!);
    return noContentAnswer();
  },
};
