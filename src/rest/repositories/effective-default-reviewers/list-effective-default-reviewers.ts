import { readFilterAndSort } from "../../../http/routes/collection-query.ts";
import { parsePage, representPage } from "../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { selectRows } from "../../../model/match-filter.ts";
import { representDefaultReviewer } from "../../../representations/default-reviewer.ts";
import { listEffectiveReviewers } from "../../../storage/sql/pull-requests/default-reviewers.ts";
import { DEFAULT_REVIEWER_FIELDS } from "../../default-reviewer-fields.ts";

export const listEffectiveDefaultReviewersRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/effective-default-reviewers",
  apiTokenScopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest"],
  readsFilter: true,
  permission: "read",
  async handle({ database }, { repository, baseUrls, query, url }) {
    const { page, pagelen } = parsePage(query, { pagelenDefault: 20, pagelenMax: 100 });
    const all = await listEffectiveReviewers(database.kysely, repository.uuid);
    const reviewers = selectRows(all, DEFAULT_REVIEWER_FIELDS, readFilterAndSort(query));
    const values = reviewers
      .slice((page - 1) * pagelen, page * pagelen)
      .map((reviewer) => representDefaultReviewer(reviewer, baseUrls));
    return jsonAnswer(200, representPage({ page, pagelen, size: reviewers.length, values }, url));
  },
};
