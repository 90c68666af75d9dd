import type { DiffRow } from "../../../git/diffs/read-patch.ts";
import type { InlineLocation } from "../../../model/comment.ts";
import { parseCommentId } from "../../../model/comment-id.ts";
import { Failure } from "../../../model/failure.ts";
import type { PullRequestComment } from "../../../model/pull-request-comment.ts";
import { createComment, getComment } from "../../../operations/pull-requests/comments.ts";
import { createTask } from "../../../operations/pull-requests/tasks.ts";
import { comparePullRequest } from "../../../operations/source/compare-pull-request.ts";
import { readDiffPage } from "../../../operations/source/file-diffs.ts";
import type { Ports } from "../../../ports.ts";
import { prepareMessages } from "../../../representations/markdown/rendered-messages.ts";
import { COMMENT_LENGTH_MAX } from "../../../rest/repositories/comment-body.ts";
import { commentTexts as texts } from "../../catalogue/pull-request.ts";
import { flag, type Html, html, NOTHING } from "../../html.ts";
import { errorSummary, input, type Problem, textarea } from "../../layout/form.ts";
import { repositoryPlace } from "../../layout/place.ts";
import { problemOfLength } from "../../layout/pull-requests/problem-of-length.ts";
import { pullRequestTitle } from "../../layout/pull-requests/pull-request-head.ts";
import { commentAnchor, describeComment, describePlace } from "../../layout/pull-requests/thread.ts";
import { visibleText } from "../../layout/visible-text.ts";
import { pullRequestPath, withQuery } from "../../links.ts";
import {
  type PageAnswer,
  type PullRequestPage,
  type PullRequestPageRequest,
  page,
  redirect,
} from "../../page.ts";
import { flash } from "../../pipeline/flash.ts";

/** Linux's PATH_MAX: no checkout has a longer one. */
const PATH_LENGTH_MAX = 4096;
const LINE_MAX = 2 ** 31 - 1;

/** A comment on a line or a file of the changes, a reply, or a comment on the whole. */
export const commentPage: PullRequestPage = {
  path: "/{workspace}/{repo_slug}/pull-requests/{pull_request_id}/comment",
  subject: "pull-request",
  permission: "read",
  access: "account",
  async get(ports, request) {
    const { query } = request;
    const sent = { text: "", task: "", line: lineOf(query), first: "" };
    return form(ports, request, query, sent, []);
  },
  async post(ports, request) {
    const { form: fields } = request;
    const sent = {
      text: fields.get("text") ?? "",
      task: (fields.get("task") ?? "").trim(),
      line: fields.get("line") ?? "",
      first: (fields.get("first") ?? "").trim(),
    };
    const place = readPlace(fields);
    const problems = problemsOf(request, place, sent);
    if (problems.length > 0) return form(ports, request, fields, sent, problems);
    return create(ports, request, place, sent);
  },
};

type Sent = {
  readonly text: string;
  readonly task: string;
  /** `n17` or `o15`: a line of the new or the old side. `file`: the file as a whole. */
  readonly line: string;
  readonly first: string;
};

/** What the comment is on. Neither: the pull request. */
type Place = { readonly path: string | undefined; readonly parentId: number | undefined };

function readPlace(fields: URLSearchParams): Place {
  const path = fields.get("path") || undefined;
  if (path !== undefined && path.length > PATH_LENGTH_MAX)
    throw new Failure("invalid-input", "path: too long", { fields: { path: ["too long"] } });
  const parent = fields.get("parent");
  return { path, parentId: parent === null ? undefined : parseCommentId(parent) };
}

function lineOf(query: URLSearchParams): string {
  const [to, from] = [query.get("to"), query.get("from")];
  if (to !== null) return `n${to}`;
  return from === null ? "" : `o${from}`;
}

function parseLine(text: string): Pick<InlineLocation, "from" | "to"> | undefined {
  if (text === "file") return { from: undefined, to: undefined };
  const [, side, digits] = /^([no])([1-9]\d{0,9})$/.exec(text) ?? [];
  const line = Number(digits);
  if (side === undefined || line > LINE_MAX) return undefined;
  return side === "n" ? { from: undefined, to: line } : { from: line, to: undefined };
}

/** Undefined: it says no line that can begin with the chosen one. */
function parseFirst(text: string, last: Pick<InlineLocation, "from" | "to">): number | undefined {
  const first = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
  const end = last.to ?? last.from;
  return first !== undefined && end !== undefined && first <= end ? first : undefined;
}

