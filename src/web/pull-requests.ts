import { viewerOf } from "../model/who-acts.ts";
import { pullRequestListTexts as texts } from "./catalogue/pull-requests.ts";
import { html } from "./html.ts";
import { pullRequestSection } from "./layout/pull-requests/pull-request-section.ts";
import { type AccountPage, page } from "./page.ts";

const PATH = "/-/pull-requests";

/** The open pull requests that the reader is to review, and their own, wherever they are. */
export const ownPullRequestsPage: AccountPage = {
  path: PATH,
  subject: "account",
  async get(ports, request) {
    const { t, caller, account } = request;
    const viewer = viewerOf(caller);
    const toReview = await pullRequestSection(ports, request, {
      id: "review",
      title: t(texts.toReviewHead),
      nothing: t(texts.nothingToReview),
      subject: { viewer, reviewerUuid: account.uuid },
      path: PATH,
    });
    const own = await pullRequestSection(ports, request, {
      id: "own",
      title: t(texts.ownHead),
      nothing: t(texts.nothingOwn),
      subject: { viewer, authorUuid: account.uuid },
      path: PATH,
    });
    return page({
      title: t(texts.allTitle),
      main: html`<h1>${t(texts.allTitle)}</h1><p class="lead">${t(texts.allLead)}</p><div class="flow">${toReview}${own}</div>`,
    });
  },
};
