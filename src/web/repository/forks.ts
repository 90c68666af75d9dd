import { fullName } from "../../model/repository.ts";
import { viewerOf } from "../../model/who-acts.ts";
import { listRepositories } from "../../storage/sql/repositories/repositories.ts";
import { projectTexts } from "../catalogue/projects.ts";
import { html } from "../html.ts";
import { empty } from "../layout/empty.ts";
import { pager, readPage } from "../layout/pager.ts";
import { repositoryPlace } from "../layout/place.ts";
import { repositoryList } from "../layout/repository-list.ts";
import { repositoryPath } from "../links.ts";
import { page, type RepositoryPage } from "../page.ts";

const texts = projectTexts.forks;
const PAGELEN = 50;

/** The forks that their reader may see: how many there are beside them is not told. */
export const forksPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/forks",
  subject: "repository",
  permission: "read",
  async get({ database }, request) {
    const { t, repository, caller, query, path, account } = request;
    const asked = readPage(query);
    const { values, size } = await listRepositories(database.kysely, {
      parentUuid: repository.uuid,
      viewer: viewerOf(caller),
      sort: { field: "updated_on", direction: "desc" },
      page: asked,
      pagelen: PAGELEN,
    });
    const create =
      account === undefined || repository.forkPolicy === "no_forks"
        ? undefined
        : html`<a class="btn main" href="${repositoryPath(repository, "fork")}">${t(texts.create)}</a>`;
    return page({
      title: html`${t(texts.title)} · ${fullName(repository)}`,
      place: repositoryPlace(request, "forks"),
      main: html`<div class="head"><h1>${t(texts.title)}</h1>${values.length > 0 && create}</div>
${values.length > 0 ? repositoryList(request, values) : empty(t(texts.none.title), t(texts.none.text), create)}${pager(t, { page: asked, pagelen: PAGELEN, size }, path)}`,
    });
  },
};
