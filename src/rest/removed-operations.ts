import type { OpenRoute } from "../http/routes/subjects/open.ts";
import { Failure } from "../model/failure.ts";

const ANNOUNCEMENT = "https://developer.atlassian.com/cloud/bitbucket/changelog#CHANGE-2770";

/**
 * The cross-workspace lists that Bitbucket removed on 14 April 2026. The answer is recorded: contract, rest.md §8.1.
 */
function removedOperation(path: string): OpenRoute {
  return {
    subject: "open",
    method: "GET",
    path,
    successStatuses: [],
    apiTokenScopes: [],
    oauthScopes: [],
    readsFilter: true,
    handle() {
      throw new Failure("gone", "CHANGE-2770 - Functionality has been deprecated", {
        detail: "Please read the changelog entry for more details.",
        data: { announcement_url: ANNOUNCEMENT },
      });
    },
  };
}

export const REMOVED_OPERATIONS: readonly OpenRoute[] = [
  "/2.0/repositories",
  "/2.0/workspaces",
  "/2.0/user/permissions/workspaces",
  "/2.0/user/permissions/repositories",
  "/2.0/snippets",
].map(removedOperation);
