import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { showRepositoryPage } from "../show-repository-page.ts";

/** The forks in any workspace that the caller may see. */
export const listForksRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/forks",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  readsFilter: true,
  permission: "read",
  async handle(ports, request) {
    return jsonAnswer(200, await showRepositoryPage(ports, { parentUuid: request.repository.uuid }, request));
  },
};
