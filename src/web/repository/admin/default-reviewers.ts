import { fullName } from "../../../model/repository.ts";
import { parseUuid } from "../../../model/uuid.ts";
import {
  addRepositoryReviewer,
  removeRepositoryReviewer,
} from "../../../operations/pull-requests/default-reviewers.ts";
import { findAccountByUuid } from "../../../storage/sql/accounts/accounts.ts";
import { listEffectiveReviewers } from "../../../storage/sql/pull-requests/default-reviewers.ts";
import { branchRuleTexts } from "../../catalogue/branch-rules.ts";
import { repositoryPlace } from "../../layout/place.ts";
import { repositorySettings } from "../../layout/repository-settings.ts";
import { repositoryPath } from "../../links.ts";
import type { RepositoryPage, RepositoryPageRequest } from "../../page.ts";
import { changeReviewers, describeReviewers, type ReviewersOf } from "../../reviewers/reviewer-pages.ts";

/** Who is asked to review new pull requests. */
export const defaultReviewersPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/admin/default-reviewers",
  subject: "repository",
  permission: "admin",
  get: async ({ database }, request) => {
    const reviewers = await listEffectiveReviewers(database.kysely, request.repository.uuid);
    return describeReviewers(request, reviewersOf(request), reviewers);
  },
  async post(ports, request) {
    const { repository, by, form } = request;
    const kysely = ports.database.kysely;
    return changeReviewers(ports, request, reviewersOf(request), {
      list: () => listEffectiveReviewers(kysely, repository.uuid),
      add: (account) => addRepositoryReviewer(ports, by, repository, account),
      async remove() {
        const uuid = parseUuid(form.get("uuid") ?? "");
        const account = uuid && (await findAccountByUuid(kysely, uuid));
        if (account !== undefined) await removeRepositoryReviewer(by, repository, account);
        return account;
      },
    });
  },
};

function reviewersOf(request: RepositoryPageRequest): ReviewersOf {
  const { t, repository } = request;
  return {
    path: repositoryPath(repository, "admin", "default-reviewers"),
    name: fullName(repository),
    place: repositoryPlace(request, "settings"),
    lead: t(branchRuleTexts.reviewers.leadRepository),
    own: "repository",
    around: (main) => repositorySettings(request, main),
  };
}
