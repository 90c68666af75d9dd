import type { Uuid } from "../../model/uuid.ts";
import { viewerOf } from "../../model/who-acts.ts";
import { countPullRequests } from "../../storage/sql/pull-requests/pull-requests.ts";
import { pullRequestTexts, pullRequestListTexts as texts } from "../catalogue/pull-requests.ts";
import { html, NOTHING } from "../html.ts";
import { workspacePlace } from "../layout/place.ts";
import { pullRequestSection } from "../layout/pull-requests/pull-request-section.ts";
import { withQuery, workspacePath } from "../links.ts";
import { page, type WorkspacePage } from "../page.ts";

/** The open pull requests of a workspace, in the repositories that the reader may see. */
export const workspacePullRequestsPage: WorkspacePage = {
  path: "/{workspace}/workspace/pull-requests",
  subject: "workspace",
  permission: "see",
  async get(ports, request) {
    const { t, caller, account, workspace, query } = request;
    const path = workspacePath(workspace, "pull-requests");
    const subject = { viewer: viewerOf(caller), workspaceUuid: workspace.uuid };
    const counts = await countPullRequests(ports.database.kysely, subject, account?.uuid);
    const shown = account === undefined ? undefined : SHOWN.find((each) => each === query.get("show"));
    const narrowed = account === undefined ? {} : narrow(shown, account.uuid);
    const link = (show: (typeof SHOWN)[number] | undefined, label: ReturnType<typeof t>) =>
      html`<a href="${withQuery(path, { show })}"${show === shown && html` aria-current="true"`}>${label}</a>`;
    const counted =
      account === undefined
        ? NOTHING
        : html`<nav class="counts" aria-label="${t(texts.counts)}">${link(undefined, t(texts.open, { n: counts.byState.get("OPEN") ?? 0 }))}${link("review", t(texts.toReview, { n: counts.toReview }))}${link("own", t(texts.own, { n: counts.own }))}</nav>`;
    const list = await pullRequestSection(ports, request, {
      id: "page",
      title: t(pullRequestTexts.states.OPEN),
      nothing: t(texts.noneOpen.title),
      subject: { ...subject, ...narrowed },
      path,
    });
    return page({
      title: t(texts.workspaceTitle, { workspace: workspace.slug }),
      place: workspacePlace(request, "pull-requests"),
      main: html`<h1>${t(pullRequestTexts.pullRequests)}</h1>${counted}<div class="flow">${list}</div>`,
    });
  },
};

const SHOWN = ["review", "own"] as const;

function narrow(shown: (typeof SHOWN)[number] | undefined, account: Uuid) {
  switch (shown) {
    case "review":
      return { reviewerUuid: account };
    case "own":
      return { authorUuid: account };
    case undefined:
      return {};
  }
}
