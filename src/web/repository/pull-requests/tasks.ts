import { invalidField } from "../../../model/failure.ts";
import type { PullRequestTask } from "../../../model/pull-request-task.ts";
import { getComment } from "../../../operations/pull-requests/comments.ts";
import { deleteTask, editTask, getTask } from "../../../operations/pull-requests/tasks.ts";
import type { Ports } from "../../../ports.ts";
import { prepareMessages } from "../../../representations/markdown/rendered-messages.ts";
import { COMMENT_LENGTH_MAX } from "../../../rest/repositories/comment-body.ts";
import { commentTexts as texts } from "../../catalogue/pull-request.ts";
import { type Html, html } from "../../html.ts";
import { errorSummary, type Problem, textarea } from "../../layout/form.ts";
import { repositoryPlace } from "../../layout/place.ts";
import { problemOfLength } from "../../layout/pull-requests/problem-of-length.ts";
import { pullRequestTitle } from "../../layout/pull-requests/pull-request-head.ts";
import { describeTask, taskPath } from "../../layout/pull-requests/thread.ts";
import { pullRequestPath } from "../../links.ts";
import {
  type PageAnswer,
  type PullRequestPage,
  type PullRequestPageRequest,
  page,
  redirect,
} from "../../page.ts";
import { flash } from "../../pipeline/flash.ts";

/** One task: everyone who sees it marks it done; its creator and those who may write edit and delete it. */
export const tasksPage: PullRequestPage = {
  path: "/{workspace}/{repo_slug}/pull-requests/{pull_request_id}/tasks/{task_id}",
  subject: "pull-request",
  permission: "read",
  access: "account",
  async get(ports, request) {
    const { by, pullRequest, params, query, account, held } = request;
    const task = await getTask(ports, by, pullRequest, params.task_id!);
    const mayEdit = account?.uuid === task.creator.uuid || held === "write" || held === "admin";
    if (!mayEdit) return whole(request, task);
    return query.has("delete") ? deletion(request, task) : edit(request, task, task.raw, []);
  },
  async post(ports, request) {
    const { t, by, pullRequest, params, form } = request;
    const id = params.task_id!;
    const task = await getTask(ports, by, pullRequest, id);
    const asIs = { raw: undefined, isResolved: undefined, isPublished: false };
    switch (form.get("action")) {
      case "done":
        await editTask(ports, by, pullRequest, id, { ...asIs, isResolved: true });
        return back(ports, request, task, texts.flash.taskDone);
      case "open":
        await editTask(ports, by, pullRequest, id, { ...asIs, isResolved: false });
        return back(ports, request, task, texts.flash.taskOpen);
      case "edit": {
        const raw = form.get("text") ?? "";
        const problem =
          raw.trim() === ""
            ? { field: "text", message: t(texts.problems.emptyTask) }
            : problemOfLength(t, "text", raw, COMMENT_LENGTH_MAX);
        if (problem !== undefined) return edit(request, task, raw, [problem]);
        await editTask(ports, by, pullRequest, id, { ...asIs, raw });
        return back(ports, request, task, texts.flash.saved);
      }
      case "delete":
        await deleteTask(ports, by, pullRequest, id);
        return back(ports, request, task, texts.flash.taskDeleted);
      default:
        throw invalidField("action", "must be done, open, edit or delete");
    }
  },
};

/** To where the task stands: below its comment, or at the side. */
async function back(
  ports: Ports,
  { by, repository, pullRequest }: PullRequestPageRequest,
  { id, commentId }: PullRequestTask,
  done: Parameters<typeof flash>[0],
): Promise<PageAnswer> {
  const comment =
    commentId === undefined ? undefined : await getComment(ports, by, pullRequest, String(commentId));
  const isGeneral = comment !== undefined && comment.inline === undefined;
  const path = pullRequestPath(repository, pullRequest.id, ...(isGeneral ? ["activity"] : []));
  return redirect(`${path}#task-${id}`, flash(done));
}

function frame(
  request: PullRequestPageRequest,
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
    main: html`<h1>${title}</h1><p class="lead"><a href="${pullRequestPath(repository, pullRequest.id)}" dir="auto">${on}</a></p>${errorSummary(t, problems)}${content}`,
  });
}

function edit(
  request: PullRequestPageRequest,
  task: PullRequestTask,
  value: string,
  problems: readonly Problem[],
): PageAnswer {
  const { t, csrf, repository, pullRequest } = request;
  const content = html`<form method="post" action="${taskPath(request, task.id)}">${csrf}<input type="hidden" name="action" value="edit">${textarea(
    t,
    {
      name: "text",
      label: t(texts.taskText),
      hint: t(texts.markdown),
      problems,
      isLong: true,
      rows: 3,
      value,
    },
  )}<div class="acts"><button class="main">${t(texts.save)}</button><a href="${pullRequestPath(repository, pullRequest.id)}">${t(texts.cancel)}</a></div></form>`;
  return frame(request, t(texts.editTaskTitle), content, problems);
}

async function whole(request: PullRequestPageRequest, task: PullRequestTask): Promise<PageAnswer> {
  const messages = await prepareMessages([task.raw], { repositoryUuid: task.repositoryUuid });
  return frame(request, request.t(texts.taskText), describeTask(request, task, { messages }));
}

async function deletion(request: PullRequestPageRequest, task: PullRequestTask): Promise<PageAnswer> {
  const { t, csrf, repository, pullRequest } = request;
  const messages = await prepareMessages([task.raw], { repositoryUuid: task.repositoryUuid });
  const content = html`<div class="flow">${describeTask({ ...request, account: undefined }, task, { messages })}<p>${t(texts.deleteTaskLead)}</p>
<form class="acts" method="post" action="${taskPath(request, task.id)}">${csrf}<button class="danger" name="action" value="delete">${t(texts.deleteTask)}</button><a href="${pullRequestPath(repository, pullRequest.id)}">${t(texts.keep)}</a></form></div>`;
  return frame(request, t(texts.deleteTaskTitle), content);
}
