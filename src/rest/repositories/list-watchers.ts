import { jsonAnswer } from "../../http/answer.ts";
import { parsePage, representPage } from "../../http/paging.ts";
import type { RepositoryRoute } from "../../http/route.ts";

/** Nobody can watch a repository here yet, and so nobody does (our choice: Bitbucket's list begins with its owner). */
export const listWatchersRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/watchers",
  scopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  async handle(_ports, { query, url }) {
    const page = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    return jsonAnswer(200, representPage({ ...page, size: 0, values: [] }, url));
  },
};
