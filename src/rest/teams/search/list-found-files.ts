import type { OpenRoute } from "../../../http/routes/subjects/open.ts";
import { readCodeSearch } from "../../workspaces/search/answer-code-search.ts";
import { answerSearchOfAccount } from "../../workspaces/search/search-of-account.ts";

/** Teams have become workspaces: it is the one of this name. */
export const listFoundFilesOfTeamRoute: OpenRoute = {
  subject: "open",
  method: "GET",
  path: "/2.0/teams/{username}/search/code",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  handle: async (ports, request) =>
    answerSearchOfAccount(ports, request.params.username!, readCodeSearch(request), request),
};
