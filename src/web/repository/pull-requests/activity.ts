import { invalidField } from "../../../model/failure.ts";
import type { PullRequestActivity } from "../../../model/pull-request-activity.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { countPullRequestCommits } from "../../../operations/pull-requests/pull-request-walk.ts";
import type { Ports } from "../../../ports.ts";
import { prepareMessages } from "../../../representations/markdown/rendered-messages.ts";
import { findAccountsByUuids } from "../../../storage/sql/accounts/accounts.ts";
import { listCommentsById } from "../../../storage/sql/pull-requests/comments.ts";
import { countActivity, listActivity } from "../../../storage/sql/pull-requests/list-activity.ts";
import { listTasksOfComments } from "../../../storage/sql/pull-requests/tasks.ts";
import { commentTexts, activityTexts as texts } from "../../catalogue/pull-request.ts";
import { pullRequestTexts } from "../../catalogue/pull-requests.ts";
import { type Html, html } from "../../html.ts";
import { textarea } from "../../layout/form.ts";
import { repositoryPlace } from "../../layout/place.ts";
import { type ActivityContext, describeActivity } from "../../layout/pull-requests/describe-activity.ts";
import {
  COUNTED_COMMITS_MAX,
  pullRequestHead,
  pullRequestTabs,
  pullRequestTitle,
} from "../../layout/pull-requests/pull-request-head.ts";
import { tasksByComment, textsOfTalk } from "../../layout/pull-requests/thread.ts";
import { pullRequestPath, withQuery } from "../../links.ts";
import { type PullRequestPage, type PullRequestPageRequest, page } from "../../page.ts";

const PAGELEN = 30;

/** What has happened to a pull request, newest first, with all comments. */
export const activityPage: PullRequestPage = {
  path: "/{workspace}/{repo_slug}/pull-requests/{pull_request_id}/activity",
  subject: "pull-request",
  permission: "read",
  async get(ports, request) {
    const { t, by, repository, pullRequest, account, csrf, takeSlot } = request;
    const { kysely } = ports.database;
    const before = readCursor(request.query);
    const [commits, activity, listed] = await Promise.all([
      countPullRequestCommits(ports, by, pullRequest, COUNTED_COMMITS_MAX + 1, takeSlot),
      countActivity(kysely, pullRequest),
      listActivity(kysely, {
        repositoryUuid: repository.uuid,
        pullRequestId: pullRequest.id,
        before,
        limit: PAGELEN + 1,
      }),
    ]);
    const entries = listed.slice(0, PAGELEN);
    const hasMore = listed.length > PAGELEN;
    const context = await readContext(ports, request, entries, hasMore);
    const path = pullRequestPath(repository, pullRequest.id, "activity");
    const form: Html | false =
      account !== undefined &&
      before === undefined &&
      html`<form class="after" method="post" action="${pullRequestPath(repository, pullRequest.id, "comment")}">${csrf}${textarea(
        t,
        {
          name: "text",
          label: t(commentTexts.text),
          hint: t(commentTexts.markdown),
          problems: [],
          isLong: true,
          rows: 3,
        },
      )}<div class="acts"><button class="main">${t(commentTexts.comment)}</button></div></form>`;
    const older =
      hasMore &&
      html`<a class="btn" rel="next" href="${withQuery(path, { before: entries.at(-1)!.sequence })}">${t(pullRequestTexts.older)}</a>`;
    const newest = before !== undefined && html`<a class="btn" href="${path}">${t(texts.newest)}</a>`;
    return page({
      title: html`${t(texts.title)} · ${pullRequestTitle(request)}`,
      place: repositoryPlace(request, "pull-requests"),
      main: html`${pullRequestHead(request, commits)}${pullRequestTabs(request, { commits, activity, files: undefined }, "activity")}${form}
<p class="small dim after">${entries.length === 0 ? t(texts.none) : t(texts.lead)}</p>
<ol class="box">${entries.map((entry) => describeActivity(request, entry, context))}</ol>
${(older || newest) && html`<nav class="pager" aria-label="${t(pullRequestTexts.pages)}"><span></span><span class="acts">${newest}${older}</span></nav>`}`,
    });
  },
};

function readCursor(query: URLSearchParams): number | undefined {
  const text = query.get("before");
  if (text === null) return undefined;
  if (!/^[1-9]\d{0,14}$/.test(text)) throw invalidField("before", "unknown: begin again without it");
  return Number(text);
}

async function readContext(
  { database: { kysely } }: Ports,
  { repository, account }: PullRequestPageRequest,
  entries: readonly PullRequestActivity[],
  hasMore: boolean,
): Promise<ActivityContext> {
  const named = entries.flatMap((entry): readonly Uuid[] => {
    const reviewers = entry.kind === "update" ? entry.update.changes.reviewers : undefined;
    return reviewers === undefined ? [] : [...reviewers.added, ...reviewers.removed];
  });
  const ids = entries.flatMap((entry) => (entry.kind === "comment" ? [entry.commentId] : []));
  const comments = await listCommentsById(kysely, repository.uuid, ids);
  const tasks = await listTasksOfComments(kysely, ids, account?.uuid);
  const texts = textsOfTalk(
    comments.map((root) => ({ root, replies: [] })),
    tasks,
  );
  return {
    accounts: await findAccountsByUuids(kysely, new Set(named)),
    comments: new Map(comments.map((comment) => [comment.id, comment])),
    talk: {
      messages: await prepareMessages(texts, { repositoryUuid: repository.uuid }),
      tasks: tasksByComment(tasks),
    },
    firstSequence: hasMore ? undefined : entries.at(-1)?.sequence,
  };
}
