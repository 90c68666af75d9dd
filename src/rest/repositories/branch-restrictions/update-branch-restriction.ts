import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { changeRestriction, getRestriction } from "../../../operations/branch-rules/branch-restrictions.ts";
import { representBranchRestriction } from "../../../representations/branch-restriction.ts";
import { BranchRestrictionBody, readRestriction } from "./branch-restriction-body.ts";

export const updateBranchRestrictionRoute: RepositoryRoute<typeof BranchRestrictionBody> = {
  subject: "repository",
  method: "PUT",
  path: "/2.0/repositories/{workspace}/{repo_slug}/branch-restrictions/{id}",
  apiTokenScopes: ["admin:repository:bitbucket"],
  oauthScopes: ["repository:admin"],
  permission: "admin",
  body: BranchRestrictionBody,
  async handle(ports, { by, repository, params, body, baseUrls }) {
    const { id } = await getRestriction(ports, repository, params.id!);
    const change = await readRestriction(ports, repository, body);
    const rule = await changeRestriction(by, repository, id, change);
    return jsonAnswer(200, representBranchRestriction(rule, repository, baseUrls));
  },
};
