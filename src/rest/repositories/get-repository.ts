import { jsonAnswer } from "../../http/answer.ts";
import type { RepositoryRoute } from "../../http/route.ts";
import { representRepository } from "../../representations/repository.ts";

export const getRepositoryRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}",
  scopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  async handle(_ports, { repository, bases, caller }) {
    return jsonAnswer(200, representRepository(repository, bases, caller));
  },
};
