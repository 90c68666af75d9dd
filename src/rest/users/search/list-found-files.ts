import type { OpenRoute } from "../../../http/routes/subjects/open.ts";
import { getSelectedAccount } from "../../../operations/accounts/named-accounts.ts";
import { readCodeSearch } from "../../workspaces/search/answer-code-search.ts";
import { answerSearchOfAccount } from "../../workspaces/search/search-of-account.ts";

/** In the workspace that has the account's user name. */
export const listFoundFilesOfUserRoute: OpenRoute = {
  subject: "open",
  method: "GET",
  path: "/2.0/users/{selected_user}/search/code",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  async handle(ports, request) {
    const asked = readCodeSearch(request);
    const account = await getSelectedAccount(ports, request.params.selected_user!);
    return answerSearchOfAccount(ports, account.username, asked, request);
  },
};
