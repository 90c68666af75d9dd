import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { noContentAnswer } from "../../../http/server/answer.ts";
import { invalidField } from "../../../model/failure.ts";
import { deleteCachesOfName } from "../../../operations/pipelines/caches.ts";

/** All of the name in the query. */
export const deleteCachesRoute: RepositoryRoute = {
  subject: "repository",
  method: "DELETE",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines-config/caches",
  apiTokenScopes: ["write:pipeline:bitbucket"],
  oauthScopes: ["pipeline:write"],
  permission: "write",
  async handle(_ports, { by, repository, query }) {
    const name = query.get("name") ?? "";
    if (name === "") throw invalidField("name", "required");
    await deleteCachesOfName(by, repository, name);
    return noContentAnswer();
  },
};
