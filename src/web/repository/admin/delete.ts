import { fullName } from "../../../model/repository.ts";
import { deleteRepository } from "../../../operations/repositories/repositories.ts";
import type { Ports } from "../../../ports.ts";
import { listDownloads } from "../../../storage/sql/downloads/downloads.ts";
import { countPullRequests } from "../../../storage/sql/pull-requests/pull-requests.ts";
import { listRefsByPrefix } from "../../../storage/sql/refs/refs.ts";
import { listWebhooks } from "../../../storage/sql/webhooks/webhooks.ts";
import { repositorySettingsTexts } from "../../catalogue/repository-settings.ts";
import { formText } from "../../forms/form-text.ts";
import { type Html, html } from "../../html.ts";
import { errorSummary, input, type Problem } from "../../layout/form.ts";
import { repositoryPlace } from "../../layout/place.ts";
import { repositorySettings } from "../../layout/repository-settings.ts";
import { formatSize } from "../../layout/size.ts";
import { repositoryPath, workspacePath } from "../../links.ts";
import {
  type PageAnswer,
  page,
  type RepositoryPage,
  type RepositoryPageRequest,
  redirect,
} from "../../page.ts";
import { flash } from "../../pipeline/flash.ts";

const texts = repositorySettingsTexts.general.delete;

/** Asks whether to delete a repository, with what goes with it, and deletes it. */
export const deleteRepositoryPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/admin/delete",
  subject: "repository",
  permission: "admin",
  isStepUp: "post",
  get: (ports, request) => describe(ports, request),
  async post(ports, request) {
    const { form, t, repository, by } = request;
    const name = fullName(repository);
    if (formText(form, "confirm") !== name)
      return describe(ports, request, [{ field: "confirm", message: t(texts.wrong, { name }) }]);
    await deleteRepository(ports, by, repository);
    return redirect(workspacePath(repository.workspace, "repositories"), flash(texts.done, { name }));
  },
};

async function describe(
  ports: Ports,
  request: RepositoryPageRequest,
  problems: readonly Problem[] = [],
): Promise<PageAnswer> {
  const { t, csrf, repository } = request;
  const name = fullName(repository);
  const title = t(texts.ask, { name: html`<span class="m">${name}</span>` });
  return page({
    title,
    place: repositoryPlace(request, "settings"),
    hasProblems: problems.length > 0,
    ...(problems.length > 0 ? { status: 422 } : {}),
    main: repositorySettings(
      request,
      html`<h1>${title}</h1>${errorSummary(t, problems)}<p class="lead">${t(texts.goes)}</p>
<div class="flow"><ul>${(await listWhatGoes(ports, request)).map((each) => html`<li>${each}</li>`)}</ul><p>${t(texts.forksStay)}</p>
<form method="post" autocomplete="off">${csrf}${input(t, { name: "confirm", label: t(texts.confirm, { name }), problems, autocomplete: "off" })}
<div class="acts"><button class="danger">${t(texts.open)}</button><a class="btn" href="${repositoryPath(repository, "admin")}">${t(texts.keep)}</a></div></form></div>`,
    ),
  });
}

async function listWhatGoes(
  { database }: Ports,
  { t, repository }: RepositoryPageRequest,
): Promise<readonly Html[]> {
  const db = database.kysely;
  const first = { page: 1, pagelen: 1 };
  const subject = { kind: "repository", uuid: repository.uuid } as const;
  const [branches, webhooks, downloads, pullRequests] = await Promise.all([
    listRefsByPrefix(db, repository.uuid, ["refs/heads/"]),
    listWebhooks(db, subject, first),
    listDownloads(db, { repositoryUuid: repository.uuid, ...first }),
    countPullRequests(db, { repositoryUuid: repository.uuid }, undefined),
  ]);
  const pullRequestCount = [...pullRequests.byState.values()].reduce((sum, count) => sum + count, 0);
  return [
    t(texts.size, { size: formatSize(repository.sizeBytes) }),
    t(texts.branches, { n: branches.length }),
    ...(pullRequestCount > 0 ? [t(texts.pullRequests, { n: pullRequestCount })] : []),
    ...(webhooks.size > 0 ? [t(texts.webhooks, { n: webhooks.size })] : []),
    ...(downloads.size > 0 ? [t(texts.downloads, { n: downloads.size })] : []),
  ];
}
