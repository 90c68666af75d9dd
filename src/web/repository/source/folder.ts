import type { Commit } from "../../../git/objects/commit.ts";
import type { PathEntry } from "../../../git/objects/read-tree.ts";
import { bytesToText } from "../../../model/byte-text.ts";
import { findLastChanges } from "../../../operations/source/last-changes.ts";
import { listFolder } from "../../../operations/source/source.ts";
import type { Ports } from "../../../ports.ts";
import { sourceTexts } from "../../catalogue/source.ts";
import { type Html, html, NOTHING } from "../../html.ts";
import { commitSummary } from "../../layout/commit-message.ts";
import { empty } from "../../layout/empty.ts";
import { pager, readPage } from "../../layout/pager.ts";
import { timeAgo } from "../../layout/time.ts";
import { visibleText } from "../../layout/visible-text.ts";
import { commitPath, sourcePath } from "../../links.ts";
import type { RepositoryPageRequest } from "../../page.ts";
import { shortId } from "../../short-id.ts";
import type { FoundSource } from "./find-source.ts";

/** Each has up to eight elements. */
const PAGELEN = 400;
/** A page is not late because of its last column. */
const LAST_CHANGES_WAIT_MS = 100;

/** The table of what is in a folder, folders first, and the README in it, if one is in sight. */
export async function describeFolder(
  ports: Ports,
  request: RepositoryPageRequest,
  source: FoundSource,
  folder: PathEntry,
): Promise<{ readonly table: Html; readonly entries: readonly PathEntry[] }> {
  const { t, repository, query, signal, takeSlot, path } = request;
  const entries = await listFolder(ports, repository, folder, signal);
  if (entries === undefined)
    return { table: html`<p class="note warnish">${t(sourceTexts.tooMany)}</p>`, entries: [] };
  if (entries.length === 0) return { table: empty(t(sourceTexts.folderEmpty)), entries };
  const asked = readPage(query);
  const shown = entries
    .slice((asked - 1) * PAGELEN, asked * PAGELEN)
    .map((entry) => ({ entry, name: nameOf(entry) }));
  const names = shown.map(({ name }) => name);
  const at = { commit: source.commit, path: source.path };
  const changes = await findLastChanges(ports, repository, at, {
    names,
    takeSlot,
    waitMs: LAST_CHANGES_WAIT_MS,
  });
  const table = html`<table class="ledger tight files"><caption class="vh">${t(sourceTexts.filesIn, { name: visibleText(source.path === "" ? source.revision : source.path) })}</caption><thead class="vh"><tr><th scope="col">${t(sourceTexts.name)}</th><th scope="col" class="hide-s">${t(sourceTexts.lastCommit)}</th><th scope="col">${t(sourceTexts.when)}</th></tr></thead><tbody>${parentRow(request, source)}${shown.map(({ entry, name }) => row(request, source, entry, name, changes.get(name)))}</tbody></table>${pager(t, { page: asked, pagelen: PAGELEN, size: entries.length }, path)}`;
  return { table, entries };
}

function nameOf({ path }: PathEntry): string {
  return bytesToText(path.subarray(path.lastIndexOf("/") + 1));
}

function parentRow({ t, repository }: RepositoryPageRequest, { revision, path }: FoundSource): Html {
  if (path === "") return NOTHING;
  const above = path.slice(0, Math.max(0, path.lastIndexOf("/")));
  return html`<tr><td class="m" colspan="3"><a href="${sourcePath(repository, "src", revision, above)}"><b>..</b><span class="vh"> ${t(sourceTexts.above)}</span></a></td></tr>`;
}

function row(
  request: RepositoryPageRequest,
  { revision }: FoundSource,
  entry: PathEntry,
  name: string,
  change: Commit | undefined,
): Html {
  const { t, repository } = request;
  const shown = visibleText(name);
  const href = sourcePath(repository, "src", revision, bytesToText(entry.path));
  const label = entry.kind === "directory" ? html`<b>${shown}/</b>` : shown;
  const note =
    entry.kind === "submodule"
      ? html` <span class="dim small">${t(sourceTexts.submodule, { id: shortId(entry.id) })}</span>`
      : entry.kind === "link"
        ? html` <span class="dim small">${t(sourceTexts.link)}</span>`
        : NOTHING;
  return html`<tr><td class="m"><a href="${href}">${label}</a>${note}</td><td class="hide-s">${change && html`<a class="dim" href="${commitPath(repository, change.id)}">${commitSummary(t, change)}</a>`}</td><td class="end dim">${change && timeAgo(request, change.committer.date)}</td></tr>`;
}
