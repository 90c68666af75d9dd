import { getWalk, readCommitPage, saveWalk, startWalk } from "../../../operations/commits/commits.ts";
import type { Ports } from "../../../ports.ts";
import { commitTexts } from "../../catalogue/commits.ts";
import { type Html, html, NOTHING } from "../../html.ts";
import { commitList } from "../../layout/commit-list.ts";
import { empty, howToPush } from "../../layout/empty.ts";
import { readPage } from "../../layout/pager.ts";
import { withQuery } from "../../links.ts";
import type { RepositoryPageRequest } from "../../page.ts";

const PAGELEN = 50;

/**
 * A page of commits, newest first, with their graph, and the ways to the pages before and after. The key of the walk is in
 * the address, so that a push between two pages neither repeats nor skips a commit.
 *
 * @param revisions where the walk starts; all branches and tags if there are none.
 * @throws Failure not-found for an unknown revision; invalid-input for a key that has expired.
 */
export async function showCommits(
  ports: Ports,
  request: RepositoryPageRequest,
  revisions: readonly string[],
): Promise<Html> {
  const { t, repository, query, path, signal, takeSlot } = request;
  const key = query.get("ctx");
  const walk =
    key === null
      ? await startWalk(ports, repository, { include: revisions, exclude: [], path: undefined })
      : await getWalk(ports, repository, key);
  const page = key === null ? 1 : readPage(query);
  const found = await readCommitPage(ports, repository, walk, { page, pagelen: PAGELEN, signal, takeSlot });
  if (found.commits.length === 0 && page === 1)
    return empty(t(commitTexts.none), t(commitTexts.noneText), howToPush(t, repository));
  const list = await commitList(ports, request, found.commits, { repository, hasGraph: true });
  const [own = "/"] = path.split("?", 1);
  const ctx = found.hasMore ? (key ?? (await saveWalk(ports, repository, walk))) : key;
  const to = (number: number) => withQuery(own, { ctx: ctx ?? undefined, page: number });
  const newer =
    page > 1 && html`<a class="btn" rel="prev" href="${to(page - 1)}">${t(commitTexts.newer)}</a>`;
  const older =
    found.hasMore && html`<a class="btn" rel="next" href="${to(page + 1)}">${t(commitTexts.older)}</a>`;
  const pager =
    page > 1 || found.hasMore
      ? html`<nav class="pager" aria-label="${t(commitTexts.pages)}"><span></span><span class="acts">${newer}${older}</span></nav>`
      : NOTHING;
  return html`${list}${pager}`;
}
