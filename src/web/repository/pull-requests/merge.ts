import { Failure } from "../../../model/failure.ts";
import type { ObjectId } from "../../../model/object-id.ts";
import { isMergeAccepted, readMergeConditions } from "../../../operations/merges/merge-conditions.ts";
import {
  CONFLICTS_TEXT,
  mergePullRequest,
  prepareMergeMessage,
} from "../../../operations/merges/merge-pull-request.ts";
import { getWholePullRequest } from "../../../operations/pull-requests/whole-pull-request.ts";
import type { Ports } from "../../../ports.ts";
import { MESSAGE_BYTES_MAX } from "../../../rest/repositories/pullrequests/merge/merge-pull-request.ts";
import { mergeTexts as texts } from "../../catalogue/pull-request.ts";
import { type Html, html } from "../../html.ts";
import { errorSummary, type Problem } from "../../layout/form.ts";
import { repositoryPlace } from "../../layout/place.ts";
import { firstStrategy, type MergeForm, mergeForm } from "../../layout/pull-requests/merge-box.ts";
import { pullRequestTitle } from "../../layout/pull-requests/pull-request-head.ts";
import { visibleText } from "../../layout/visible-text.ts";
import { pullRequestPath } from "../../links.ts";
import {
  type PageAnswer,
  type PullRequestPage,
  type PullRequestPageRequest,
  page,
  redirect,
} from "../../page.ts";
import { type Flash, flash } from "../../pipeline/flash.ts";

/** The merge itself; and the form alone, for who comes here without it. */
export const mergePage: PullRequestPage = {
  path: "/{workspace}/{repo_slug}/pull-requests/{pull_request_id}/merge",
  subject: "pull-request",
  permission: "write",
  access: "account",
  async get(ports, request) {
    return question(ports, request, undefined, []);
  },
  async post(ports, request) {
    const { form, pullRequest, repository } = request;
    const sent = readForm(request);
    try {
      const merged = await merge(ports, request, sent);
      return redirect(pullRequestPath(repository, pullRequest.id), merged);
    } catch (error) {
      const problem = problemOf(request, error);
      if (problem === undefined) throw error;
      const isStale = form.get("source") !== pullRequest.source.commit;
      return question(ports, request, isStale ? undefined : sent, [problem]);
    }
  },
};

/** Browsers send the ends of lines as CR LF: HTML, form submission. */
function unixLines(text: string): string {
  return text.replaceAll("\r\n", "\n");
}

function readForm({ form }: PullRequestPageRequest): MergeForm {
  return {
    message: unixLines(form.get("message") ?? ""),
    prepared: unixLines(form.get("prepared") ?? ""),
    strategy: form.get("strategy") ?? "",
    deletesSource: form.get("close") !== null,
  };
}

async function merge(ports: Ports, request: PullRequestPageRequest, sent: MergeForm): Promise<Flash> {
  const { by, form, pullRequest, takeSlot } = request;
  if (Buffer.byteLength(sent.message) > MESSAGE_BYTES_MAX) throw new MessageTooLong();
  const { message, prepared } = sent;
  const isOwnMessage = message.trim() !== "" && message.trim() !== prepared.trim();
  // What was shown is merged, and nothing that was pushed since.
  const seen = (form.get("source") ?? pullRequest.source.commit) as ObjectId;
  const asked = { ...pullRequest, source: { ...pullRequest.source, commit: seen } };
  const input = {
    strategy: sent.strategy === "" ? undefined : sent.strategy,
    message: isOwnMessage ? message : undefined,
    closesSourceBranch: sent.deletesSource,
  };
  const { pullRequest: merged } = await mergePullRequest(ports, by, asked, input, { takeSlot });
  const { id, source, destination } = merged;
  const holes = { id: String(id), branch: destination.branch, source: source.branch };
  return source.hasBranch || source.repository?.uuid !== merged.repositoryUuid
    ? flash(texts.done, holes)
    : flash(texts.doneDeleted, holes);
}

class MessageTooLong extends Error {}

/** What can be told beside the form. Undefined: anything else is another page's. */
function problemOf({ t }: PullRequestPageRequest, error: unknown): Problem | undefined {
  const { problems } = texts;
  if (error instanceof MessageTooLong)
    return { field: "message", message: t(problems.message, { max: MESSAGE_BYTES_MAX }) };
  if (!(error instanceof Failure)) return undefined;
  if (error.details.fields?.merge_strategy !== undefined)
    return { field: "strategy", message: t(problems.strategy) };
  switch (error.kind) {
    case "conflict":
      return { field: "strategy", message: t(problems.moved) };
    case "invalid-input":
    case "timed-out":
      return {
        field: "strategy",
        message:
          error.message === CONFLICTS_TEXT
            ? t(problems.conflicts)
            : t(texts.problem, { message: error.message }),
      };
    default:
      return undefined;
  }
}

async function question(
  ports: Ports,
  request: PullRequestPageRequest,
  sent: MergeForm | undefined,
  problems: readonly Problem[],
): Promise<PageAnswer> {
  const { t, by, repository, pullRequest, takeSlot } = request;
  const whole = await getWholePullRequest(ports.database.kysely, pullRequest);
  const now = { ...request, pullRequest: whole.pullRequest };
  const conditions = await readMergeConditions(ports, by, repository, whole.pullRequest, {
    mayWrite: true,
    takeSlot,
    withMergeability: true,
    withCommitsBehind: true,
  });
  const branch = visibleText(pullRequest.destination.branch);
  const title = t(texts.question, { id: String(pullRequest.id), branch });
  let content: Html = html`<p class="lead">${t(texts.notOffered)}</p>`;
  if (isMergeAccepted(whole.pullRequest, conditions)) {
    const prepared = (await prepareMergeMessage(ports, by, whole)) ?? "";
    const first = {
      message: prepared,
      prepared,
      strategy: firstStrategy(conditions),
      deletesSource: whole.pullRequest.closesSourceBranch,
    };
    content = mergeForm(now, conditions, sent ?? first, problems);
  }
  return page({
    title: html`${title} · ${pullRequestTitle(request)}`,
    place: repositoryPlace(request, "pull-requests"),
    hasProblems: problems.length > 0,
    status: problems.length > 0 ? 422 : 200,
    main: html`<h1>${title}</h1>${errorSummary(t, problems)}<div class="flow door">${content}<p><a href="${pullRequestPath(repository, pullRequest.id)}">${t(texts.back)}</a></p></div>`,
  });
}
