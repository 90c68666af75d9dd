import type { CommitStatus } from "../../../model/commit-status.ts";
import { invalidField } from "../../../model/failure.ts";
import type { PullRequestParticipant } from "../../../model/pull-request.ts";
import type { PullRequestComment } from "../../../model/pull-request-comment.ts";
import type { PullRequestTask } from "../../../model/pull-request-task.ts";
import {
  isMergeAccepted,
  type MergeConditions,
  readMergeConditions,
} from "../../../operations/merges/merge-conditions.ts";
import { prepareMergeMessage } from "../../../operations/merges/merge-pull-request.ts";
import { followComments } from "../../../operations/pull-requests/follow-comments.ts";
import { countPullRequestCommits } from "../../../operations/pull-requests/pull-request-walk.ts";
import { reviewPullRequest, takeBackReview } from "../../../operations/pull-requests/review-pull-request.ts";
import { getWholePullRequest } from "../../../operations/pull-requests/whole-pull-request.ts";
import type { Ports } from "../../../ports.ts";
import { representCommitStatus } from "../../../representations/commit-status.ts";
import { prepareMessages } from "../../../representations/markdown/rendered-messages.ts";
import { listCommitStatuses } from "../../../storage/sql/commits/commit-statuses.ts";
import { countActivity } from "../../../storage/sql/pull-requests/list-activity.ts";
import { listTasks } from "../../../storage/sql/pull-requests/tasks.ts";
import { type CommentThread, listThreads } from "../../../storage/sql/pull-requests/threads.ts";
import { commentTexts, reviewTexts, pullRequestPageTexts as texts } from "../../catalogue/pull-request.ts";
import { type Html, html, NOTHING, trusted } from "../../html.ts";
import { repositoryPlace } from "../../layout/place.ts";
import { describeChanges, type ShownThreads } from "../../layout/pull-requests/changes.ts";
import { mayEdit } from "../../layout/pull-requests/may-edit.ts";
import { firstStrategy, mergeBox, mergeForm } from "../../layout/pull-requests/merge-box.ts";
import {
  COUNTED_COMMITS_MAX,
  pullRequestHead,
  pullRequestTabs,
  pullRequestTitle,
} from "../../layout/pull-requests/pull-request-head.ts";
import { reviewers } from "../../layout/pull-requests/reviewers.ts";
import {
  commentAnchor,
  commentPath,
  describePlace,
  describeTask,
  tasksByComment,
  textsOfTalk,
} from "../../layout/pull-requests/thread.ts";
import { pullRequestPath } from "../../links.ts";
import { type PullRequestPage, type PullRequestPageRequest, page, redirect } from "../../page.ts";
import { flash } from "../../pipeline/flash.ts";

const SHOWN_THREADS = { limit: 50, repliesMax: 60 };
const WHOLE_THREADS = { limit: 20, repliesMax: 20 };
const OUTDATED_THREADS = { limit: 20, repliesMax: 20 };
const SHOWN_TASKS_MAX = 50;
const SHOWN_BUILDS_MAX = 50;

/** One pull request: whether it may be merged, what it changes, and what is said of it. */
export const pullRequestPage: PullRequestPage = {
  path: "/{workspace}/{repo_slug}/pull-requests/{pull_request_id}",
  subject: "pull-request",
  permission: "read",
  async get(ports, request) {
    const { t } = request;
    const shown = await readShown(ports, request);
    const changes = await describeChanges(ports, request, shown);
    const counts = { commits: shown.commits, activity: shown.activity, files: changes.fileCount };
    return page({
      title: pullRequestTitle(request),
      place: repositoryPlace(request, "pull-requests"),
      isWide: true,
      main: html`${pullRequestHead(request, shown.commits)}
<div class="split right pr"><aside aria-label="${t(texts.reviewAndMerge)}">${await describeMerge(ports, request, shown)}${reviewers(request, shown.participants)}${describeFreeTasks(request, shown)}</aside>
<div class="flow">${describeDescription(request, shown)}
${pullRequestTabs(request, counts, "changes")}
${changes.content}</div></div>`,
    });
  },
  async post(ports, request) {
    const { by, repository, pullRequest, form } = request;
    const back = pullRequestPath(repository, pullRequest.id);
    switch (form.get("review")) {
      case "approve":
        await reviewPullRequest(ports, by, repository, pullRequest, "approved");
        return redirect(back, flash(reviewTexts.done.approve));
      case "withdraw":
        await takeBackReview(ports, by, repository, pullRequest, "approved");
        return redirect(back, flash(reviewTexts.done.withdraw));
      case "request":
        await reviewPullRequest(ports, by, repository, pullRequest, "changes_requested");
        return redirect(back, flash(reviewTexts.done.request));
      case "withdraw-request":
        await takeBackReview(ports, by, repository, pullRequest, "changes_requested");
        return redirect(back, flash(reviewTexts.done.withdrawRequest));
      default:
        throw invalidField("review", "must be approve, withdraw, request or withdraw-request");
    }
  },
};

type Shown = ShownThreads & {
  readonly participants: readonly PullRequestParticipant[];
  readonly conditions: MergeConditions | undefined;
  readonly commits: number;
  readonly activity: number;
  readonly tasks: readonly PullRequestTask[];
  readonly builds: readonly CommitStatus[];
  readonly buildCount: number;
};

