import type { RepositoryAccountRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { createBranch } from "../../../operations/refs/create-ref.ts";
import { parseRefBody, RefBody } from "./ref-body.ts";
import { showRef } from "./show-ref.ts";

export const createBranchRoute: RepositoryAccountRoute<typeof RefBody> = {
  subject: "repository",
  method: "POST",
  path: "/2.0/repositories/{workspace}/{repo_slug}/refs/branches",
  apiTokenScopes: ["read:repository:bitbucket", "write:repository:bitbucket"],
  oauthScopes: ["repository:write"],
  permission: "write",
  access: "account",
  body: RefBody,
  async handle(ports, { by, repository, body, baseUrls }) {
    const ref = await createBranch(ports, by, repository, parseRefBody(body));
    return jsonAnswer(201, await showRef(ports, repository, baseUrls, ref));
  },
};
