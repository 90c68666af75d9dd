import { askToRotate, rotateTokenOf } from "../../../access-tokens/rotate.ts";
import { tokensOfRepository } from "../../../access-tokens/tokens-of.ts";
import type { RepositoryPage } from "../../../page.ts";

/** Makes a new secret for an access token of a repository, and shows it once. */
export const repositoryRotateAccessTokenPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/admin/access-tokens/{token}/rotate",
  subject: "repository",
  permission: "admin",
  isStepUp: true,
  get: (ports, request) => askToRotate(ports, request, tokensOfRepository(request)),
  post: (ports, request) => rotateTokenOf(ports, request, tokensOfRepository(request)),
};
