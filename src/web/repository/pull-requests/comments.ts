import { invalidField } from "../../../model/failure.ts";
import type { PullRequestComment } from "../../../model/pull-request-comment.ts";
import { deleteComment, editComment, getComment } from "../../../operations/pull-requests/comments.ts";
import { reopenComment, resolveComment } from "../../../operations/pull-requests/resolve-comment.ts";
import type { Ports } from "../../../ports.ts";
import { prepareMessages } from "../../../representations/markdown/rendered-messages.ts";
import { COMMENT_LENGTH_MAX } from "../../../rest/repositories/comment-body.ts";
import { listTasks } from "../../../storage/sql/pull-requests/tasks.ts";
import { commentTexts as texts } from "../../catalogue/pull-request.ts";
import { type Html, html, NOTHING, trusted } from "../../html.ts";
import { errorSummary, type Problem, textarea } from "../../layout/form.ts";
import { repositoryPlace } from "../../layout/place.ts";
import { problemOfLength } from "../../layout/pull-requests/problem-of-length.ts";
import { pullRequestTitle } from "../../layout/pull-requests/pull-request-head.ts";
import {
  commentAnchor,
  commentPath,
  describeComment,
  describePlace,
  describeTask,
  threadActs,
} from "../../layout/pull-requests/thread.ts";
import { pullRequestPath } from "../../links.ts";
import {
  type PageAnswer,
  type PullRequestPage,
  type PullRequestPageRequest,
  page,
  redirect,
} from "../../page.ts";
import { flash } from "../../pipeline/flash.ts";

/** The tasks of one comment are hardly ever more. */
const TASKS_MAX = 50;

/** One comment, whole; its author edits it here, and whoever may deletes it or resolves its thread. */
export const commentsPage: PullRequestPage = {
  path: "/{workspace}/{repo_slug}/pull-requests/{pull_request_id}/comments/{comment_id}",
  subject: "pull-request",
  permission: "read",
  async get(ports, request) {
    const { by, pullRequest, params, query, account, held } = request;
    const comment = await getComment(ports, by, pullRequest, params.comment_id!);
    const isOwn = account?.uuid === comment.author.uuid && !comment.isDeleted;
    const mayDelete = isOwn || (held === "admin" && !comment.isDeleted);
    if (query.has("delete") && mayDelete) return deletion(request, comment);
    if (isOwn && !query.has("whole")) return edit(request, comment, comment.raw, []);
    return whole(ports, request, comment);
  },
  async post(ports, request) {
    const { t, by, repository, pullRequest, params, form } = request;
    const place = { repository, pullRequest };
    const id = params.comment_id!;
    const comment = await getComment(ports, by, pullRequest, id);
    switch (form.get("action")) {
      case "edit": {
        const raw = form.get("text") ?? "";
        const problem =
          raw.trim() === ""
            ? { field: "text", message: t(texts.problems.empty) }
            : problemOfLength(t, "text", raw, COMMENT_LENGTH_MAX);
        if (problem !== undefined) return edit(request, comment, raw, [problem]);
        await editComment(ports, by, place, id, { raw, isPublished: false });
        return back(request, comment, texts.flash.saved);
      }
      case "delete":
        await deleteComment(ports, by, place, id);
        return back(request, comment, texts.flash.deleted);
      case "resolve":
        await resolveComment(ports, by, place, id);
        return back(request, comment, texts.flash.resolved);
      case "reopen":
        await reopenComment(ports, by, place, id);
        return back(request, comment, texts.flash.reopened);
      default:
        throw invalidField("action", "must be edit, delete, resolve or reopen");
    }
  },
};

/** To where the comment stands. */
function back(
  { repository, pullRequest }: PullRequestPageRequest,
  { id, inline }: PullRequestComment,
  done: Parameters<typeof flash>[0],
): PageAnswer {
  const path = pullRequestPath(repository, pullRequest.id, ...(inline === undefined ? ["activity"] : []));
  return redirect(`${path}#${commentAnchor(id)}`, flash(done));
}

function frame(
  request: PullRequestPageRequest,
  comment: PullRequestComment,
  title: Html,
  content: Html,
  problems: readonly Problem[] = [],
): PageAnswer {
  const { t, pullRequest, repository } = request;
  const on = t(texts.onPullRequest, { id: String(pullRequest.id), title: pullRequest.title });
  return page({
    title: html`${title} · ${pullRequestTitle(request)}`,
    place: repositoryPlace(request, "pull-requests"),
    hasProblems: problems.length > 0,
    status: problems.length > 0 ? 422 : 200,
    main: html`<h1>${title}</h1><p class="lead"><a href="${pullRequestPath(repository, pullRequest.id)}" dir="auto">${on}</a>${comment.inline && html`<br>${describePlace(request, comment.inline)}`}</p>${errorSummary(t, problems)}${content}`,
  });
}

function edit(
  request: PullRequestPageRequest,
  comment: PullRequestComment,
  value: string,
  problems: readonly Problem[],
): PageAnswer {
  const { t, csrf, repository, pullRequest } = request;
  const content = html`<form method="post" action="${commentPath(request, comment.id)}">${csrf}<input type="hidden" name="action" value="edit">${textarea(
    t,
    { name: "text", label: t(texts.text), hint: t(texts.markdown), problems, isLong: true, rows: 8, value },
  )}<div class="acts"><button class="main">${t(texts.save)}</button><a href="${pullRequestPath(repository, pullRequest.id)}">${t(texts.cancel)}</a></div></form>`;
  return frame(request, comment, t(texts.editTitle), content, problems);
}

async function whole(
  ports: Ports,
  request: PullRequestPageRequest,
  comment: PullRequestComment,
): Promise<PageAnswer> {
  const { t, account, pullRequest } = request;
  const { values: tasks } = await listTasks(ports.database.kysely, pullRequest, {
    reader: account?.uuid,
    filter: {
      kind: "comparison",
      field: "comment.id",
      operator: "=",
      value: { kind: "number", number: comment.id },
    },
    page: 1,
    pagelen: TASKS_MAX,
  });
  const messages = await prepareMessages([comment.raw, ...tasks.map(({ raw }) => raw)], {
    repositoryUuid: pullRequest.repositoryUuid,
  });
  const talk = { messages, tasks: new Map() };
  // Its text as a whole, however long it is.
  const short = { ...comment, raw: "" };
  const content = html`<div class="flow">${describeComment(request, short, talk)}<div class="prose" dir="auto">${trusted(messages.htmlOf(comment.raw))}</div>${tasks.map((task) => describeTask(request, task, talk))}${account === undefined || comment.isDeleted ? NOTHING : threadActs(request, comment)}</div>`;
  return frame(request, comment, t(texts.text), content);
}

async function deletion(request: PullRequestPageRequest, comment: PullRequestComment): Promise<PageAnswer> {
  const { t, csrf, repository, pullRequest } = request;
  const messages = await prepareMessages([comment.raw], { repositoryUuid: pullRequest.repositoryUuid });
  const content = html`<div class="flow"><div class="said"><p><b dir="auto">${comment.author.displayName}</b></p><div class="prose" dir="auto">${trusted(messages.htmlOf(comment.raw))}</div></div><p>${t(texts.deleteLead)}</p>
<form class="acts" method="post" action="${commentPath(request, comment.id)}">${csrf}<button class="danger" name="action" value="delete">${t(texts.deleteComment)}</button><a href="${pullRequestPath(repository, pullRequest.id)}">${t(texts.keep)}</a></form></div>`;
  return frame(request, comment, t(texts.deleteTitle), content);
}
