import type { Account } from "../../../model/account.ts";
import type { PullRequestActivity } from "../../../model/pull-request-activity.ts";
import type { PullRequestComment } from "../../../model/pull-request-comment.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { activityTexts as texts } from "../../catalogue/pull-request.ts";
import { pullRequestTexts } from "../../catalogue/pull-requests.ts";
import { type Html, html, joined, NOTHING } from "../../html.ts";
import { commitPath } from "../../links.ts";
import type { PullRequestPageRequest } from "../../page.ts";
import { shortId } from "../../short-id.ts";
import { timeAgo } from "../time.ts";
import { describeComment, describePlace, type Talk, threadActs } from "./thread.ts";

/** What the entries of a page name. */
export type ActivityContext = {
  readonly accounts: ReadonlyMap<Uuid, Account>;
  readonly comments: ReadonlyMap<number, PullRequestComment>;
  readonly talk: Talk;
  /** The first entry of all: that of the creation. */
  readonly firstSequence: number | undefined;
};

/** One thing that has happened. */
export function describeActivity(
  request: PullRequestPageRequest,
  entry: PullRequestActivity,
  context: ActivityContext,
): Html {
  const when = html`<span class="dim small">${timeAgo(request, entry.at)}</span>`;
  const { account } = request;
  if (entry.kind === "comment") {
    const comment = context.comments.get(entry.commentId);
    if (comment === undefined) return NOTHING;
    const place = comment.inline && html`<p class="small dim">${describePlace(request, comment.inline)}</p>`;
    const acts = account !== undefined && !comment.isDeleted && threadActs(request, comment);
    return html`<li class="after">${place}${describeComment(request, comment, context.talk)}${acts}</li>`;
  }
  const lines = describeLines(request, entry, context);
  return html`<li class="after">${lines.map((line) => html`<p>${line} ${when}</p>`)}</li>`;
}

type Happened = Exclude<PullRequestActivity, { readonly kind: "comment" }>;

function describeLines(
  { t, repository }: PullRequestPageRequest,
  entry: Happened,
  context: ActivityContext,
): readonly Html[] {
  const account =
    entry.account === undefined
      ? t(pullRequestTexts.operator)
      : html`<b dir="auto">${entry.account.displayName}</b>`;
  if (entry.kind !== "update") return [t(texts[entry.kind], { account })];
  const { update, sequence } = entry;
  const { changes, source } = update;
  if (sequence === context.firstSequence) return [t(texts.created, { account })];
  const lines: Html[] = [];
  const { status, title, description, destination, draft, reviewers } = changes;
  if (status?.new === "fulfilled") lines.push(t(texts.merged, { account }));
  if (status?.new === "rejected") lines.push(t(texts.declined, { account }));
  if (title !== undefined)
    lines.push(t(texts.titleChanged, { account, old: name(title.old), new: name(title.new) }));
  if (description !== undefined) lines.push(t(texts.descriptionChanged, { account }));
  if (destination !== undefined)
    lines.push(
      t(texts.destinationChanged, { account, old: name(destination.old), new: name(destination.new) }),
    );
  if (draft !== undefined) lines.push(t(draft.new ? texts.madeDraft : texts.madeReady, { account }));
  if (reviewers !== undefined) {
    const nameOf = (uuid: Uuid) => {
      const found = context.accounts.get(uuid);
      return found === undefined ? t(texts.unknownAccount) : name(found.displayName);
    };
    const changed = [
      ...reviewers.added.map((uuid) => t(texts.reviewerAdded, { name: nameOf(uuid) })),
      ...reviewers.removed.map((uuid) => t(texts.reviewerRemoved, { name: nameOf(uuid) })),
    ];
    lines.push(t(texts.reviewersChanged, { account, changes: joined(changed, ", ") }));
  }
  if (lines.length > 0) return lines;
  const commit = html`<a class="m" href="${commitPath(repository, source.commit)}">${shortId(source.commit)}</a>`;
  return [t(texts.pushed, { account, commit })];
}

function name(text: string): Html {
  return html`<bdi>${text}</bdi>`;
}