function problemsOf(
  { t }: PullRequestPageRequest,
  { path, parentId }: Place,
  { text, task, line, first }: Sent,
): readonly Problem[] {
  const problems: Problem[] = [];
  if (path !== undefined && parentId === undefined) {
    const chosen = parseLine(line);
    if (chosen === undefined) problems.push({ field: "line", message: t(texts.problems.line) });
    else if (first !== "" && parseFirst(first, chosen) === undefined)
      problems.push({ field: "first", message: t(texts.problems.firstLine) });
  }
  if (text.trim() === "" && (parentId === undefined || task === ""))
    problems.push({
      field: "text",
      message: t(parentId === undefined ? texts.problems.empty : texts.problems.emptyReply),
    });
  for (const [name, value] of [
    ["text", text],
    ["task", task],
  ] as const) {
    const problem = problemOfLength(t, name, value, COMMENT_LENGTH_MAX);
    if (problem !== undefined) problems.push(problem);
  }
  return problems;
}

async function create(
  ports: Ports,
  request: PullRequestPageRequest,
  { path, parentId }: Place,
  { text, task, line, first }: Sent,
): Promise<PageAnswer> {
  const { by, repository, pullRequest, takeSlot } = request;
  const place = { repository, pullRequest };
  const chosen = path === undefined ? undefined : parseLine(line);
  const inline = path === undefined || chosen === undefined ? undefined : inlineOf(path, chosen, first);
  let comment: PullRequestComment | undefined;
  if (text.trim() !== "")
    comment = await createComment(
      ports,
      by,
      place,
      { raw: text, inline, parentId, isPending: false },
      takeSlot,
    );
  const on = comment ?? (await getComment(ports, by, pullRequest, String(parentId)));
  // A task is done or not: it hangs on the first comment of a thread, or on the new one.
  if (task !== "")
    await createTask(ports, by, pullRequest, { raw: task, commentId: on.id, isPending: false });
  const back = pullRequestPath(repository, pullRequest.id, ...(on.inline === undefined ? ["activity"] : []));
  return redirect(
    `${back}#${commentAnchor(on.id)}`,
    flash(comment === undefined ? texts.flash.taskCreated : texts.flash.created),
  );
}

function inlineOf(
  path: string,
  { from, to }: Pick<InlineLocation, "from" | "to">,
  first: string,
): InlineLocation {
  const start = first === "" ? undefined : parseFirst(first, { from, to });
  const isRange = start !== undefined && start !== (to ?? from);
  return {
    path,
    from,
    to,
    startFrom: isRange && from !== undefined ? start : undefined,
    startTo: isRange && to !== undefined ? start : undefined,
  };
}

async function form(
  ports: Ports,
  request: PullRequestPageRequest,
  fields: URLSearchParams,
  sent: Sent,
  problems: readonly Problem[],
): Promise<PageAnswer> {
  const { t, csrf, repository, pullRequest } = request;
  const { path, parentId } = readPlace(fields);
  const back = pullRequestPath(repository, pullRequest.id);
  const parent = parentId === undefined ? undefined : await readParent(ports, request, parentId);
  const title = t(parent === undefined ? texts.newTitle : texts.replyTitle);
  const on = html`<a href="${back}" dir="auto">${t(texts.onPullRequest, { id: String(pullRequest.id), title: pullRequest.title })}</a>`;
  const lines =
    path !== undefined && parent === undefined
      ? html`<input type="hidden" name="path" value="${path}">${await lineChoice(ports, request, path, sent, problems)}${input(
          t,
          {
            name: "first",
            label: t(texts.firstLine),
            hint: t(texts.firstLineHint),
            problems,
            type: "text",
            value: sent.first,
            autocomplete: "off",
            isOptional: true,
            more: html` inputmode="numeric"`,
          },
        )}`
      : NOTHING;
  return page({
    title: html`${title} · ${pullRequestTitle(request)}`,
    place: repositoryPlace(request, "pull-requests"),
    hasProblems: problems.length > 0,
    status: problems.length > 0 ? 422 : 200,
    isWide: path !== undefined,
    main: html`<h1>${title}</h1><p class="lead">${on}</p>${errorSummary(t, problems)}${parent?.shown}
<form method="post" action="${pullRequestPath(repository, pullRequest.id, "comment")}">${csrf}${parent && html`<input type="hidden" name="parent" value="${parentId}">`}${lines}${textarea(
      t,
      {
        name: "text",
        label: t(texts.text),
        hint: t(texts.markdown),
        problems,
        isLong: true,
        rows: 6,
        value: sent.text,
        isOptional: parent !== undefined,
      },
    )}${input(t, {
      name: "task",
      label: t(texts.task),
      hint: t(texts.taskHint),
      problems,
      isLong: true,
      value: sent.task,
      autocomplete: "off",
      isOptional: true,
    })}<div class="acts"><button class="main">${t(parent === undefined ? texts.comment : texts.reply)}</button><a href="${back}">${t(texts.cancel)}</a></div></form>`,
  });
}

async function readParent(ports: Ports, request: PullRequestPageRequest, id: number) {
  const { by, pullRequest } = request;
  const comment = await getComment(ports, by, pullRequest, String(id));
  const messages = await prepareMessages([comment.raw], { repositoryUuid: pullRequest.repositoryUuid });
  const talk = { messages, tasks: new Map() };
  const place = comment.inline && html`<p class="small dim">${describePlace(request, comment.inline)}</p>`;
  return {
    comment,
    shown: html`<div class="after">${place}${describeComment(request, comment, talk)}</div>`,
  };
}

