import type { InlineLocation } from "../../../model/comment.ts";
import type { PullRequestComment } from "../../../model/pull-request-comment.ts";
import type { PullRequestTask } from "../../../model/pull-request-task.ts";
import type { RenderedMessages } from "../../../representations/markdown/rendered-messages.ts";
import type { CommentThread } from "../../../storage/sql/pull-requests/threads.ts";
import { pullRequestPageTexts, commentTexts as texts } from "../../catalogue/pull-request.ts";
import { pullRequestTexts } from "../../catalogue/pull-requests.ts";
import { type Html, html, NOTHING, trusted } from "../../html.ts";
import { pullRequestPath, withQuery } from "../../links.ts";
import type { PullRequestPageRequest } from "../../page.ts";
import { timeAgo } from "../time.ts";

/** What comments on a page are shown with. */
export type Talk = {
  readonly messages: RenderedMessages;
  /** By the id of the comment that they hang on. */
  readonly tasks: ReadonlyMap<number, readonly PullRequestTask[]>;
};

/** In UTF-16 code units. A longer comment is shown on its own page. */
export const SHOWN_LENGTH_MAX = 4000;
const CUT_LENGTH = 300;

/** A thread with what can be done with it. A resolved one is folded to one line. */
export function describeThread(
  request: PullRequestPageRequest,
  { root, replies }: CommentThread,
  talk: Talk,
): Html {
  const { t, account } = request;
  const said = html`${describeComment(request, root, talk)}${replies.map((reply) => describeComment(request, reply, talk))}`;
  const acts = account && !root.isDeleted && threadActs(request, root);
  if (root.resolution === undefined) return html`${said}${acts}`;
  const { by, at } = root.resolution;
  const when = timeAgo(request, at);
  const resolved =
    by === undefined
      ? t(texts.resolvedByNobody, { when })
      : t(texts.resolvedBy, { account: html`<bdi>${by.displayName}</bdi>`, when });
  return html`<details><summary>${t(texts.resolvedThread, { n: replies.length + 1 })} <span class="dim small">${resolved}</span></summary>${said}${acts}</details>`;
}

/** What can be done with a thread, by its first comment; or a reply to a reply. */
export function threadActs(request: PullRequestPageRequest, root: PullRequestComment): Html {
  const { t, csrf } = request;
  const reply = withQuery(path(request, "comment"), { parent: root.id });
  const ofComment = hidden(t(texts.ofComment, { author: root.author.displayName }));
  const canResolve = root.inline !== undefined && root.parentId === undefined && !root.isPending;
  const [action, label] =
    root.resolution === undefined
      ? (["resolve", texts.resolve] as const)
      : (["reopen", texts.reopen] as const);
  return html`<form class="acts" method="post" action="${commentPath(request, root.id)}">${csrf}<a class="btn" href="${reply}">${t(texts.reply)}${ofComment}</a>${canResolve && html`<button class="plain" name="action" value="${action}">${t(label)}${ofComment}</button>`}</form>`;
}

function hidden(text: Html): Html {
  return html`<span class="vh">${text}</span>`;
}

function path({ repository, pullRequest }: PullRequestPageRequest, ...rest: readonly string[]): string {
  return pullRequestPath(repository, pullRequest.id, ...rest);
}

export function commentPath(request: PullRequestPageRequest, id: number): string {
  return path(request, "comments", String(id));
}

export function taskPath(request: PullRequestPageRequest, id: number): string {
  return path(request, "tasks", String(id));
}

/** Its place on a page. */
export function commentAnchor(id: number): string {
  return `comment-${id}`;
}

