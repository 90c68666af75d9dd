import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { noContentAnswer } from "../../../http/server/answer.ts";
import { deleteCache } from "../../../operations/pipelines/caches.ts";

export const deleteCacheRoute: RepositoryRoute = {
  subject: "repository",
  method: "DELETE",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines-config/caches/{cache_uuid}",
  apiTokenScopes: ["write:pipeline:bitbucket"],
  oauthScopes: ["pipeline:write"],
  permission: "write",
  async handle(_ports, { by, repository, params }) {
    await deleteCache(by, repository, params.cache_uuid!);
    return noContentAnswer();
  },
};
