import { readFilterAndSort } from "../../../../http/routes/collection-query.ts";
import { parsePage, representPage } from "../../../../http/routes/paging.ts";
import type { ProjectRoute } from "../../../../http/routes/subjects/project.ts";
import { jsonAnswer } from "../../../../http/server/answer.ts";
import { selectRows } from "../../../../model/match-filter.ts";
import { representDefaultReviewer } from "../../../../representations/default-reviewer.ts";
import { listProjectReviewers } from "../../../../storage/sql/pull-requests/default-reviewers.ts";
import { DEFAULT_REVIEWER_FIELDS } from "../../../default-reviewer-fields.ts";

export const listProjectDefaultReviewersRoute: ProjectRoute = {
  subject: "project",
  method: "GET",
  path: "/2.0/workspaces/{workspace}/projects/{project_key}/default-reviewers",
  apiTokenScopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["project:admin"],
  readsFilter: true,
  permission: "admin",
  async handle({ database }, { project, baseUrls, query, url }) {
    const { page, pagelen } = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const accounts = await listProjectReviewers(database.kysely, project.uuid);
    const all = accounts.map((account) => ({ account, source: "project" as const }));
    const reviewers = selectRows(all, DEFAULT_REVIEWER_FIELDS, readFilterAndSort(query));
    const values = reviewers
      .slice((page - 1) * pagelen, page * pagelen)
      .map((reviewer) => representDefaultReviewer(reviewer, baseUrls));
    return jsonAnswer(200, representPage({ page, pagelen, size: reviewers.length, values }, url));
  },
};
