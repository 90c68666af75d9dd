import type { Account } from "../model/account.ts";
import type { PullRequestChanges, PullRequestUpdate } from "../model/pull-request.ts";
import type { PullRequestActivity } from "../model/pull-request-activity.ts";
import type { RepositoryReference } from "../model/repository.ts";
import type { Uuid } from "../model/uuid.ts";
import { representEmbeddedAccount } from "./embedded-account.ts";
import { representInstant } from "./instant.ts";
import type { BaseUrls } from "./links.ts";
import { representEndpoint, representPullRequestReference } from "./pull-request.ts";

export type ActivityContext = {
  readonly baseUrls: BaseUrls;
  /** The destination. */
  readonly repository: RepositoryReference;
  /** Those of the accounts that entries name which there are. */
  readonly accounts: ReadonlyMap<Uuid, Account>;
  /** Those of the sources which there are. */
  readonly sources: ReadonlyMap<Uuid, RepositoryReference>;
  /** The comments of the entries, as they are shown. */
  readonly comments: ReadonlyMap<number, unknown>;
};

/** One entry: contract, pull-requests.md §10. One without anything to tell has only its pull request, as recorded. */
export function representPullRequestActivity(entry: PullRequestActivity, context: ActivityContext) {
  const { repository, baseUrls } = context;
  const named = { ...entry.pullRequest, destination: { repository } };
  const pullRequest = representPullRequestReference(named, baseUrls);
  return { pull_request: pullRequest, ...representWhat(entry, pullRequest, context) };
}

function representWhat(entry: PullRequestActivity, pullrequest: unknown, context: ActivityContext) {
  const date = representInstant(entry.at);
  const user = entry.account === undefined ? null : representEmbeddedAccount(entry.account, context.baseUrls);
  switch (entry.kind) {
    case "update":
      return { update: { ...representUpdate(entry.update, context), author: user, date } };
    case "comment": {
      const comment = context.comments.get(entry.commentId);
      return comment === undefined ? {} : { comment };
    }
    default:
      return { [entry.kind]: { date, user, pullrequest } };
  }
}

function representUpdate(update: PullRequestUpdate, context: ActivityContext) {
  const { source, destination } = update;
  const { baseUrls } = context;
  const from = source.repositoryUuid === undefined ? undefined : context.sources.get(source.repositoryUuid);
  return {
    state: update.state,
    draft: update.isDraft,
    title: update.title,
    description: update.description,
    reason: update.reason,
    reviewers: representAccounts(update.reviewers, context),
    changes: representChanges(update.changes, context),
    source: representEndpoint({ name: source.branch }, { repository: from, commit: source.commit }, baseUrls),
    destination: representEndpoint(
      { name: destination.branch },
      { repository: context.repository, commit: destination.commit },
      baseUrls,
    ),
  };
}

function representChanges({ reviewers, ...changes }: PullRequestChanges, context: ActivityContext) {
  if (reviewers === undefined) return changes;
  return {
    ...changes,
    reviewers: {
      added: representAccounts(reviewers.added, context),
      removed: representAccounts(reviewers.removed, context),
    },
  };
}

function representAccounts(uuids: readonly Uuid[], { accounts, baseUrls }: ActivityContext) {
  return uuids.flatMap((uuid) => {
    const account = accounts.get(uuid);
    return account === undefined ? [] : [representEmbeddedAccount(account, baseUrls)];
  });
}
