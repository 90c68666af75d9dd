import { readFilterAndSort } from "../../../http/routes/collection-query.ts";
import { parsePage, representPage } from "../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import type { Account } from "../../../model/account.ts";
import { selectRows } from "../../../model/match-filter.ts";
import { accountFields } from "../../account-fields.ts";

/**
 * Watching repositories is not supported yet, so there are no watchers (our choice: Bitbucket's list begins with the
 * owner).
 */
const NOBODY: readonly Account[] = [];
const FIELDS = accountFields<Account>("", (account) => account);

export const listWatchersRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/watchers",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  readsFilter: true,
  permission: "read",
  async handle(_ports, { query, url }) {
    const page = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const values = selectRows(NOBODY, FIELDS, readFilterAndSort(query));
    return jsonAnswer(200, representPage({ ...page, size: values.length, values }, url));
  },
};
