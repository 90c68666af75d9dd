import { listTokensOf } from "../../../access-tokens/list.ts";
import { tokensOfRepository } from "../../../access-tokens/tokens-of.ts";
import type { RepositoryPage } from "../../../page.ts";

/** The access tokens of a repository. */
export const repositoryAccessTokensPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/admin/access-tokens",
  subject: "repository",
  permission: "admin",
  get: (ports, request) => listTokensOf(ports, request, tokensOfRepository(request)),
};
