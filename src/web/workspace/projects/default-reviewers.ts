import { parseUuid } from "../../../model/uuid.ts";
import {
  addProjectReviewer,
  removeProjectReviewer,
} from "../../../operations/pull-requests/default-reviewers.ts";
import type { Ports } from "../../../ports.ts";
import { findAccountByUuid } from "../../../storage/sql/accounts/accounts.ts";
import { listProjectReviewers } from "../../../storage/sql/pull-requests/default-reviewers.ts";
import { branchRuleTexts } from "../../catalogue/branch-rules.ts";
import { workspacePlace } from "../../layout/place.ts";
import { projectSettings } from "../../layout/project-settings.ts";
import { projectPath } from "../../links.ts";
import type { ProjectPage, ProjectPageRequest } from "../../page.ts";
import { changeReviewers, describeReviewers, type ReviewersOf } from "../../reviewers/reviewer-pages.ts";

/** Who is asked to review in every repository of a project. */
export const projectDefaultReviewersPage: ProjectPage = {
  path: "/{workspace}/workspace/projects/{project_key}/default-reviewers",
  subject: "project",
  permission: "admin",
  get: async (ports, request) =>
    describeReviewers(request, reviewersOf(request), await listReviewers(ports, request)),
  post(ports, request) {
    const { by, project, form } = request;
    return changeReviewers(ports, request, reviewersOf(request), {
      list: () => listReviewers(ports, request),
      add: (account) => addProjectReviewer(ports, by, project, account),
      async remove() {
        const uuid = parseUuid(form.get("uuid") ?? "");
        const account = uuid && (await findAccountByUuid(ports.database.kysely, uuid));
        if (account !== undefined) await removeProjectReviewer(by, project, account);
        return account;
      },
    });
  },
};

async function listReviewers({ database }: Ports, { project }: ProjectPageRequest) {
  const accounts = await listProjectReviewers(database.kysely, project.uuid);
  return accounts.map((account) => ({ account, source: "project" as const }));
}

function reviewersOf(request: ProjectPageRequest): ReviewersOf {
  const { t, workspace, project } = request;
  return {
    path: `${projectPath(workspace, project)}/default-reviewers`,
    name: project.name,
    place: workspacePlace(request, "projects"),
    lead: t(branchRuleTexts.reviewers.leadProject),
    own: "project",
    around: (main) => projectSettings(request, main),
  };
}
