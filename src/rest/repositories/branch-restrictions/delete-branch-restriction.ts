import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { noContentAnswer } from "../../../http/server/answer.ts";
import { getRestriction, removeRestriction } from "../../../operations/branch-rules/branch-restrictions.ts";

export const deleteBranchRestrictionRoute: RepositoryRoute = {
  subject: "repository",
  method: "DELETE",
  path: "/2.0/repositories/{workspace}/{repo_slug}/branch-restrictions/{id}",
  apiTokenScopes: ["admin:repository:bitbucket"],
  oauthScopes: ["repository:admin"],
  permission: "admin",
  async handle(ports, { by, repository, params }) {
    await removeRestriction(by, repository, await getRestriction(ports, repository, params.id!));
    return noContentAnswer();
  },
};