async function readShown(ports: Ports, request: PullRequestPageRequest): Promise<Shown> {
  const { by, repository, pullRequest, account, held, takeSlot } = request;
  const { kysely } = ports.database;
  const reader = account?.uuid;
  await followComments(ports, by, pullRequest, takeSlot);
  const isOpen = pullRequest.state === "OPEN";
  const conditions = isOpen
    ? readMergeConditions(ports, by, repository, pullRequest, {
        mayWrite: held === "write" || held === "admin",
        takeSlot,
        withMergeability: true,
        withCommitsBehind: true,
      })
    : undefined;
  const [{ participants }, commits, activity, threads, outdated, whole, tasks, builds] = await Promise.all([
    getWholePullRequest(kysely, pullRequest),
    countPullRequestCommits(ports, by, pullRequest, COUNTED_COMMITS_MAX + 1, takeSlot),
    countActivity(kysely, pullRequest),
    listThreads(kysely, pullRequest, { reader, place: "diff", ...SHOWN_THREADS }),
    listThreads(kysely, pullRequest, { reader, place: "outdated", ...OUTDATED_THREADS }),
    listThreads(kysely, pullRequest, { reader, place: "whole", ...WHOLE_THREADS }),
    listTasks(kysely, pullRequest, {
      reader,
      page: 1,
      pagelen: SHOWN_TASKS_MAX,
      sort: { field: "resolved_on", direction: "asc" },
    }),
    listCommitStatuses(kysely, {
      repositoryUuids: [
        ...new Set([repository.uuid, pullRequest.source.repository?.uuid ?? repository.uuid]),
      ],
      commit: pullRequest.source.commit,
      page: 1,
      pagelen: SHOWN_BUILDS_MAX,
    }),
  ]);
  const all = [...threads.threads, ...outdated.threads, ...whole.threads];
  const messages = await prepareMessages([pullRequest.description, ...textsOfTalk(all, tasks.values)], {
    repositoryUuid: repository.uuid,
  });
  return {
    participants,
    conditions: await conditions,
    commits,
    activity,
    threads: threads.threads,
    threadCount: threads.size,
    outdated: outdated.threads,
    outdatedCount: outdated.size,
    whole: whole.threads,
    wholeCount: whole.size,
    tasks: tasks.values,
    builds: builds.values.map((build) => withAddress(request, build)),
    buildCount: builds.size,
    talk: { messages, tasks: tasksByComment(tasks.values) },
  };
}

/** Its address with what is put in for variables, as REST gives it. */
function withAddress(
  { repository, pullRequest, baseUrls }: PullRequestPageRequest,
  build: CommitStatus,
): CommitStatus {
  const source = pullRequest.source.repository;
  const reportedTo = source?.uuid === build.repositoryUuid ? source : repository;
  return { ...build, url: representCommitStatus(build, reportedTo, baseUrls).url };
}

function describeDescription(request: PullRequestPageRequest, { talk }: Shown): Html {
  const { t, repository, pullRequest } = request;
  const { description } = pullRequest;
  const edits = mayEdit(request);
  const path = (rest: string) => pullRequestPath(repository, pullRequest.id, rest);
  return html`${
    description.trim() === ""
      ? html`<p class="dim">${t(texts.noDescription)}</p>`
      : html`<div class="prose" dir="auto">${trusted(talk.messages.htmlOf(description))}</div>`
  }${edits && html`<p class="acts"><a href="${path("edit")}">${t(texts.edit)}</a><a href="${path("decline")}">${t(texts.decline)}</a></p>`}`;
}

async function describeMerge(ports: Ports, request: PullRequestPageRequest, shown: Shown): Promise<Html> {
  const { pullRequest, by } = request;
  const { conditions } = shown;
  if (conditions === undefined) return NOTHING;
  const openTasks = shown.tasks
    .filter(({ resolution, isPending }) => resolution === undefined && !isPending)
    .map((task) => ({ task, place: taskLink(request, task, shown) }));
  let form: Html | undefined;
  if (isMergeAccepted(pullRequest, conditions)) {
    const prepared =
      (await prepareMergeMessage(ports, by, { pullRequest, participants: shown.participants })) ?? "";
    form = mergeForm(request, conditions, {
      message: prepared,
      prepared,
      strategy: firstStrategy(conditions),
      deletesSource: pullRequest.closesSourceBranch,
    });
  }
  const { builds, buildCount } = shown;
  return mergeBox(request, { conditions, builds, buildCount, openTasks, form });
}

function taskLink(request: PullRequestPageRequest, task: PullRequestTask, { threads, whole }: Shown): Html {
  const { commentId, raw, id } = task;
  const comment = commentsOf([...threads, ...whole]).find((each) => each.id === commentId);
  if (comment?.inline !== undefined)
    return html`<a href="#${commentAnchor(comment.id)}">${describePlace(request, comment.inline)}</a>`;
  const text = raw.slice(0, 80).toWellFormed();
  const isHere = commentId === undefined || comment !== undefined;
  const href = isHere ? `#task-${id}` : commentPath(request, commentId);
  return html`<a href="${href}" dir="auto">${text}</a>`;
}

function commentsOf(threads: readonly CommentThread[]): readonly PullRequestComment[] {
  return threads.flatMap(({ root, replies }) => [root, ...replies]);
}

/** Tasks that hang on no comment. */
function describeFreeTasks(request: PullRequestPageRequest, { tasks, talk }: Shown): Html {
  const free = tasks.filter(({ commentId }) => commentId === undefined);
  if (free.length === 0) return NOTHING;
  return html`<section class="rimmed" aria-labelledby="tasks"><h2 id="tasks">${request.t(commentTexts.tasks)}</h2>${free.map((task) => describeTask(request, task, talk))}</section>`;
}
