import type { RepositoryRoute } from "../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { showRepository } from "./show-repository.ts";

export const getRepositoryRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  isAnswerCached: true,
  async handle(ports, { repository, baseUrls, caller }) {
    return jsonAnswer(200, await showRepository(ports, repository, { baseUrls, caller }));
  },
};
