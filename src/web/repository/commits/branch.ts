import { BRANCH_PREFIX } from "../../../model/ref-name.ts";
import { getRef } from "../../../operations/refs/refs.ts";
import { commitTexts } from "../../catalogue/commits.ts";
import { html } from "../../html.ts";
import { repositoryPlace } from "../../layout/place.ts";
import { visibleText } from "../../layout/visible-text.ts";
import { branchPath } from "../../links.ts";
import { page, type RepositoryPage } from "../../page.ts";
import { commitChoice } from "../commits.ts";
import { showCommits } from "./show-commits.ts";

/** The commits of one branch. */
export const branchCommitsPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/commits/branch/{name}",
  lastParameterSpans: "some",
  subject: "repository",
  permission: "read",
  async get(ports, request) {
    const { t, params, repository } = request;
    const branch = params.name!;
    await getRef(ports, repository, "branch", branch);
    const name = html`<a class="m" href="${branchPath(repository, branch)}"><bdi>${visibleText(branch)}</bdi></a>`;
    return page({
      title: html`${t(commitTexts.title)} · ${visibleText(branch)} · ${repository.workspace.slug}/${repository.slug}`,
      place: repositoryPlace(request, "commits"),
      main: html`<h1>${t(commitTexts.title)}</h1><p class="lead">${t(commitTexts.onBranch, { name })}</p>
${commitChoice(request, { shown: { branch } })}${await showCommits(ports, request, [BRANCH_PREFIX + branch])}`,
    });
  },
};
