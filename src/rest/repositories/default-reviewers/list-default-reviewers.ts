import { readFilterAndSort } from "../../../http/routes/collection-query.ts";
import { parsePage, representPage } from "../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import type { Account } from "../../../model/account.ts";
import { selectRows } from "../../../model/match-filter.ts";
import { representEmbeddedAccount } from "../../../representations/embedded-account.ts";
import { listRepositoryReviewers } from "../../../storage/sql/pull-requests/default-reviewers.ts";
import { accountFields } from "../../account-fields.ts";

const FIELDS = accountFields<Account>("", (account) => account);

/** Plain accounts, unlike the list of a project. */
export const listDefaultReviewersRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/default-reviewers",
  apiTokenScopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest"],
  readsFilter: true,
  permission: "read",
  async handle({ database }, { repository, baseUrls, query, url }) {
    const { page, pagelen } = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const all = await listRepositoryReviewers(database.kysely, repository.uuid);
    const reviewers = selectRows(all, FIELDS, readFilterAndSort(query));
    const values = reviewers
      .slice((page - 1) * pagelen, page * pagelen)
      .map((account) => representEmbeddedAccount(account, baseUrls));
    return jsonAnswer(200, representPage({ page, pagelen, size: reviewers.length, values }, url));
  },
};
