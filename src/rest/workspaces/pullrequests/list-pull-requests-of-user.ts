import { readFilterAndSort } from "../../../http/routes/collection-query.ts";
import { parsePage } from "../../../http/routes/paging.ts";
import type { WorkspaceRoute } from "../../../http/routes/subjects/workspace.ts";
import { viewerOf } from "../../../model/who-acts.ts";
import { getSelectedAccount } from "../../../operations/accounts/named-accounts.ts";
import { listPullRequests } from "../../../storage/sql/pull-requests/pull-requests.ts";
import {
  answerPullRequests,
  PULL_REQUEST_PAGELEN,
} from "../../repositories/pullrequests/answer-pull-requests.ts";
import { readStates } from "../../repositories/pullrequests/read-states.ts";

/** By one account, in all repositories of the workspace that the caller may see. */
export const listPullRequestsOfUserRoute: WorkspaceRoute = {
  subject: "workspace",
  method: "GET",
  path: "/2.0/workspaces/{workspace}/pullrequests/{selected_user}",
  apiTokenScopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest"],
  readsFilter: true,
  permission: "see",
  async handle(ports, request) {
    const { workspace, caller, params, query } = request;
    const page = parsePage(query, PULL_REQUEST_PAGELEN);
    const conditions = readFilterAndSort(query);
    const author = await getSelectedAccount(ports, params.selected_user!, { takesUsername: true });
    const found = await listPullRequests(ports.database.kysely, {
      workspaceUuid: workspace.uuid,
      authorUuid: author.uuid,
      viewer: viewerOf(caller),
      states: readStates(query, conditions.filter),
      ...page,
      ...conditions,
    });
    return answerPullRequests(ports, request, page, found);
  },
};
