import { createTokenOf, describeTokenForm } from "../../../access-tokens/create.ts";
import { tokensOfRepository } from "../../../access-tokens/tokens-of.ts";
import type { RepositoryPage } from "../../../page.ts";

/** Creates an access token of a repository, and shows it once. */
export const repositoryNewAccessTokenPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/admin/access-tokens/new",
  subject: "repository",
  permission: "admin",
  isStepUp: true,
  get: async (_ports, request) => describeTokenForm(request, tokensOfRepository(request)),
  post: (ports, request) => createTokenOf(ports, request, tokensOfRepository(request)),
};