/** Lines around the one that was asked for. */
const LINES_BEFORE = 15;
const LINES_SHOWN = 80;
/** A line is looked for part by part, so that no more of a diff is held. Whoever asks for one further in gets the first. */
const PART_ROWS = 5000;
const PARTS_MAX = 8;

async function lineChoice(
  ports: Ports,
  request: PullRequestPageRequest,
  path: string,
  { line }: Sent,
  problems: readonly Problem[],
): Promise<Html> {
  const { t, repository, pullRequest } = request;
  const { rows, at } = await readRows(ports, request, path, line);
  const from = Math.max(0, at - LINES_BEFORE);
  const shown = rows.slice(from, from + LINES_SHOWN);
  const problem = problems.find(({ field }) => field === "line");
  const link = (row: DiffRow | undefined, label: Html) =>
    row &&
    html`<a href="${withQuery(pullRequestPath(repository, pullRequest.id, "comment"), { path, ...(row.newLine === undefined ? { from: row.oldLine } : { to: row.newLine }) })}">${label}</a>`;
  const earlier = link(
    from === 0 ? undefined : rows[Math.max(0, from - LINES_SHOWN + LINES_BEFORE)],
    t(texts.earlierLines),
  );
  const later = link(rows[from + LINES_SHOWN], t(texts.laterLines));
  return html`<fieldset class="after" id="line"${problem && html` aria-describedby="line-error"`}><legend>${t(texts.lines)} <span class="m">${visibleText(path)}</span></legend><p class="hint small dim">${t(texts.linesHint)}</p>${
    problem && html`<p class="wrong-text" id="line-error">${problem.message}</p>`
  }<label class="tick after"><input type="radio" name="line" value="file"${flag("checked", line === "file")}> <span>${t(texts.wholeFile)}</span></label>
${earlier && html`<p>${earlier}</p>`}<table class="code diff"><tbody>${shown.map((row) => rowChoice(t, row, line))}</tbody></table>${later && html`<p>${later}</p>`}</fieldset>`;
}

function rowChoice(
  t: PullRequestPageRequest["t"],
  { kind, oldLine, newLine, text }: DiffRow,
  chosen: string,
): Html {
  const value = newLine === undefined ? `o${oldLine}` : `n${newLine}`;
  const id = `line-${value}`;
  const [tone, sign] =
    kind === "added"
      ? (["add", "+"] as const)
      : kind === "removed"
        ? (["del", "−"] as const)
        : (["", " "] as const);
  return html`<tr${tone !== "" && html` class="${tone}"`}><td class="n"><input type="radio" name="line" id="${id}" value="${value}" aria-label="${t(newLine === undefined ? texts.oldLineNumber : texts.lineNumber, { line: String(newLine ?? oldLine) })}"${flag("checked", value === chosen)}></td><td class="n">${newLine ?? oldLine}</td><td class="sg">${sign}</td><td class="c"><label for="${id}">${text === "" ? " " : visibleText(text)}</label></td></tr>`;
}

/** The rows of the file's diff around a line, and which of them it is. */
async function readRows(
  ports: Ports,
  { by, repository, pullRequest, takeSlot }: PullRequestPageRequest,
  path: string,
  line: string,
): Promise<{ readonly rows: readonly DiffRow[]; readonly at: number }> {
  const comparison = await comparePullRequest(ports, by, repository, pullRequest, takeSlot);
  if (comparison.kind !== "compared") return { rows: [], at: 0 };
  const asked = parseLine(line);
  let before: readonly DiffRow[] = [];
  let first: readonly DiffRow[] | undefined;
  for (let part = 0; part < PARTS_MAX; part += 1) {
    const diff = await readDiffPage(ports, comparison.compared, comparison.sides, {
      ignoresWhitespace: false,
      contextLines: 3,
      signal: by.signal,
      part: { path, firstRow: part * PART_ROWS },
      limits: { filesMax: 1, rowsPerFileMax: PART_ROWS, rowsMax: PART_ROWS },
    });
    const [file] = diff.files;
    const rows = file?.hunks.flatMap((hunk) => hunk.rows) ?? [];
    first ??= rows;
    const at = rows.findIndex(
      ({ oldLine, newLine }) =>
        (asked?.to !== undefined && newLine === asked.to) ||
        (asked?.from !== undefined && oldLine === asked.from && newLine === undefined),
    );
    if (at !== -1) {
      const shownBefore = before.slice(-LINES_SHOWN);
      return { rows: [...shownBefore, ...rows], at: shownBefore.length + at };
    }
    if (file?.hasMoreRows !== true || asked === undefined) break;
    before = rows;
  }
  return { rows: first ?? [], at: 0 };
}
