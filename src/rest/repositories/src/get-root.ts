import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { restoreBytes } from "../../../model/byte-text.ts";
import { findPathAtCommit, noSuchFile } from "../../../operations/source/source.ts";
import { repositoryApiUrl } from "../../../representations/links.ts";

/** Redirects to the root of the main branch, whatever its name. Status and form of the target are our choice. */
export const getRootRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/src",
  successStatuses: [200, 302],
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  readsFilter: true,
  permission: "read",
  async handle(ports, { repository, baseUrls, query }) {
    if (repository.mainBranch === undefined) {
      // Our choice: a repository without commits has an empty root without metadata.
      if (query.get("format") === "meta") throw noSuchFile("/");
      return jsonAnswer(200, { pagelen: 10, values: [], page: 1 });
    }
    const { commit } = await findPathAtCommit(ports, repository, "HEAD", "");
    const url = new URL(`${repositoryApiUrl(baseUrls, repository)}/src/${commit}/`);
    url.search = query.toString();
    return { status: 302, headers: { location: restoreBytes(url.href) }, body: { kind: "empty" } };
  },
};
