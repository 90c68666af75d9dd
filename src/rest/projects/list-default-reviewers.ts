import { jsonAnswer } from "../../http/answer.ts";
import { parsePage, representPage } from "../../http/paging.ts";
import type { ProjectRoute } from "../../http/route.ts";
import { representEmbeddedAccount } from "../../representations/embedded-account.ts";
import { listProjectReviewers } from "../../storage/sql/default-reviewers.ts";

export const listProjectReviewersRoute: ProjectRoute = {
  subject: "project",
  method: "GET",
  path: "/2.0/workspaces/{workspace}/projects/{project_key}/default-reviewers",
  scopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["project:admin"],
  permission: "admin",
  async handle({ database }, { project, bases, query, url }) {
    const { page, pagelen } = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const reviewers = await listProjectReviewers(database.kysely, project.uuid);
    const values = reviewers.slice((page - 1) * pagelen, page * pagelen).map((account) => ({
      type: "default_reviewer",
      reviewer_type: "project",
      user: representEmbeddedAccount(account, bases),
    }));
    return jsonAnswer(200, representPage({ page, pagelen, size: reviewers.length, values }, url));
  },
};
