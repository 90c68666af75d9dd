import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { createRestriction } from "../../../operations/branch-rules/branch-restrictions.ts";
import { representBranchRestriction } from "../../../representations/branch-restriction.ts";
import { BranchRestrictionBody, readRestriction } from "./branch-restriction-body.ts";

export const createBranchRestrictionRoute: RepositoryRoute<typeof BranchRestrictionBody> = {
  subject: "repository",
  method: "POST",
  path: "/2.0/repositories/{workspace}/{repo_slug}/branch-restrictions",
  apiTokenScopes: ["admin:repository:bitbucket"],
  oauthScopes: ["repository:admin"],
  permission: "admin",
  body: BranchRestrictionBody,
  async handle(ports, { by, repository, body, baseUrls }) {
    const change = await readRestriction(ports, repository, body);
    const rule = await createRestriction(by, repository, change(undefined));
    return jsonAnswer(201, representBranchRestriction(rule, repository, baseUrls));
  },
};
