import { TAG_PREFIX } from "../../../model/ref-name.ts";
import { getRef } from "../../../operations/refs/refs.ts";
import { commitTexts } from "../../catalogue/commits.ts";
import { html } from "../../html.ts";
import { repositoryPlace } from "../../layout/place.ts";
import { visibleText } from "../../layout/visible-text.ts";
import { page, type RepositoryPage } from "../../page.ts";
import { commitChoice } from "../commits.ts";
import { showCommits } from "./show-commits.ts";

/** The commits up to a tag. */
export const tagCommitsPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/commits/tag/{name}",
  lastParameterSpans: "some",
  subject: "repository",
  permission: "read",
  async get(ports, request) {
    const { t, params, repository } = request;
    const tag = params.name!;
    await getRef(ports, repository, "tag", tag);
    const name = html`<bdi class="m">${visibleText(tag)}</bdi>`;
    return page({
      title: html`${t(commitTexts.title)} · ${visibleText(tag)} · ${repository.workspace.slug}/${repository.slug}`,
      place: repositoryPlace(request, "commits"),
      main: html`<h1>${t(commitTexts.title)}</h1><p class="lead">${t(commitTexts.onTag, { name })}</p>
${commitChoice(request, { at: tag })}${await showCommits(ports, request, [TAG_PREFIX + tag])}`,
    });
  },
};
