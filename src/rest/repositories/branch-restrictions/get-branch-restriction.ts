import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { getRestriction } from "../../../operations/branch-rules/branch-restrictions.ts";
import { representBranchRestriction } from "../../../representations/branch-restriction.ts";

export const getBranchRestrictionRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/branch-restrictions/{id}",
  apiTokenScopes: ["admin:repository:bitbucket"],
  oauthScopes: ["repository:admin"],
  permission: "admin",
  async handle(ports, { repository, params, baseUrls }) {
    const rule = await getRestriction(ports, repository, params.id!);
    return jsonAnswer(200, representBranchRestriction(rule, repository, baseUrls));
  },
};