export function describeComment(
  request: PullRequestPageRequest,
  comment: PullRequestComment,
  talk: Talk,
): Html {
  const { t, account, held } = request;
  const { id, author, isDeleted, isPending, createdAt, updatedAt, anchor } = comment;
  const isOwn = account?.uuid === author.uuid;
  const ofComment = hidden(t(texts.ofComment, { author: author.displayName }));
  const at = commentAnchor(id);
  const acts =
    !isDeleted && (isOwn || held === "admin")
      ? html` · ${isOwn && html`<a href="${commentPath(request, id)}">${t(texts.edit)}${ofComment}</a> · `}<a href="${withQuery(commentPath(request, id), { delete: 1 })}">${t(texts.delete)}${ofComment}</a>`
      : NOTHING;
  const tags = html`${isPending && html` <span class="tag warn">${t(texts.pending)}</span>`}${anchor?.isOutdated === true && html` <span class="tag">${t(texts.outdated)}</span>`}`;
  const wasEdited = !isDeleted && updatedAt.getTime() !== createdAt.getTime();
  return html`<div class="said" id="${at}"><p><b dir="auto">${author.displayName}</b> <span class="dim small">${timeAgo(request, createdAt)}${wasEdited && html` · ${t(texts.edited)}`} · <a href="#${at}">${t(pullRequestTexts.link)}${ofComment}</a>${acts}</span>${tags}</p>${describeText(request, comment, talk)}</div>${(talk.tasks.get(id) ?? []).map((task) => describeTask(request, task, talk))}`;
}

function describeText(
  request: PullRequestPageRequest,
  { id, raw, isDeleted }: PullRequestComment,
  talk: Talk,
): Html {
  const { t } = request;
  if (isDeleted) return html`<p class="dim">${t(texts.deleted)}</p>`;
  if (raw.length > SHOWN_LENGTH_MAX)
    return html`<p dir="auto">${raw.slice(0, CUT_LENGTH).toWellFormed()}… <a href="${withQuery(commentPath(request, id), { whole: 1 })}">${t(texts.cut)}</a></p>`;
  return html`<div class="prose" dir="auto">${trusted(talk.messages.htmlOf(raw))}</div>`;
}

/** Everyone who sees a task may mark it done. */
export function describeTask(
  request: PullRequestPageRequest,
  { id, creator, raw, resolution, createdAt }: PullRequestTask,
  { messages }: Pick<Talk, "messages">,
): Html {
  const { t, account, csrf, held } = request;
  const isOpen = resolution === undefined;
  const isOwn = account?.uuid === creator.uuid;
  const ofTask = hidden(t(texts.ofTask, { task: raw.slice(0, 80).toWellFormed() }));
  const mayEdit = isOwn || held === "write" || held === "admin";
  return html`<div class="said task" id="task-${id}"><p><b dir="auto">${creator.displayName}</b> <span class="dim small">${timeAgo(request, createdAt)}</span> <span class="tag ${isOpen ? "warn" : "ok"}">${t(isOpen ? texts.taskOpen : texts.taskDone)}</span></p><div class="prose" dir="auto">${trusted(messages.htmlOf(raw))}</div>${
    account &&
    html`<form class="acts" method="post" action="${taskPath(request, id)}">${csrf}<button class="plain" name="action" value="${isOpen ? "done" : "open"}">${t(isOpen ? texts.markDone : texts.markOpen)}${ofTask}</button>${mayEdit && html`<a href="${taskPath(request, id)}">${t(texts.edit)}${ofTask}</a><a href="${withQuery(taskPath(request, id), { delete: 1 })}">${t(texts.delete)}${ofTask}</a>`}</form>`
  }</div>`;
}

/** Where a comment on the diff stands, in words. */
export function describePlace({ t }: PullRequestPageRequest, { path, from, to }: InlineLocation): Html {
  const file = html`<code><bdi>${path}</bdi></code>`;
  if (to !== undefined) return t(pullRequestPageTexts.line, { path: file, line: String(to) });
  if (from !== undefined) return t(pullRequestPageTexts.oldLine, { path: file, line: String(from) });
  return t(pullRequestPageTexts.file, { path: file });
}

/** The texts that a page has to prepare for its comments and tasks. */
export function textsOfTalk(
  threads: readonly CommentThread[],
  tasks: readonly PullRequestTask[],
): readonly string[] {
  return [...threads.flatMap(({ root, replies }) => [root, ...replies]), ...tasks]
    .map(({ raw }) => raw)
    .filter((raw) => raw.length <= SHOWN_LENGTH_MAX);
}

export function tasksByComment(
  tasks: readonly PullRequestTask[],
): ReadonlyMap<number, readonly PullRequestTask[]> {
  return Map.groupBy(
    tasks.filter(({ commentId }) => commentId !== undefined),
    ({ commentId }) => commentId!,
  );
}
