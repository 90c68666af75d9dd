import { askToRevoke, revokeTokenOf } from "../../../access-tokens/revoke.ts";
import { tokensOfRepository } from "../../../access-tokens/tokens-of.ts";
import type { RepositoryPage } from "../../../page.ts";

/** Asks whether to revoke an access token of a repository, and does. */
export const repositoryRevokeAccessTokenPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/admin/access-tokens/{token}/revoke",
  subject: "repository",
  permission: "admin",
  get: (ports, request) => askToRevoke(ports, request, tokensOfRepository(request)),
  post: (ports, request) => revokeTokenOf(ports, request, tokensOfRepository(request)),
};
