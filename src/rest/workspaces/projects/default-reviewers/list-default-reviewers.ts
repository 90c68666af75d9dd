import { readFilterAndSort } from "../../../../http/routes/collection-query.ts";
import { parsePage, representPage } from "../../../../http/routes/paging.ts";
import type { ProjectRoute } from "../../../../http/routes/subjects/project.ts";
import { jsonAnswer } from "../../../../http/server/answer.ts";
import type { Account } from "../../../../model/account.ts";
import { type MatchFields, selectRows } from "../../../../model/match-filter.ts";
import { representEmbeddedAccount } from "../../../../representations/embedded-account.ts";
import { listProjectReviewers } from "../../../../storage/sql/pull-requests/default-reviewers.ts";
import { accountFields } from "../../../account-fields.ts";

const FIELDS: MatchFields<Account> = {
  ...accountFields<Account>("user.", (account) => account),
  reviewer_type: { type: "text", read: () => "project" },
};

export const listProjectReviewersRoute: ProjectRoute = {
  subject: "project",
  method: "GET",
  path: "/2.0/workspaces/{workspace}/projects/{project_key}/default-reviewers",
  apiTokenScopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["project:admin"],
  readsFilter: true,
  permission: "admin",
  async handle({ database }, { project, baseUrls, query, url }) {
    const { page, pagelen } = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const all = await listProjectReviewers(database.kysely, project.uuid);
    const reviewers = selectRows(all, FIELDS, readFilterAndSort(query));
    const values = reviewers.slice((page - 1) * pagelen, page * pagelen).map((account) => ({
      type: "default_reviewer",
      reviewer_type: "project",
      user: representEmbeddedAccount(account, baseUrls),
    }));
    return jsonAnswer(200, representPage({ page, pagelen, size: reviewers.length, values }, url));
  },
};
