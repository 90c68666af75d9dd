import { Failure } from "../../../model/failure.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { editPullRequest } from "../../../operations/pull-requests/edit-pull-request.ts";
import { getWholePullRequest } from "../../../operations/pull-requests/whole-pull-request.ts";
import type { Ports } from "../../../ports.ts";
import {
  DESCRIPTION_LENGTH_MAX,
  TITLE_LENGTH_MAX,
} from "../../../rest/repositories/pullrequests/pull-request-body.ts";
import { editPullRequestTexts as texts } from "../../catalogue/pull-request.ts";
import { newPullRequestTexts } from "../../catalogue/pull-requests.ts";
import { html } from "../../html.ts";
import { checkbox, errorSummary, input, type Problem, textarea } from "../../layout/form.ts";
import { repositoryPlace } from "../../layout/place.ts";
import { branchField, readBranchGroup } from "../../layout/pull-requests/branch-choice.ts";
import { mayEdit } from "../../layout/pull-requests/may-edit.ts";
import { problemOfLength } from "../../layout/pull-requests/problem-of-length.ts";
import { pullRequestTitle } from "../../layout/pull-requests/pull-request-head.ts";
import {
  readChosenReviewers,
  readReviewerChoice,
  reviewerFields,
} from "../../layout/pull-requests/reviewer-choice.ts";
import { pullRequestPath } from "../../links.ts";
import {
  type PageAnswer,
  type PullRequestPage,
  type PullRequestPageRequest,
  page,
  redirect,
} from "../../page.ts";
import { flash } from "../../pipeline/flash.ts";

/** What of an open pull request can be changed. */
export const editPullRequestPage: PullRequestPage = {
  path: "/{workspace}/{repo_slug}/pull-requests/{pull_request_id}/edit",
  subject: "pull-request",
  permission: "read",
  postPermission: "write",
  isAuthorExempt: true,
  access: "account",
  async get(ports, request) {
    if (!mayEdit(request)) return redirect(backOf(request));
    const { pullRequest } = request;
    const { participants } = await getWholePullRequest(ports.database.kysely, pullRequest);
    const asked = participants.filter(({ isReviewer }) => isReviewer).map(({ account }) => account.uuid);
    return show(ports, request, {
      title: pullRequest.title,
      description: pullRequest.description,
      destination: pullRequest.destination.branch,
      isDraft: pullRequest.isDraft,
      closes: pullRequest.closesSourceBranch,
      ticked: new Set(asked),
      more: "",
    });
  },
  async post(ports, request) {
    const { t, by, repository, pullRequest, form } = request;
    if (form.get("action") === "ready") {
      await editPullRequest(ports, by, repository, pullRequest, { ...UNCHANGED, isDraft: false });
      return redirect(backOf(request), flash(texts.ready));
    }
    const reviewers = await readChosenReviewers(ports, request);
    const edited = {
      title: form.get("title") ?? "",
      description: form.get("description") ?? "",
      destination: form.get("destination") ?? "",
      isDraft: form.has("draft"),
      closes: form.has("close"),
      ticked: reviewers.ticked,
      more: reviewers.more,
    };
    const problems = [...problemsOf(request, edited), ...reviewers.problems];
    if (problems.length > 0) return show(ports, request, edited, problems);
    try {
      await editPullRequest(ports, by, repository, pullRequest, {
        title: edited.title,
        description: edited.description,
        isDraft: edited.isDraft,
        closesSourceBranch: edited.closes,
        reviewers: reviewers.selectors,
        destinationBranch: edited.destination,
      });
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== "invalid-input") throw error;
      const [field = "title"] = Object.keys(error.details.fields ?? {});
      const message = t(newPullRequestTexts.problems.said, { message: error.message });
      // A destination that has everything already is said of the source.
      return show(ports, request, edited, [{ field: field === "source" ? "destination" : field, message }]);
    }
    return redirect(backOf(request), flash(texts.saved));
  },
};

const UNCHANGED = {
  title: undefined,
  description: undefined,
  isDraft: undefined,
  closesSourceBranch: undefined,
  reviewers: undefined,
  destinationBranch: undefined,
};

type Edited = {
  readonly title: string;
  readonly description: string;
  readonly destination: string;
  readonly isDraft: boolean;
  readonly closes: boolean;
  readonly ticked: ReadonlySet<Uuid>;
  readonly more: string;
};

function problemsOf({ t }: PullRequestPageRequest, { title, description }: Edited): readonly Problem[] {
  const problems: (Problem | undefined)[] = [
    title.trim() === ""
      ? { field: "title", message: t(newPullRequestTexts.problems.noTitle) }
      : problemOfLength(t, "title", title, TITLE_LENGTH_MAX),
    problemOfLength(t, "description", description, DESCRIPTION_LENGTH_MAX),
  ];
  return problems.filter((problem) => problem !== undefined);
}

function backOf({ repository, pullRequest }: PullRequestPageRequest): string {
  return pullRequestPath(repository, pullRequest.id);
}

async function show(
  ports: Ports,
  request: PullRequestPageRequest,
  { title, description, destination, isDraft, closes, ticked, more }: Edited,
  problems: readonly Problem[] = [],
): Promise<PageAnswer> {
  const { t, csrf, repository, pullRequest } = request;
  const { kysely } = ports.database;
  const { participants } = await getWholePullRequest(kysely, pullRequest);
  const asked = participants.filter(({ isReviewer }) => isReviewer).map(({ account }) => account);
  const choice = await readReviewerChoice(ports, repository, pullRequest.author, asked);
  const group = await readBranchGroup(ports, repository);
  const isOwn = pullRequest.source.repository?.uuid === repository.uuid;
  return page({
    title: html`${t(texts.title)} · ${pullRequestTitle(request)}`,
    place: repositoryPlace(request, "pull-requests"),
    hasProblems: problems.length > 0,
    status: problems.length > 0 ? 422 : 200,
    main: html`<h1>${t(texts.title)} <span class="dim num">#${String(pullRequest.id)}</span></h1><p class="lead"><a href="${backOf(request)}" dir="auto">${pullRequest.title}</a></p>${errorSummary(t, problems)}
<form method="post" action="${pullRequestPath(repository, pullRequest.id, "edit")}">${csrf}${input(t, {
      name: "title",
      label: t(newPullRequestTexts.titleField),
      problems,
      isLong: true,
      value: title,
      autocomplete: "off",
      more: html` dir="auto"`,
    })}${textarea(t, {
      name: "description",
      label: t(newPullRequestTexts.description),
      hint: t(newPullRequestTexts.descriptionHint),
      problems,
      isLong: true,
      rows: 10,
      value: description,
      isOptional: true,
    })}${branchField(request, {
      name: "destination",
      label: t(newPullRequestTexts.destination),
      problems,
      value: destination,
      groups: [group],
      home: repository,
    })}${reviewerFields(request, repository, choice, { ticked, more, problems })}<div class="field">${
      isOwn && checkbox({ name: "close", label: t(newPullRequestTexts.closes) }, closes)
    }${checkbox({ name: "draft", label: t(newPullRequestTexts.isDraft) }, isDraft)}</div><div class="acts"><button class="main">${t(texts.save)}</button><a href="${backOf(request)}">${t(texts.cancel)}</a></div></form>`,
  });
}
