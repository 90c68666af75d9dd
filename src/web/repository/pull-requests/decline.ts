import { declinePullRequest } from "../../../operations/pull-requests/decline-pull-request.ts";
import { declineTexts as texts } from "../../catalogue/pull-request.ts";
import { type Html, html } from "../../html.ts";
import { errorSummary, type Problem, textarea } from "../../layout/form.ts";
import { repositoryPlace } from "../../layout/place.ts";
import { mayEdit } from "../../layout/pull-requests/may-edit.ts";
import { problemOfLength } from "../../layout/pull-requests/problem-of-length.ts";
import { pullRequestTitle } from "../../layout/pull-requests/pull-request-head.ts";
import { pullRequestPath } from "../../links.ts";
import {
  type PageAnswer,
  type PullRequestPage,
  type PullRequestPageRequest,
  page,
  redirect,
} from "../../page.ts";
import { flash } from "../../pipeline/flash.ts";

/** As REST takes it, in UTF-16 code units. */
const REASON_LENGTH_MAX = 32_768;

/** Asks before a pull request is declined. */
export const declinePage: PullRequestPage = {
  path: "/{workspace}/{repo_slug}/pull-requests/{pull_request_id}/decline",
  subject: "pull-request",
  permission: "read",
  postPermission: "write",
  isAuthorExempt: true,
  access: "account",
  async get(_ports, request) {
    if (!mayEdit(request)) return redirect(backOf(request));
    return question(request, "", []);
  },
  async post(ports, request) {
    const { t, by, form, repository, pullRequest } = request;
    const reason = form.get("reason") ?? "";
    const problem = problemOfLength(t, "reason", reason, REASON_LENGTH_MAX);
    if (problem !== undefined) return question(request, reason, [problem]);
    await declinePullRequest(ports, by, repository, pullRequest, reason);
    return redirect(backOf(request), flash(texts.done, { id: String(pullRequest.id) }));
  },
};

function backOf({ repository, pullRequest }: PullRequestPageRequest): string {
  return pullRequestPath(repository, pullRequest.id);
}

function question(request: PullRequestPageRequest, reason: string, problems: readonly Problem[]): PageAnswer {
  const { t, csrf, pullRequest } = request;
  const title: Html = t(texts.question, { id: String(pullRequest.id) });
  return page({
    title: html`${title} · ${pullRequestTitle(request)}`,
    place: repositoryPlace(request, "pull-requests"),
    hasProblems: problems.length > 0,
    status: problems.length > 0 ? 422 : 200,
    main: html`<h1>${title}</h1><p class="lead"><b dir="auto">${pullRequest.title}</b><br>${t(texts.lead)}</p>${errorSummary(t, problems)}
<form method="post">${csrf}${textarea(t, { name: "reason", label: t(texts.reason), problems, isLong: true, isOptional: true, value: reason })}<div class="acts"><button class="danger">${t(texts.button)}</button><a href="${backOf(request)}">${t(texts.keep)}</a></div></form>`,
  });
}
