import { type FormPart, readField, readFormParts } from "../../../http/routes/form-parts.ts";
import { permits } from "../../../model/permission.ts";
import { fullName } from "../../../model/repository.ts";
import { requireAccount } from "../../../model/who-acts.ts";
import { deleteDownload, storeDownloads, type Upload } from "../../../operations/downloads/downloads.ts";
import { listDownloads } from "../../../storage/sql/downloads/downloads.ts";
import { projectTexts } from "../../catalogue/projects.ts";
import { html } from "../../html.ts";
import { empty } from "../../layout/empty.ts";
import { ledger } from "../../layout/ledger.ts";
import { pager, readPage } from "../../layout/pager.ts";
import { repositoryPlace } from "../../layout/place.ts";
import { formatSize } from "../../layout/size.ts";
import { timeAgo } from "../../layout/time.ts";
import { pathPart, repositoryPath } from "../../links.ts";
import { page, type RepositoryPage, type RepositoryPageRequest, redirect } from "../../page.ts";
import { flash } from "../../pipeline/flash.ts";
import { formatNumber } from "../../translate.ts";

const texts = projectTexts.downloads;
const PAGELEN = 50;

/** The files that a repository offers beside its history; who may write adds and deletes some. */
export const downloadsPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/downloads",
  subject: "repository",
  permission: "read",
  postPermission: "write",
  takesFiles: true,
  async get({ database }, request) {
    const { t, repository, held, query, path, csrfToken } = request;
    const asked = readPage(query);
    const { values, size } = await listDownloads(database.kysely, {
      repositoryUuid: repository.uuid,
      sort: { field: "created_on", direction: "desc" },
      page: asked,
      pagelen: PAGELEN,
    });
    const mayWrite = permits(held, "write");
    const here = repositoryPath(repository, "downloads");
    const columns = [
      { label: t(texts.file) },
      { label: t(texts.size), isEnd: true },
      { label: t(texts.count), isEnd: true },
      { label: t(texts.uploaded), isEnd: true },
      ...(mayWrite ? [{ label: t(texts.actions), isEnd: true }] : []),
    ];
    const rows = values.map(({ name, sizeBytes, count, uploader, createdAt }) => [
      html`<a class="m" href="${here}/${pathPart(name)}">${name}</a>`,
      formatSize(sizeBytes),
      formatNumber(count),
      html`${timeAgo(request, createdAt)}<span class="sub">${t(texts.by, { name: html`<bdi>${uploader.displayName}</bdi>` })}</span>`,
      ...(mayWrite
        ? [
            html`<form method="post" enctype="multipart/form-data" action="${here}?csrf=${csrfToken}"><input type="hidden" name="delete" value="${name}"><button class="plain danger">${t(texts.delete)}<span class="vh">${t(texts.object, { name })}</span></button></form>`,
          ]
        : []),
    ]);
    return page({
      title: html`${t(texts.title)} · ${fullName(repository)}`,
      place: repositoryPlace(request, "downloads"),
      main: html`<h1>${t(texts.title)}</h1><div class="flow">${values.length > 0 ? ledger(columns, rows) : empty(t(texts.none.title), t(texts.none.text))}${pager(t, { page: asked, pagelen: PAGELEN, size }, path)}
${mayWrite && html`<section class="block" aria-labelledby="add"><h2 id="add">${t(texts.add)}</h2><form method="post" enctype="multipart/form-data" action="${here}?csrf=${csrfToken}"><div class="field"><label for="files">${t(texts.choose)}</label> <span class="hint" id="files-hint">${t(texts.hint)}</span><input id="files" name="files" type="file" multiple required aria-describedby="files-hint"></div><div class="acts"><button class="main">${t(texts.submit)}</button></div></form></section>`}</div>`,
    });
  },
  async post(ports, request) {
    const { by, repository, headers, body, caller } = request;
    const parts = readFormParts(body, headers, {
      types: ["multipart/form-data"],
      otherType: "form-required",
    });
    const here = repositoryPath(repository, "downloads");
    const first = await parts.next();
    if (first.done !== true && first.value.name === "delete") return remove(ports, request, first.value);
    const uploads = readUploads(first.done === true ? undefined : first.value, parts);
    await storeDownloads(ports, by, repository, requireAccount(caller), uploads);
    return redirect(here, flash(texts.added));
  },
};

async function remove(
  ports: Parameters<typeof deleteDownload>[0],
  { by, repository }: RepositoryPageRequest,
  part: FormPart,
) {
  const name = await readField(part);
  await deleteDownload(ports, by, repository, name);
  return redirect(repositoryPath(repository, "downloads"), flash(texts.deleted, { name }));
}

async function* readUploads(
  first: FormPart | undefined,
  rest: AsyncIterable<FormPart>,
): AsyncGenerator<Upload> {
  if (first?.filename !== undefined && first.filename !== "")
    yield { name: first.filename, source: first.content };
  for await (const { filename, content } of rest)
    if (filename !== undefined && filename !== "") yield { name: filename, source: content };
}
